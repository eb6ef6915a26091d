"""What a Messenger and an Instagram channel do alike: `/me/messages` with the page's or account's token."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from connectors.contract import Action, Address, Batch, Delivery, Event, Media, Outgoing, Sent, Signal
from connectors.errors import Ambiguous, Rejected
from connectors.graph.conversation import read, split
from connectors.graph.history import sweep
from connectors.graph.page import Page
from connectors.graph.reading import opaque

QUICK_TITLE, QUICK_PAYLOAD = 20, 1000
SHOWN_AS = {"image": "image", "video": "video", "audio": "audio"}


class Platform(Page):
    """One page or account, and what is said there."""

    # ── In ──────────────────────────────────────────────────────────────────────────────────────────────────────────

    def split(self, body: bytes) -> tuple[Delivery, ...]:
        """All items of a batch that are this page's."""
        return split(body, self._kind.object, self._account)

    def parse(self, delivery: Delivery) -> list[Event]:
        """An item's events."""
        return read(delivery, self._kind.address, self._app.id, self._kind.title)

    @asynccontextmanager
    async def fetch(self, media: Media) -> AsyncIterator[AsyncIterator[bytes]]:
        """A file that a customer sent; its address is signed and ends some time."""
        async with self._graph.download(media.url or "", signed=True) as pieces:
            yield pieces

    async def sweep(self, since: float) -> AsyncIterator[Batch]:
        """What the inbox holds that no webhook told, with the names of those who wrote."""
        async for batch in sweep(self._graph, self._kind.address, self._account, since):
            yield batch

    # ── Out ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand over one message; our id goes along and comes back in its echo."""
        message = await self._content(outgoing)
        tag = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if outgoing.tagged else {"messaging_type": "RESPONSE"}
        quoted = {"reply_to": {"mid": outgoing.answers}} if outgoing.answers else {}
        body = {
            "recipient": {"id": outgoing.to.value},
            **tag,
            "message": {**message, "metadata": opaque(outgoing.id, outgoing.part)},
            **quoted,
        }
        answer = await self._graph.post("me/messages", body)
        if not answer.get("message_id"):
            raise Ambiguous(f"Meta took it without saying under which id: {str(answer)[:200]}")
        return Sent(str(answer["message_id"]))

    async def _content(self, outgoing: Outgoing) -> dict[str, Any]:
        quick = {"quick_replies": [_quick(one.id, one.title) for one in outgoing.choices]} if outgoing.choices else {}
        if outgoing.attachments:
            return {"attachment": await self._file(outgoing.attachments[0]), **quick}
        return {"text": outgoing.text, **quick}

    async def _file(self, media: Media) -> dict[str, Any]:
        """A file as a message names it: a link that Meta fetches, or one handed over before."""
        shown = SHOWN_AS.get(media.content_type.split("/")[0], "file")
        if media.url and (self._kind.by_link or media.data is None):
            return {"type": shown, "payload": {"url": media.url, "is_reusable": False}}
        if media.data is None:
            raise Rejected(f"{media.name} has neither content nor address", code="invalid_file")
        described = json.dumps({"attachment": {"type": shown, "payload": {"is_reusable": True}}})
        fields = {"message": described, **self._kind.upload}
        answer = await self._graph.upload("me/message_attachments", media, part="filedata", fields=fields)
        return {"type": shown, "payload": {"attachment_id": str(answer.get("attachment_id", ""))}}

    async def act(self, action: Action) -> None:
        """React to a message; Meta lets a business neither edit nor delete one."""
        if action.kind != "react":
            raise Rejected(f"{self._kind.title} has no way to {action.kind} a message of a business", code="not_possible")
        sign = self._kind.reactions.get(action.emoji, "" if self._kind.reactions else action.emoji)
        if action.emoji and not sign:
            raise Rejected(f"{self._kind.title} takes only {' '.join(self._kind.reactions)}", code="not_possible")
        said = {"message_id": action.target, **({"reaction": sign} if sign else {})}
        await self._do(action.to, "react" if sign else "unreact", {"payload": said})

    async def signal(self, signal: Signal) -> None:
        """The three dots for 20 seconds, or that the messages so far are seen."""
        verb = "mark_seen" if signal.kind == "read" else "typing_on" if signal.on else "typing_off"
        await self._do(signal.to, verb, {})

    async def _do(self, to: Address, verb: str, more: Mapping[str, Any]) -> None:
        await self._graph.post("me/messages", {"recipient": {"id": to.value}, "sender_action": verb, **more})


def _quick(payload: str, title: str) -> dict[str, str]:
    return {"content_type": "text", "title": title[:QUICK_TITLE], "payload": payload[:QUICK_PAYLOAD]}
