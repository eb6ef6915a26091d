"""The SMS channel: text messages and pictures, through numbers or a messaging service at Twilio."""

import re
from dataclasses import dataclass, replace

from connectors.contract import Outgoing, Sent, Surroundings
from connectors.settings import setting
from connectors.twilio_api import settings as twilio
from connectors.twilio_api.channel import TwilioChannel
from connectors.twilio_api.places import Number

SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{4,8}|(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
"""A number, a short code, or a name (which cannot be answered)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One account at Twilio, and the numbers of it that are this channel."""

    account_sid: str = twilio.account_sid()
    auth_token: str = twilio.auth_token()
    senders: str = twilio.senders(
        "Uno por línea; el primero es el habitual. Cada respuesta sale del número al que escribió el cliente.",
        "One a line; the first one is the usual. Every answer leaves from the number that the customer wrote to.",
        "+34600000000",
    )
    messaging_service_sid: str = twilio.messaging_service_sid()
    mms: bool = setting(
        "Enviar fotos como MMS",
        "Send pictures as MMS",
        default=False,
        group="sender",
        help_es="Solo con números de Estados Unidos, Canadá y pocos países más. Apagado: las fotos van como enlace.",
        help_en="Only with numbers of the United States, Canada and few other countries. Off: pictures go as links.",
    )
    api_key_sid: str = twilio.api_key_sid()
    api_key_secret: str = twilio.api_key_secret()
    second_token: str = twilio.second_token()
    webhook_secret: str = twilio.webhook_secret()
    base_url: str = twilio.base_url()


class Sms(TwilioChannel):
    """SMS and MMS."""

    place = Number

    def __init__(self, settings: Settings, surroundings: Surroundings, *, timeout_s: float = 15.0) -> None:
        super().__init__(settings, surroundings, timeout_s=timeout_s)
        self._mms = settings.mms

    async def send(self, outgoing: Outgoing) -> Sent:
        """One message, with its files or with links to them. Raises from the tree in `connectors.errors`."""
        return await super().send(outgoing if self._mms else with_links(outgoing))


def with_links(outgoing: Outgoing) -> Outgoing:
    """The same without files: their addresses stand below the text."""
    links = [one.url for one in outgoing.attachments if one.url]
    if len(links) < len(outgoing.attachments):
        return outgoing
    return replace(outgoing, text="\n".join(filter(None, [outgoing.text, *links])), attachments=())


def build(settings: Settings, surroundings: Surroundings) -> Sms:
    """One channel. Raises InvalidSettings for what no single field shows."""
    twilio.check_settings(settings, sender=SENDER, like="+34600000000")
    return Sms(settings, surroundings)
