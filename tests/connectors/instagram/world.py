"""An Instagram channel at pretend Meta's."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from connectors.contract import Address, Outgoing, Surroundings
from connectors.instagram.connector import Instagram
from connectors.instagram.settings import Settings
from sandbox.meta import company
from tests.connectors.graph.world import VERIFY, World, opened

RECORDED = Path(__file__).parent / "recorded"
IKER = "8001112223334445"
TO_IKER = Address("instagram", IKER)
OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
Worlds = AsyncIterator[World]


def settings(url: str = "https://graph.facebook.com", **given: Any) -> Settings:
    usual: dict[str, Any] = {
        "account_id": company.INSTAGRAM_ID,
        "app_id": company.APP_ID,
        "app_secret": company.APP_SECRET,
        "access_token": company.INSTAGRAM_TOKEN,
        "verify_token": VERIFY,
        "graph_url": url,
    }
    return Settings(**{**usual, **given})


def channel(url: str, surroundings: Surroundings, **given: Any) -> Instagram:
    return Instagram(settings(url, **given), surroundings)


def world(*, speed: float = 1.0, install: bool = True, **given: Any) -> AbstractAsyncContextManager[World]:
    return opened("instagram", lambda url, around: channel(url, around, **given), speed=speed, install=install)


def outgoing(**given: Any) -> Outgoing:
    return Outgoing(**{"id": OURS, "to": TO_IKER, "text": "Hola", **given})
