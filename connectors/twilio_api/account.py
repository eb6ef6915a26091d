"""One account at Twilio: the SDK's client, asked through the hub's egress client."""

from twilio.rest import Client
from twilio.rest.api import Api
from twilio.rest.content import Content
from twilio.rest.messaging import Messaging

from connectors.contract import Egress
from connectors.twilio_api.settings import Account
from connectors.twilio_api.transport import EgressHttpClient

DOMAINS = (Api, Messaging, Content)
"""What is used of the SDK: loaded with this module, since loading it takes a second, which no running channel should wait."""


def open_account(settings: Account, egress: Egress, *, timeout_s: float = 15.0) -> Client:
    """The SDK's client for an account. With an API key in place of the token where there is one; `base_url` for all its addresses."""
    client = Client(
        settings.api_key_sid or settings.account_sid,
        settings.api_key_secret or settings.auth_token,
        settings.account_sid,
        http_client=EgressHttpClient(egress, timeout_s=timeout_s),
        environment={},
    )
    if settings.base_url:
        for domain in (client.api, client.messaging, client.content):
            domain.base_url = settings.base_url.rstrip("/")
    return client


def sign_in(settings: Account) -> tuple[str, str]:
    """User and password of basic authentication."""
    return settings.api_key_sid or settings.account_sid, settings.api_key_secret or settings.auth_token
