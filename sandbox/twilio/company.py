"""The company's account at pretend Twilio: its credentials, its numbers, where each one's webhook goes, its templates."""

import secrets
from dataclasses import dataclass, field
from typing import Any

ACCOUNT_SID = "AC" + "d0" * 16
AUTH_TOKEN = "d1" * 16
SMS_NUMBER = "+34600100200"
SERVICE_NUMBER = "+34600100201"
"""A second number, which belongs to the messaging service."""
FREE_NUMBER = "+34600100202"
"""A third one, for whoever adds a channel."""
WHATSAPP_NUMBER = "+34600100300"
SERVICE_SID = "MG" + "d0" * 16


@dataclass(slots=True)
class Number:
    """A phone number. `webhook` is its SmsUrl."""

    sid: str
    number: str
    webhook: str = ""
    method: str = "POST"
    service: str = ""
    application: str = ""
    """A TwiML application, which goes before the webhook."""


@dataclass(slots=True)
class Service:
    """A messaging service, with Advanced Opt-Out."""

    sid: str
    name: str
    webhook: str = ""
    method: str = "POST"
    left_to_numbers: bool = False


@dataclass(slots=True)
class Sender:
    """A number on WhatsApp."""

    sid: str
    number: str
    name: str
    webhook: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """A template and what WhatsApp said of it."""

    sid: str
    name: str
    language: str
    kind: str
    body: str
    variables: dict[str, str]
    status: str
    category: str = "UTILITY"
    actions: tuple[tuple[str, str], ...] = ()
    """Buttons: id, title."""


ORDER = {"1": "Lucía", "2": "A-1042"}
CONTENTS = (
    Content("HX" + "c1" * 16, "pedido_enviado", "es", "twilio/text", "Hola {{1}}, su pedido {{2}} ha salido.", ORDER, "approved"),
    Content("HX" + "c2" * 16, "order_shipped", "en", "twilio/text", "Hello {{1}}, your order {{2}} is on its way.", ORDER, "approved"),
    Content("HX" + "c3" * 16, "rebajas", "es", "twilio/quick-reply", "{{1}}, ¡rebajas!", {"1": "Lucía"}, "rejected", "MARKETING"),
    Content(
        "HX" + "c5" * 16,
        "cita",
        "es",
        "twilio/quick-reply",
        "{{1}}, su cita es el {{2}}.",
        {"1": "Lucía", "2": "lunes a las 10"},
        "approved",
        actions=(("confirm", "Confirmar"), ("change", "Cambiar")),
    ),
    Content("HX" + "c4" * 16, "borrador", "es", "twilio/text", "Un borrador", {}, "unsubmitted"),
)


class Company:
    """The account."""

    def __init__(self) -> None:
        self.numbers = [
            Number("PN" + "a1" * 16, SMS_NUMBER),
            Number("PN" + "a2" * 16, SERVICE_NUMBER, service=SERVICE_SID),
            Number("PN" + "a4" * 16, FREE_NUMBER),
        ]
        self.services = [Service(SERVICE_SID, "Atención al cliente")]
        self.senders = [Sender("XE" + "a3" * 16, WHATSAPP_NUMBER, "Tienda Hilo")]
        self.contents = list(CONTENTS)

    def number(self, value: str) -> Number | None:
        return next((one for one in self.numbers if value in (one.number, one.sid)), None)

    def service(self, sid: str) -> Service | None:
        return next((one for one in self.services if one.sid == sid), None)

    def sender(self, value: str) -> Sender | None:
        return next((one for one in self.senders if value in (one.number, one.sid)), None)

    def content(self, sid: str) -> Content | None:
        return next((one for one in self.contents if one.sid == sid), None)

    def webhook(self, ours: str, *, whatsapp: bool) -> tuple[str, str, str]:
        """Where what is sent to a number of ours goes: address, method, service."""
        if whatsapp:
            sender = self.sender(ours)
            return (str(sender.webhook.get("callback_url") or ""), "POST", "") if sender else ("", "POST", "")
        number = self.number(ours)
        service = self.service(number.service) if number else None
        if service and not service.left_to_numbers:
            return service.webhook, service.method, service.sid
        return (number.webhook, number.method, number.service) if number and not number.application else ("", "POST", "")


def new_sid(prefix: str) -> str:
    """An id as Twilio makes them."""
    return prefix + secrets.token_hex(16)
