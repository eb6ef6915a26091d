"""The world's own ledger of what was said and what arrived, and the comparison with the hub's: lost 0, twice 0, order kept."""

from collections import Counter
from dataclasses import dataclass, field

import asyncpg

MESSAGES = "SELECT id::text, number, direction, text, state FROM message ORDER BY number"


@dataclass(slots=True)
class Sender:
    """One customer: what he or she said, in order, and how much of it was acknowledged."""

    name: str
    said: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)

    def next_text(self) -> str:
        """A text that nobody said before."""
        text = f"{self.name} says {len(self.said)}"
        self.said.append(text)
        return text


@dataclass(slots=True)
class World:
    """Everything outside the hub."""

    senders: dict[str, Sender] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    """Message id → text of every answer that the hub accepted from a colleague."""
    arrived: list[tuple[str, str]] = field(default_factory=list)
    """What came out of the hub: (id by which the other side knows it, text)."""

    def sender(self, name: str) -> Sender:
        """A customer, made at the first mention."""
        return self.senders.setdefault(name, Sender(name))

    @property
    def acknowledged(self) -> int:
        """How many messages the hub said it had."""
        return sum(len(sender.acknowledged) for sender in self.senders.values())

    @property
    def said(self) -> int:
        """How many messages there were."""
        return sum(len(sender.said) for sender in self.senders.values())


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of the hub's thread."""

    id: str
    number: int
    direction: str
    text: str
    state: str


async def kept_messages(database_url: str) -> list[Kept]:
    """All messages of the hub, by number."""
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        return [Kept(*row.values()) for row in await connection.fetch(MESSAGES)]
    finally:
        await connection.close()


def missing(world: World, kept: list[Kept]) -> set[str]:
    """What was acknowledged (or accepted from a colleague) and is not there. Pure."""
    there = {one.text for one in kept}
    promised = {text for sender in world.senders.values() for text in sender.acknowledged} | set(world.answers.values())
    return promised - there


def problems(world: World, kept: list[Kept]) -> list[str]:
    """Everything that is wrong, in sentences; empty when nothing was lost, doubled or turned round. Pure."""
    found = [f"lost: {text}" for text in sorted(missing(world, kept))]
    found += [f"{count} times in the thread: {text}" for text, count in Counter(one.text for one in kept).items() if count > 1]
    found += [f"number {number} was given {count} times" for number, count in Counter(one.number for one in kept).items() if count > 1]
    for sender in world.senders.values():
        found += _disorder(sender, kept)
    return found + _strayed(world, kept)


def _disorder(sender: Sender, kept: list[Kept]) -> list[str]:
    place = {text: number for number, text in enumerate(sender.said)}
    order = [place[one.text] for one in sorted(kept, key=lambda one: one.number) if one.direction == "in" and one.text in place]
    return [] if order == sorted(order) else [f"out of order from {sender.name}: {order}"]


def _strayed(world: World, kept: list[Kept]) -> list[str]:
    """Outside: an answer under two ids is two messages there; the same id again is none."""
    ids: dict[str, set[str]] = {}
    for id_, text in world.arrived:
        ids.setdefault(text, set()).add(id_)
    found = [f"arrived as {len(several)} messages: {text}" for text, several in ids.items() if len(several) > 1]
    known = {one.text for one in kept if one.direction == "out"}
    return found + [f"arrived and is not in the thread: {text}" for text in sorted(ids.keys() - known)]
