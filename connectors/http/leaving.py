"""What we say to another system: messages, actions, signals and pings as Structs; and what its answer means. Pure."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from msgspec import Struct

from connectors.answers import accepted
from connectors.contract import Action, Address, Answer, Media, Outgoing, Sent, Signal
from connectors.errors import Rejected, WindowClosed
from connectors.http.words import MEDIA_BYTES


class To(Struct, frozen=True):
    """Whom it is for, as the customer's messages named them."""

    kind: str
    value: str
    name: str


class SentFile(Struct, frozen=True, omit_defaults=True):
    """A file: an address that expires, or its bytes in base64."""

    name: str
    content_type: str
    kind: str
    size: int
    url: str = ""
    data: bytes = b""


class Button(Struct, frozen=True):
    """A button below a message."""

    id: str
    title: str


class SentMessage(Struct, frozen=True, tag="message"):
    """A message to a customer, or a part of one that is too long for one call. What names it are `id` and `part` together, the same at
    every attempt: what you have already, answer with 200 again; another `part` of the same `id` is no repetition."""

    id: str
    part: int
    """From 0."""
    parts: int
    """How many there are; the next one comes when this one is answered."""
    attempt: int
    to: To
    text: str
    subject: str
    attachments: list[SentFile]
    choices: list[Button]
    answers: str
    """The id of the customer's message that it answers."""
    topic: str
    author: str
    sender: str
    """Which of your addresses it leaves from: the `to` of the customer's last message."""
    automatic: bool


class SentAction(Struct, frozen=True, tag="action"):
    """Something done to a message that is there: doing it twice does no more than once."""

    id: str
    action: Literal["react", "edit", "delete"]
    to: To
    target: str
    emoji: str
    text: str


class SentSignal(Struct, frozen=True, tag="signal"):
    """An agent writes, or has read up to `target`. Sent once; the answer does not matter."""

    signal: Literal["typing", "read"]
    to: To
    target: str
    on: bool


class SentPing(Struct, frozen=True, tag="ping"):
    """The Check button: answer with 200, and do nothing."""


class SentSweep(Struct, frozen=True, tag="sweep"):
    """What have you told us since then, and perhaps in vain? Answer with `{"events": [ … ]}`, the same events with the same ids, and with
    `"next"` where there are more: it comes back in `after`. Sent every few minutes, where the channel's settings say that you have a
    history."""

    since: float
    """Seconds since the epoch, UTC."""
    after: str


class SentTrace(Struct, frozen=True, tag="trace"):
    """What became of these messages, of which nothing was heard for a while? Answer with `{"events": [ … ]}`: a receipt for each that is
    decided. Sent where the channel's settings say that you have a history."""

    ids: list[str]
    """Your ids of them; ours (`id`, or `id:part` where `parts` is more than 1) where you gave none."""


Leaving = SentMessage | SentAction | SentSignal | SentPing | SentSweep | SentTrace


def message(outgoing: Outgoing) -> SentMessage:
    """A message in words. Raises Rejected for a file that cannot go."""
    return SentMessage(
        id=outgoing.id,
        part=outgoing.part,
        parts=outgoing.parts,
        attempt=outgoing.attempt,
        to=_to(outgoing.to),
        text=outgoing.text,
        subject=outgoing.subject,
        attachments=[_file(one) for one in outgoing.attachments],
        choices=[Button(one.id, one.title) for one in outgoing.choices],
        answers=outgoing.answers,
        topic=outgoing.topic,
        author=outgoing.author,
        sender=outgoing.sender,
        automatic=outgoing.automatic,
    )


def action(one: Action) -> SentAction:
    """An action in words."""
    return SentAction(one.id, one.kind, _to(one.to), one.target, one.emoji, one.text)


def signal(one: Signal) -> SentSignal:
    """A signal in words."""
    return SentSignal(one.kind, _to(one.to), one.target, one.on)


def _to(address: Address) -> To:
    return To(address.kind, address.native or address.value, address.name)


def _file(media: Media) -> SentFile:
    size = len(media.data) if media.data is not None else media.size
    if media.url:
        return SentFile(media.name, media.content_type, media.kind, size, media.url)
    if media.data is None or size > MEDIA_BYTES:
        raise Rejected(f"{media.name} has no address, and {size} bytes are more than {MEDIA_BYTES}", code="too_large")
    return SentFile(media.name, media.content_type, media.kind, size, data=media.data)


def outcome(answer: Answer, id_: str) -> Sent:
    """What the answer means; `{"id", "state"}` in it is your id of the message, which receipts may then use. Raises from the tree."""
    said = _object(answer)
    if answer.status >= 400 and said.get("code") == "window_closed":
        raise WindowClosed(str(said.get("message", ""))[:300] or "a template is needed", code="window_closed")
    if 400 <= answer.status < 500 and answer.status not in (401, 403, 429) and isinstance(said.get("message"), str):
        raise Rejected(said["message"][:300])
    accepted(without_body(answer))
    own = said.get("id")
    return Sent(own[:200] if isinstance(own, str) and own else id_, "delivered" if said.get("state") == "delivered" else "sent")


def without_body(answer: Answer) -> Answer:
    """An answer of which no word gets into an error: who chooses the address must not read there what a server of others says."""
    return replace(answer, body=b"")


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
