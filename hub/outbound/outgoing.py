"""From a row of the outbox to what a connector is given, whole or in parts. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from connectors.contract import Address, Choice, Media, Outgoing, TemplateUse
from connectors.manifest import Manifest
from connectors.parts import plan
from connectors.window import allowed
from hub.kernel.database import Record

KINDS: tuple[Literal["image", "audio", "video"], ...] = ("image", "audio", "video")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message needs beside its row. `webhook`: the channel's address; `link`: file id -> an address that the provider can fetch;
    `unsubscribe`: where whoever gets it can say that he or she wants no more.
    """

    manifest: Manifest
    now: datetime
    webhook: str
    link: Callable[[str], str]
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One call: what is sent, without the bytes of its files, and how it stands (empty: of a message in one piece)."""

    outgoing: Outgoing
    state: str = ""


def parts_of(row: Record, html: str, envelope: Envelope) -> list[Part]:
    """The calls that a message takes: as written down when the first one left, else as the manifest has it now."""
    whole = _whole(row, html, envelope)
    if row["parts"]:
        count = len(row["parts"])
        return [Part(_again(whole, one["content"], one["part"], count), one["state"]) for one in row["parts"]]
    return [Part(one) for one in plan(whole, envelope.manifest)]


def contents(parts: Sequence[Part], row: Record) -> list[dict[str, Any]]:
    """What is written down of each part."""
    places = {one["id"]: place for place, one in enumerate(row["attachments"])}
    return [
        {
            "text": one.outgoing.text,
            "files": [places[media.reference] for media in one.outgoing.attachments],
            "choices": bool(one.outgoing.choices),
        }
        for one in parts
    ]


def _again(whole: Outgoing, content: Mapping[str, Any], part: int, parts: int) -> Outgoing:
    return replace(
        whole,
        text=content["text"],
        html="",
        attachments=tuple(whole.attachments[place] for place in content["files"]),
        choices=whole.choices if content["choices"] else (),
        answers=whole.answers if part == 0 else "",
        part=part,
        parts=parts,
    )


def _whole(row: Record, html: str, envelope: Envelope) -> Outgoing:
    request: Mapping[str, Any] = row["request"]
    context: Mapping[str, Any] = row["context"]
    before = tuple(reversed(row["before"]))
    template = context.get("template")
    return Outgoing(
        id=str(row["message_id"]),
        to=_address(row),
        text=context.get("full_text") or row["text"],
        html=html,
        subject=row["subject"] or _answer_subject(row["topic_subject"]),
        cc=tuple(request.get("cc", ())),
        bcc=tuple(request.get("bcc", ())),
        attachments=tuple(_media(one, envelope) for one in row["attachments"]),
        topic=row["code"],
        answers=row["answers"] or ("" if envelope.manifest.quotes or not before else before[-1]),
        references=before,
        author=row["author"] or "",
        attempt=row["attempts"],
        automatic=row["author_kind"] == "system",
        sender=row["last_to"] or "",
        choices=tuple(Choice(one["id"], one["title"]) for one in context.get("choices", ())),
        template=TemplateUse(template["name"], template["language"], template["variables"]) if template else None,
        tagged=row["author_kind"] == "human" and _after_free(row, envelope),
        callback=f"{envelope.webhook}/status/{row['message_id']}",
        forwarded="forward" in context,
        unsubscribe=envelope.unsubscribe if context.get("unasked") else "",
        only=tuple(request.get("only", ())),
    )


def _address(row: Record) -> Address:
    address: Mapping[str, str] = row["address"]
    return Address(address["kind"], address["value"], address.get("name", ""), row["last_native"] or "")


def _after_free(row: Record, envelope: Envelope) -> bool:
    last = row["last_in_at"]
    return allowed(envelope.manifest.window, last.timestamp() if last else None, envelope.now.timestamp()).what == "tagged"


def _media(one: Mapping[str, Any], envelope: Envelope) -> Media:
    """A file without its bytes: those are read when its part leaves."""
    return Media(
        one["name"],
        one["content_type"],
        url=envelope.link(one["id"]),
        content_id=one["content_id"],
        reference=one["id"],
        size=one["size"],
        kind=kind_of(one["content_type"]),
    )


def kind_of(content_type: str) -> Literal["file", "image", "audio", "video"]:
    """How a file of ours is shown."""
    for kind in KINDS:
        if content_type.startswith(kind + "/"):
            return kind
    return "file"


def _answer_subject(subject: str) -> str:
    return subject if not subject or subject.casefold().startswith("re:") else f"Re: {subject}"
