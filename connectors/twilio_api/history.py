"""Looks through Twilio's history for what its webhooks did not bring: messages that came in, and what became of ours."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from connectors.contract import Batch, Delivery
from connectors.errors import Rejected
from connectors.twilio_api.payloads import STATES, bare
from connectors.twilio_api.webhook import status_id

BATCH = 100
PAGE = 500
WEBHOOK_S = 20.0
"""Twilio tries to bring a webhook for fifteen seconds."""
FINAL = frozenset({"delivered", "read", "undelivered", "failed", "canceled"})


class History:
    """The list of messages of one account, as far as they are this channel's."""

    def __init__(self, client: Client, *, prefix: str, senders: tuple[str, ...], service: str, now: Callable[[], float]) -> None:
        self._client = client
        self._prefix = prefix
        self._senders = senders
        self._service = service
        self._now = now

    async def since(self, moment: float) -> AsyncIterator[Batch]:
        """All from then on, as deliveries with the ids that the webhooks give them."""
        found = list[Delivery]()
        async for message in self._messages(datetime.fromtimestamp(moment, UTC)):
            delivery = await self._delivery(message)
            if delivery is not None:
                found.append(delivery)
            if len(found) >= BATCH:
                yield Batch(tuple(found))
                found = []
        if found:
            yield Batch(tuple(found))

    async def fates(self, sids: Sequence[str]) -> list[Delivery]:
        """Of each message whether it arrived, was read, or failed; one that Twilio does not have any more says nothing."""
        found = list[Delivery]()
        for sid in sids:
            try:
                message = await self._client.messages(sid).fetch_async()
            except Rejected:
                continue
            delivery = await self._delivery(message)
            if delivery is not None:
                found.append(delivery)
        return found

    async def _messages(self, moment: datetime) -> AsyncIterator[MessageInstance]:
        """Those to and from each of our numbers; where a service has them, those of the service in the whole account."""
        if self._service:
            async for message in await self._client.messages.stream_async(date_sent_after=moment, page_size=PAGE):
                if self._is_ours(message):
                    yield message
            return
        for number in self._senders:
            for side in ("to", "from_"):
                asked = {side: self._prefix + number, "date_sent_after": moment, "page_size": PAGE}
                async for message in await self._client.messages.stream_async(**asked):
                    yield message

    def _is_ours(self, message: MessageInstance) -> bool:
        address = (message.to if str(message.direction) == "inbound" else message.from_) or ""
        if not (address.startswith(self._prefix) if self._prefix else ":" not in address):
            return False
        return message.messaging_service_sid == self._service or bare(address) in self._senders

    async def _delivery(self, message: MessageInstance) -> Delivery | None:
        state, sid = str(message.status), message.sid or ""
        if str(message.direction) == "inbound":
            return Delivery("message", sid, await self._as_form(message)) if state == "received" and self._is_missing(message) else None
        if state not in FINAL or state not in STATES:
            return None
        error = str(message.error_code or "")
        fields = {
            "MessageSid": sid,
            "MessageStatus": state,
            "ErrorCode": error,
            "ErrorMessage": message.error_message or "",
            "To": message.to or "",
        }
        return Delivery("status", status_id(sid, state, error), urlencode(fields).encode())

    def _is_missing(self, message: MessageInstance) -> bool:
        """A webhook knows more than the history (name, button, place): while it may still come, it goes before."""
        return message.date_sent is None or message.date_sent.timestamp() < self._now() - WEBHOOK_S

    async def _as_form(self, message: MessageInstance) -> bytes:
        """The fields that the webhook would have had, as far as the history keeps them."""
        fields = {
            "MessageSid": message.sid or "",
            "From": message.from_ or "",
            "To": message.to or "",
            "Body": message.body or "",
            "NumMedia": message.num_media or "0",
            "DateSent": message.date_sent.strftime("%a, %d %b %Y %H:%M:%S +0000") if message.date_sent else "",
        }
        if fields["NumMedia"] not in ("", "0"):
            fields |= await self._files(message)
        return urlencode(fields).encode()

    async def _files(self, message: MessageInstance) -> dict[str, str]:
        base, fields = self._client.api.base_url.rstrip("/"), dict[str, str]()
        for n, media in enumerate(await message.media.list_async()):
            fields[f"MediaUrl{n}"] = base + (media.uri or "").removesuffix(".json")
            fields[f"MediaContentType{n}"] = media.content_type or ""
        return fields
