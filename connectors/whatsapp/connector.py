"""A WhatsApp number by Meta's Cloud API: webhooks in, `/messages` out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from connectors.contract import Action, Delivery, Event, Media, Outgoing, Sent, Signal, Surroundings, Template
from connectors.errors import Ambiguous, Rejected
from connectors.graph.reading import part, parts, text
from connectors.whatsapp.account import Account
from connectors.whatsapp.payloads import read, split
from connectors.whatsapp.sending import PRODUCT, body_of, recipient
from connectors.whatsapp.settings import Settings
from connectors.whatsapp.templates import read_template

TEMPLATE_FIELDS = "name,language,status,category,components"
PAGES = 50


class WhatsApp(Account):
    """One number, and what is said there."""

    # ── In ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def split(self, body: bytes) -> tuple[Delivery, ...]:
        """All items of a batch that are this number's."""
        return split(body, self._settings.phone_number_id)

    def parse(self, delivery: Delivery) -> list[Event]:
        """An item's events."""
        return read(delivery)

    @asynccontextmanager
    async def fetch(self, media: Media) -> AsyncIterator[AsyncIterator[bytes]]:
        """A file that a customer sent. Its address lives for five minutes, so it is asked for each time."""
        try:
            found = await self._graph.get(media.reference, phone_number_id=self._settings.phone_number_id)
        except Rejected as error:
            raise Rejected(str(error), code="file_gone") from error
        address = text(found.get("url"), 4000)
        if not address:
            raise Rejected("Meta gave no address of the file", code="file_gone")
        async with self._graph.download(address, signed=False) as pieces:
            yield pieces

    # ── Out ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand over one message; its own id comes back with everything that becomes of it."""
        file = await self._file(outgoing.attachments[0]) if outgoing.attachments else None
        answer = await self._graph.post(self._messages, body_of(outgoing, file, self._settings.list_label))
        return Sent(_message_id(answer))

    async def _file(self, media: Media) -> Mapping[str, str]:
        """What names a file in a message: uploaded, or a link to it."""
        if media.data is None:
            if not media.url:
                raise Rejected(f"{media.name} has neither content nor address", code="invalid_file")
            return {"link": media.url}
        fields = {**PRODUCT, "type": media.content_type}
        answer = await self._graph.upload(f"{self._settings.phone_number_id}/media", media, part="file", fields=fields)
        return {"id": text(answer.get("id"), 200)}

    async def act(self, action: Action) -> None:
        """React to a message; Meta lets a business neither edit nor delete one."""
        if action.kind != "react":
            raise Rejected(f"WhatsApp has no way to {action.kind} a message of a business", code="not_possible")
        reaction = {"message_id": action.target, "emoji": action.emoji}
        body = {**PRODUCT, "recipient_type": "individual", **recipient(action.to), "type": "reaction", "reaction": reaction}
        await self._graph.post(self._messages, body)

    async def signal(self, signal: Signal) -> None:
        """Two blue ticks, or the three dots for 25 seconds (which Meta gives only together with the ticks)."""
        if not signal.target or not signal.on:
            return
        dots: dict[str, Any] = {"typing_indicator": {"type": "text"}} if signal.kind == "typing" else {}
        await self._graph.post(self._messages, {**PRODUCT, "status": "read", "message_id": signal.target, **dots})

    async def templates(self) -> Sequence[Template]:
        """All templates of the account."""
        found: list[Template] = []
        query = {"fields": TEMPLATE_FIELDS, "limit": "100"}
        for _ in range(PAGES):
            page = await self._graph.get(f"{self._settings.account_id}/message_templates", **query)
            found += [one for given in parts(page.get("data")) if (one := read_template(given)) is not None]
            paging = part(page.get("paging"))
            after = text(part(paging.get("cursors")).get("after"), 2000)
            if not after or not paging.get("next"):
                break
            query["after"] = after
        return found

    @property
    def _messages(self) -> str:
        return f"{self._settings.phone_number_id}/messages"


def _message_id(answer: Mapping[str, Any]) -> str:
    try:
        return str(answer["messages"][0]["id"])
    except (KeyError, IndexError, TypeError) as error:
        raise Ambiguous(f"Meta took it without saying under which id: {str(answer)[:200]}") from error


def build(settings: Settings, surroundings: Surroundings) -> WhatsApp:
    """One channel."""
    return WhatsApp(settings, surroundings)
