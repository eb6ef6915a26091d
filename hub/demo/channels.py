"""The demo company's channels: the providers' accounts are those of the pretend world, at whatever port it has today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.meta import company as meta
from sandbox.telegram import BOT_TOKEN
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER

META_APP = {"app_id": meta.APP_ID, "app_secret": meta.APP_SECRET}


@dataclass(frozen=True, slots=True)
class Provided:
    """A channel through one of the pretend providers. `address`: the setting that says where the provider is; `below`: its path there."""

    connector: str
    name: str
    settings: Mapping[str, Any]
    address: str
    below: str

    def place(self, world: str) -> dict[str, str]:
        """The setting of today: where the provider is."""
        return {self.address: f"{world}/{self.below}"}


PROVIDED = (
    Provided("sms", "SMS", {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "senders": SMS_NUMBER}, "base_url", "twilio"),
    Provided(
        "whatsapp",
        "WhatsApp",
        {
            **META_APP,
            "phone_number_id": meta.PHONE_NUMBER_ID,
            "account_id": meta.ACCOUNT_ID,
            "access_token": meta.WHATSAPP_TOKEN,
        },
        "graph_url",
        "meta",
    ),
    Provided("telegram", "Telegram", {"token": BOT_TOKEN}, "base_url", "telegram"),
    Provided("messenger", "Messenger", {**META_APP, "page_id": meta.PAGE_ID, "access_token": meta.PAGE_TOKEN}, "graph_url", "meta"),
    Provided(
        "instagram",
        "Instagram",
        {**META_APP, "account_id": meta.INSTAGRAM_ID, "access_token": meta.INSTAGRAM_TOKEN},
        "graph_url",
        "meta",
    ),
)
