"""Messages as they are shown: a row of the statement `views` becomes a view. Pure."""

from typing import Any
from uuid import UUID

import msgspec

from hub.conversations.model import (
    AddressView,
    Attachment,
    ChoiceView,
    ContactView,
    LocationView,
    Message,
    PushedMessage,
    QuotedMessage,
    ReactionView,
)
from hub.kernel.database import Record
from hub.kernel.shapes import ChannelRef, Person


def message_view(row: Record) -> Message:
    """A message of the thread."""
    return Message(**_parts(row))


def pushed_view(row: Record) -> PushedMessage:
    """The same for the sockets."""
    return PushedMessage(**_parts(row), root=str(row["root_id"]), customer_name=row["customer_name"])


def _parts(row: Record) -> dict[str, Any]:
    context = dict(row["context"])
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "at": row["at"],
        "direction": row["direction"],
        "topic": str(row["topic_id"]),
        "aside": row["aside"],
        "channel": row["channel_id"] and ChannelRef(id=str(row["channel_id"]), connector=row["connector"], name=row["channel_name"]),
        "text": row["text"],
        "state": row["state"],
        "customer": str(row["customer_id"]),
        "author": _author(row),
        "subject": row["subject"],
        "has_html": row["has_html"],
        "address": row["address"] and msgspec.convert(row["address"], type=AddressView),
        "error": row["error"],
        "state_at": row["state_at"],
        "reply_to": _text(row["reply_to"]),
        "send_at": row["send_at"],
        "mentions": context.pop("mentions", []),
        "context": context,
        **_happened(row),
        **_content(row["content"]),
    }


def _happened(row: Record) -> dict[str, Any]:
    """What became of it, and what hangs on it."""
    return {
        "attachments": [msgspec.convert(one, Attachment) for one in row["attachments"]],
        "reactions": [msgspec.convert(one, ReactionView) for one in row["reactions"]],
        "edited_at": row["edited_at"],
        "deleted_at": row["deleted_at"],
        "quoted": row["quoted"] and msgspec.convert(row["quoted"], QuotedMessage),
    }


def _content(content: dict[str, Any]) -> dict[str, Any]:
    """What is not text."""
    location, choice = content.get("location"), content.get("choice")
    return {
        "location": location and msgspec.convert(location, LocationView),
        "contacts": [msgspec.convert(one, ContactView) for one in content.get("contacts", ())],
        "choice": choice and msgspec.convert(choice, ChoiceView),
    }


def _author(row: Record) -> Person:
    if row["author_kind"] == "customer":
        return Person(kind="customer", id=str(row["customer_id"]), name=row["writer_name"])
    if row["author_id"] is None and row["context"].get("echo"):
        return Person(kind=row["author_kind"], id=None, name=str(row["context"].get("author", "")))
    return Person(kind=row["author_kind"], id=_text(row["author_id"]), name=row["agent_name"])


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
