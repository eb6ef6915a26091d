"""A WhatsApp channel at pretend Meta's."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from connectors.contract import Address, Outgoing, Surroundings
from connectors.whatsapp.connector import WhatsApp
from connectors.whatsapp.settings import Settings
from sandbox.meta import company
from tests.connectors.graph.world import VERIFY, World, opened

RECORDED = Path(__file__).parent / "recorded"
ANA = "34600111222"
TO_ANA = Address("phone", "+34600111222", "Ana")
OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
Worlds = AsyncIterator[World]


def settings(url: str = "https://graph.facebook.com", **given: Any) -> Settings:
    usual: dict[str, Any] = {
        "phone_number_id": company.PHONE_NUMBER_ID,
        "account_id": company.ACCOUNT_ID,
        "app_id": company.APP_ID,
        "app_secret": company.APP_SECRET,
        "access_token": company.WHATSAPP_TOKEN,
        "verify_token": VERIFY,
        "graph_url": url,
    }
    return Settings(**{**usual, **given})


def channel(url: str, surroundings: Surroundings, **given: Any) -> WhatsApp:
    return WhatsApp(settings(url, **given), surroundings)


def world(*, speed: float = 1.0, install: bool = True, **given: Any) -> AbstractAsyncContextManager[World]:
    return opened("whatsapp", lambda url, around: channel(url, around, **given), speed=speed, install=install)


def outgoing(**given: Any) -> Outgoing:
    return Outgoing(**{"id": OURS, "to": TO_ANA, "text": "Hola", **given})
