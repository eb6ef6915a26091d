"""What the conformance kit needs to try WhatsApp by Twilio."""

from typing import Any

from connectors.contract import Address
from connectors.twilio_api import playing
from connectors.twilio_api.playing import answer, fault, signed

__all__ = ["TO", "answer", "fault", "settings", "signed"]

TO = Address("phone", "+34611222333")


def settings(url: str) -> dict[str, Any]:
    """One number."""
    return playing.settings(url, "+34600100300")
