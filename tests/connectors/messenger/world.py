"""A Messenger channel at pretend Meta's."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from connectors.contract import Address, Outgoing, Surroundings
from connectors.messenger.connector import Messenger
from connectors.messenger.settings import Settings
from sandbox.meta import company
from tests.connectors.graph.world import VERIFY, World, opened

RECORDED = Path(__file__).parent / "recorded"
EVA = "7001112223334445"
TO_EVA = Address("messenger", EVA)
OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
Worlds = AsyncIterator[World]


def settings(url: str = "https://graph.facebook.com", **given: Any) -> Settings:
    usual: dict[str, Any] = {
        "page_id": company.PAGE_ID,
        "app_id": company.APP_ID,
        "app_secret": company.APP_SECRET,
        "access_token": company.PAGE_TOKEN,
        "verify_token": VERIFY,
        "graph_url": url,
    }
    return Settings(**{**usual, **given})


def channel(url: str, surroundings: Surroundings, **given: Any) -> Messenger:
    return Messenger(settings(url, **given), surroundings)


def world(*, speed: float = 1.0, install: bool = True, **given: Any) -> AbstractAsyncContextManager[World]:
    return opened("messenger", lambda url, around: channel(url, around, **given), speed=speed, install=install)


def outgoing(**given: Any) -> Outgoing:
    return Outgoing(**{"id": OURS, "to": TO_EVA, "text": "Hola", **given})
