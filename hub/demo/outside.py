"""The demo's channels at the providers of the pretend outside world: their credentials there, and where they are this time."""

from dataclasses import dataclass
from typing import Any

from sandbox.meta import company as meta
from sandbox.telegram import BOT_TOKEN
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER

VERIFY_TOKEN = "a-word-that-both-sides-know"  # noqa: S105  # the pretend world has no secrets


@dataclass(frozen=True, slots=True)
class ProviderChannel:
    """One channel: what is set, and which of its fields says where the provider is."""

    connector: str
    name: str
    settings: dict[str, Any]
    place: str
    path: str

    def given(self, port: int) -> dict[str, Any]:
        """All that an admin would fill in."""
        return {**self.settings, **self.there(port)}

    def there(self, port: int) -> dict[str, str]:
        """The field that says where the provider is, for the world at this port."""
        return {self.place: f"http://127.0.0.1:{port}/{self.path}"}


APP = {"app_id": meta.APP_ID, "app_secret": meta.APP_SECRET, "verify_token": VERIFY_TOKEN}
CHANNELS = (
    ProviderChannel("sms", "SMS", {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "senders": SMS_NUMBER}, "base_url", "twilio"),
    ProviderChannel(
        "whatsapp",
        "WhatsApp",
        {**APP, "phone_number_id": meta.PHONE_NUMBER_ID, "account_id": meta.ACCOUNT_ID, "access_token": meta.WHATSAPP_TOKEN},
        "graph_url",
        "meta",
    ),
    ProviderChannel("telegram", "Telegram", {"token": BOT_TOKEN}, "base_url", "telegram"),
    ProviderChannel("messenger", "Messenger", {**APP, "page_id": meta.PAGE_ID, "access_token": meta.PAGE_TOKEN}, "graph_url", "meta"),
    ProviderChannel(
        "instagram", "Instagram", {**APP, "account_id": meta.INSTAGRAM_ID, "access_token": meta.INSTAGRAM_TOKEN}, "graph_url", "meta"
    ),
)
