"""Names of messages. Telegram counts messages within a chat, so ours are `<chat>:<message>`; an album is `<chat>:<first>,<second>,…`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.errors import Rejected

NAME = re.compile(r"(-?\d{1,17}):(\d{1,17}(?:,\d{1,17})*)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: its chat, and its number there (several for an album)."""

    chat: int
    messages: tuple[int, ...]


def name(chat: int, *messages: int) -> str:
    """The external id of a message, or of an album."""
    return f"{chat}:{','.join(map(str, messages))}"


def each(chat: int, messages: Sequence[int]) -> tuple[str, ...]:
    """The external ids that the pictures of an album are known by one at a time."""
    return tuple(name(chat, one) for one in messages) if len(messages) > 1 else ()


def place(external_id: str) -> Place:
    """Where that message stands. Raises Rejected (`unknown_target`) for what is no name of ours."""
    found = NAME.fullmatch(external_id)
    if found is None:
        raise Rejected(f"not a message of Telegram's: {external_id[:60]!r}", code="unknown_target")
    return Place(int(found[1]), tuple(map(int, found[2].split(","))))


def chat_of(address: str) -> int:
    """The chat of a customer: in a private chat, his own id. Raises Rejected (`unknown_address`)."""
    if not re.fullmatch(r"\d{1,17}", address):
        raise Rejected(f"not a user of Telegram's: {address[:60]!r}", code="unknown_address")
    return int(address)
