"""A group of deliveries and the one statement that takes it in: one call, one round trip, one commit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID, uuid4

from connectors.contract import Delivery, Event, Receipt
from hub.channels.model import Channel
from hub.kernel.database import Database, queries

QUERIES = queries(__package__)


class StoredBlob(Protocol):
    """Where bytes were kept."""

    @property
    def sha256(self) -> bytes: ...

    @property
    def size(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """One delivery on its way in. `events` is None when it is only to be stored, for a worker to read; `stored` is the row it has."""

    channel: Channel
    delivery: Delivery
    events: tuple[Event, ...] | None
    problem: str = ""
    stored: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """A message in its place. `fresh` is false when it had been taken in before."""

    id: UUID
    number: int
    customer: UUID
    root: UUID
    topic: UUID
    work: UUID | None
    fresh: bool


@dataclass(slots=True)
class Prepared:
    """A delivery with its files written, ready for the transaction."""

    incoming: Incoming
    done: "asyncio.Future[Any]"
    raw: StoredBlob | None = None
    blobs: dict[bytes, int] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    """All else, as `take_event` reads it."""
    waits: bool = False
    """Whether a file of it is still with the provider."""


async def take_group(database: Database, group: Sequence[Prepared]) -> list[list[TakenMessage]]:
    """Take a group in; the messages of each delivery, in order. Raises what asyncpg raises, and nothing was done then."""
    owners = [number for number, one in enumerate(group) for _ in one.messages]
    results: list[list[TakenMessage]] = [[] for _ in group]
    given = (*_files(group), *_deliveries(group), _messages(group), *_receipts(group), _events(group), *_finished(group))
    rows = await database.rows(QUERIES.take_group, *given)
    for row in sorted(rows, key=lambda row: row["place"]):
        place, *rest = row.values()
        results[owners[place - 1]].append(TakenMessage(*rest))
    return results


def _files(group: Sequence[Prepared]) -> list[list[Any]]:
    """Hashes and sizes, in one order for everybody: two groups that name the same files do not wait for each other in a circle."""
    blobs = sorted({digest: size for one in group for digest, size in one.blobs.items()}.items())
    return _columns(blobs, 2)


def _deliveries(group: Sequence[Prepared]) -> list[list[Any]]:
    new = [one for one in group if one.incoming.stored is None]
    return _columns([_delivery_row(one) for one in sorted(new, key=lambda one: one.incoming.delivery.external_id)], 9)


def _delivery_row(one: Prepared) -> tuple[Any, ...]:
    incoming, raw, delivery = one.incoming, one.raw, one.incoming.delivery
    state = "quarantined" if incoming.problem else "new" if incoming.events is None else "done"
    body, digest = (None, raw.sha256) if raw else (delivery.body, None)
    headers = dict(delivery.headers)
    return (incoming.id, incoming.channel.id, delivery.kind, delivery.external_id, headers, body, digest, state, incoming.problem)


def _messages(group: Sequence[Prepared]) -> list[dict[str, Any]]:
    return [{**message, "delivery": str(one.incoming.stored or one.incoming.id)} for one in group for message in one.messages]


def _events(group: Sequence[Prepared]) -> list[dict[str, Any]]:
    return [{**event, "delivery": str(one.incoming.stored or one.incoming.id)} for one in group for event in one.events]


def _receipts(group: Sequence[Prepared]) -> list[list[Any]]:
    rows = [
        (one.incoming.channel.id, as_uuid(r.message), r.external_id, r.state, r.reason, r.part, r.recipient)
        for one in group
        for r in one.receipts
    ]
    return _columns(rows, 7)


def _finished(group: Sequence[Prepared]) -> list[list[Any]]:
    stored = [one.incoming for one in group if one.incoming.stored is not None]
    return _columns([(one.stored, "quarantined" if one.problem else "done", one.problem) for one in stored], 3)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def as_uuid(text: str) -> UUID | None:
    """An id of ours that came back; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
