"""What the conformance kit needs to try the Instagram channel."""

import json
from typing import Any

from connectors.contract import Address
from connectors.graph import playing
from connectors.graph.playing import answer, fault, signed

__all__ = ["TO", "answer", "batch", "fault", "settings", "signed"]

TO = Address("instagram", "7001112223334445")
ACCOUNT = "17841400000000001"


def settings(url: str) -> dict[str, Any]:
    """One account."""
    return {**playing.settings(url), "account_id": ACCOUNT}


def batch(count: int, poison: int) -> bytes:
    """One entry of many messages."""
    items: list[Any] = [_message({"mid": f"m_{number}", "text": "Hola"}) for number in range(count)]
    items[poison] = _message({"mid": f"m_{poison}", "text": ["no", "text"]})
    return json.dumps({"object": "instagram", "entry": [{"id": ACCOUNT, "time": 1780000000123, "messaging": items}]}).encode()


def _message(said: dict[str, Any]) -> dict[str, Any]:
    return {"sender": {"id": TO.value}, "recipient": {"id": ACCOUNT}, "timestamp": 1780000000000, "message": said}
