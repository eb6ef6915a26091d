"""The WhatsApp channel by Twilio: free text for a day after the customer wrote, templates after that."""

import json
import re
from dataclasses import dataclass

from connectors.contract import Outgoing, Sent, Signal, Step, Surroundings, Template
from connectors.twilio_api import settings as twilio
from connectors.twilio_api.channel import TwilioChannel
from connectors.twilio_api.places import WhatsAppSender
from connectors.twilio_api.sending import create, fields_of
from connectors.twilio_api.steps import step
from connectors.whatsapp_twilio.templates import Templates

SENDER = re.compile(r"\+[1-9][0-9]{6,14}")
INCOMING = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One account at Twilio, and the WhatsApp numbers of it that are this channel."""

    account_sid: str = twilio.account_sid()
    auth_token: str = twilio.auth_token()
    senders: str = twilio.senders(
        "Los números registrados en WhatsApp, uno por línea. El de pruebas de Twilio es +14155238886.",
        "The numbers registered with WhatsApp, one a line. Twilio's for trials is +14155238886.",
        "+34600000000",
    )
    messaging_service_sid: str = twilio.messaging_service_sid()
    api_key_sid: str = twilio.api_key_sid()
    api_key_secret: str = twilio.api_key_secret()
    second_token: str = twilio.second_token()
    webhook_secret: str = twilio.webhook_secret()
    base_url: str = twilio.base_url()


class WhatsApp(TwilioChannel):
    """WhatsApp."""

    prefix = "whatsapp:"
    place = WhatsAppSender

    def __init__(self, settings: Settings, surroundings: Surroundings, *, timeout_s: float = 15.0) -> None:
        super().__init__(settings, surroundings, timeout_s=timeout_s)
        self._templates = Templates(self.client)

    async def send(self, outgoing: Outgoing) -> Sent:
        """One message; a template goes by its id, with its variables. Raises from the tree in `connectors.errors`."""
        if outgoing.template is None:
            return await super().send(outgoing)
        fields = fields_of(outgoing, prefix=self.prefix, senders=self.senders, service=self.settings.messaging_service_sid)
        fields.pop("body", None)
        fields["content_sid"] = await self._templates.content_sid(outgoing.template)
        if outgoing.template.variables:
            fields["content_variables"] = json.dumps(dict(outgoing.template.variables), ensure_ascii=False)
        return await create(self.client, fields)

    async def signal(self, signal: Signal) -> None:
        """Show that an agent writes, for 25 seconds or until the message is there; WhatsApp then marks the customer's as read.

        Twilio has no call that only marks as read.
        """
        if signal.kind == "typing" and signal.on and INCOMING.fullmatch(signal.target):
            await self.client.messaging.v2.typing_indicator.create_async(channel="whatsapp", message_id=signal.target)

    async def templates(self) -> list[Template]:
        """All that were handed in to WhatsApp, whatever became of them."""
        return list(await self._templates.all())

    async def check(self) -> list[Step]:
        """As for every channel by Twilio, and whether the templates can be read."""

        async def readable() -> str:
            return str(len(await self._templates.all()))

        steps = await super().check()
        return [*steps, await step("templates", readable)] if steps[0].ok else steps


def build(settings: Settings, surroundings: Surroundings) -> WhatsApp:
    """One channel. Raises InvalidSettings for what no single field shows."""
    twilio.check_settings(settings, sender=SENDER, like="+34600000000")
    return WhatsApp(settings, surroundings)
