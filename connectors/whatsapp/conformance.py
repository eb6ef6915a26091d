"""What the conformance kit needs to try the WhatsApp channel."""

import json
from typing import Any

from connectors.contract import Address
from connectors.graph import playing
from connectors.graph.playing import answer, fault, signed

__all__ = ["TO", "answer", "batch", "fault", "settings", "signed"]

TO = Address("phone", "+34600111222")
NUMBER = "1400000000000001"


def settings(url: str) -> dict[str, Any]:
    """One number."""
    return {**playing.settings(url), "phone_number_id": NUMBER, "account_id": "1300000000000001"}


def batch(count: int, poison: int) -> bytes:
    """One change of many messages."""
    common = {"from": "34600111222", "timestamp": "1780000000", "type": "text"}
    items: list[Any] = [{**common, "id": f"wamid.{number}", "text": {"body": "Hola"}} for number in range(count)]
    items[poison] = {**common, "id": f"wamid.{poison}", "text": "no object", "from": None}
    metadata = {"display_phone_number": "34910000001", "phone_number_id": NUMBER}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": items}
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1300000000000001", "changes": [change]}]}).encode()
