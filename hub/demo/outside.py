"""The demo's channels at the providers of the pretend outside world: their credentials there, where they are, and what happened there."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

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


class Outside:
    """The pretend outside world as one tells it what has happened there. Used as `async with`."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._client: aiohttp.ClientSession

    async def __aenter__(self) -> "Outside":
        self._client = aiohttp.ClientSession(self._address, raise_for_status=True)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.close()

    def knows(self, connector: str) -> bool:
        """Whether that channel's provider is in this world, with phones."""
        return any(one.connector == connector for one in CHANNELS)

    async def happened(self, story: Mapping[str, Any], said: Mapping[str, Any], media: Sequence[tuple[str, str, bytes]]) -> str:
        """A message stands on a customer's phone; what the provider calls it. `media`: (name, type, bytes)."""
        channel, app = next(one for one in CHANNELS if one.connector == story["channel"]), story["channel"]
        customer = story.get("user") or (story["value"].removeprefix("+") if app == "whatsapp" else story["value"])
        files = [{"name": name, "type": kind, "kind": "image", "data": b64encode(data).decode()} for name, kind, data in media]
        given = {"app": app, "customer": customer, "name": story["name"], "media": files, **said}
        async with self._client.post(f"/doubles/{channel.path}/past", json=given) as answer:
            return str((await answer.json())["id"])
