"""Where Twilio keeps the address that it calls: at a number, a messaging service or a WhatsApp sender. Read and set through its API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urldefrag

from twilio.rest import Client
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderList

from connectors.twilio_api.sending import RETRIES
from connectors.twilio_api.steps import Wanting

TRIAL_NUMBER = "+14155238886"
"""Twilio's own WhatsApp number, on which everybody may try: its webhook can only be set by hand, and not be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place and what is set there. `about`: what the admin recognises it by. Without `sid` Twilio's API does not reach it."""

    sid: str
    about: str
    webhook: str = ""
    application: str = ""
    """An application of Twilio's that is set there: what it says goes before the webhook."""


class Place(Protocol):
    """One place that can hold our webhook address."""

    label: str

    async def find(self) -> Found:
        """Raises Wanting when it is not there, or cannot send; else from the connectors' tree."""
        ...

    async def set(self, found: Found, webhook: str) -> None:
        """Have it call this address; none at all if empty."""
        ...


class Number:
    """A phone number that Twilio rents to the account. Its webhook gets what is sent to it."""

    def __init__(self, client: Client, number: str) -> None:
        self.label = f"number {number}"
        self._client = client
        self._number = number

    async def find(self) -> Found:
        """The number, with what it can do."""
        for one in await self._client.incoming_phone_numbers.list_async(phone_number=self._number, limit=1):
            able = [name for name in ("sms", "mms") if (one.capabilities or {}).get(name)]
            if "sms" not in able:
                raise Wanting(f"{self._number} cannot send messages")
            about, application = f"{one.friendly_name} ({', '.join(able)})", one.sms_application_sid or ""
            return Found(one.sid or "", about, application or one.sms_url or "", application)
        raise Wanting(f"this account has no number {self._number}")

    async def set(self, found: Found, webhook: str) -> None:
        """Its SmsUrl, by POST; without an application, which would go before it."""
        without = {"sms_application_sid": ""} if found.application else {}
        await self._client.incoming_phone_numbers(found.sid).update_async(sms_url=_lasting(webhook), sms_method="POST", **without)


class Service:
    """A messaging service: its webhook gets what is sent to any of its numbers, unless it leaves that to them."""

    def __init__(self, client: Client, sid: str) -> None:
        self.label = "service"
        self._client = client
        self._sid = sid

    async def find(self) -> Found:
        """The service; one that leaves the webhook to its numbers shows none."""
        one = await self._client.messaging.v1.services(self._sid).fetch_async()
        left = bool(one.use_inbound_webhook_on_number)
        return Found(self._sid, one.friendly_name or self._sid, "" if left else one.inbound_request_url or "")

    async def set(self, found: Found, webhook: str) -> None:
        """Its inbound request address, by POST."""
        await self._client.messaging.v1.services(found.sid).update_async(
            inbound_request_url=_lasting(webhook), inbound_method="POST", use_inbound_webhook_on_number=False
        )


class WhatsAppSender:
    """A number registered with WhatsApp."""

    def __init__(self, client: Client, number: str) -> None:
        self.label = f"number {number}"
        self._client = client
        self._number = number

    async def find(self) -> Found:
        """The sender, with its state and the limit and quality that WhatsApp gives it."""
        if self._number == TRIAL_NUMBER:
            return Found("", "Twilio's number for trials: its webhook stands in the console, at Sandbox settings")
        async for one in await self._client.messaging.v2.channels_senders.stream_async(channel="whatsapp"):
            if one.sender_id == f"whatsapp:{self._number}":
                return self._found(one)
        raise Wanting(f"this account has no WhatsApp sender {self._number}")

    def _found(self, one: Any) -> Found:
        state = str(one.status)
        if not state.startswith("ONLINE"):
            raise Wanting(f"{self._number} is {state}")
        limits = _part(one.properties)
        about = (_part(one.profile).get("name"), state, limits.get("messaging_limit"), limits.get("quality_rating"))
        return Found(one.sid or "", ", ".join(filter(None, about)), _part(one.webhook).get("callback_url") or "")

    async def set(self, found: Found, webhook: str) -> None:
        """Its callback address, by POST. Raises Wanting for the number for trials."""
        if not found.sid:
            raise Wanting("the number for trials takes its webhook in the console only: Messaging, Try it out, Sandbox settings")
        kinds = ChannelsSenderList
        asked = kinds.MessagingV2ChannelsSenderRequestsUpdate({"webhook": {"callback_url": _lasting(webhook), "callback_method": "POST"}})
        await self._client.messaging.v2.channels_senders(found.sid).update_async(asked)


def places(client: Client, numbers: tuple[str, ...], service: str, of_number: Callable[[Client, str], Place]) -> list[Place]:
    """All that have to call us."""
    return [*(of_number(client, one) for one in numbers), *([Service(client, service)] if service else [])]


def leads_to(found: Found, webhook: str) -> bool:
    """Whether a place calls us, with or without asking for retries."""
    return bool(webhook) and urldefrag(found.webhook).url == webhook


def _part(value: Any) -> dict[str, Any]:
    """What is nested in an answer, which the SDK leaves as it came."""
    return value if isinstance(value, dict) else {}


def _lasting(webhook: str) -> str:
    return webhook + RETRIES if webhook else ""
