"""What the tests of the mail channel share: a key, addresses, recorded mails, a channel."""

from pathlib import Path
from typing import Any

from connectors.contract import Address, Delivery, Message, Outgoing, Surroundings
from connectors.email import payloads
from connectors.email.connector import Email, build
from connectors.email.settings import Settings

KEY = bytes(range(32))
OURS = "support@demo.example"
RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str, **replacements: str) -> bytes:
    """A recorded mail, with words in capitals replaced, and its line ends as SMTP carries them."""
    text = (RECORDED / f"{name}.eml").read_text(encoding="utf-8")
    for word, value in replacements.items():
        text = text.replace(word.replace("_", "-"), value)
    return text.replace("\n", "\r\n").encode("utf-8")


def delivery(raw: bytes, **envelope: str) -> Delivery:
    return Delivery("mail", payloads.external_id(raw), raw, envelope)


def message_of(raw: bytes, **envelope: str) -> Message:
    """The one message in a mail."""
    (event,) = payloads.events_of(delivery(raw, **envelope), key=KEY, ours=OURS)
    assert isinstance(event, Message)
    return event


def outgoing(**given: Any) -> Outgoing:
    usual: dict[str, Any] = {
        "id": "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c",
        "to": Address("email", "ana@shop.example", "Ana"),
        "text": "Hola",
        "subject": "Pedido",
    }
    return Outgoing(**{**usual, **given})


def surroundings(channel: str = "mail-1") -> Surroundings:
    return Surroundings(channel=channel, public_url="http://127.0.0.1", key=KEY, now=lambda: 1_772_600_000.0)


def channel(*, timeout: float = 10.0, **given: Any) -> Email:
    """A mail channel whose relay gives up after `timeout` seconds."""
    settings = Settings(**{"address": OURS, "name": "Soporte", "relay_host": "127.0.0.1", "relay_tls": "none", **given})
    return Email(settings, surroundings(), timeout=timeout, data_timeout=timeout) if timeout != 10.0 else build(settings, surroundings())
