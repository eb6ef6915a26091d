"""Intake: deliveries become messages of customers, exactly once, many to a transaction.

Deliveries that wait at the same time share one transaction: a durable commit costs the same for one as for sixteen. Senders are spread
over lanes by a hash, so that one sender's messages keep their order and two lanes never wait for the same customer's lock.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID, uuid4

from connectors.contract import Delivery, Event, Media, Message, Profile, Receipt, Typing
from hub.channels.model import Channel, Rule, choose_queue
from hub.kernel.crash import crash_point
from hub.kernel.database import AGAIN, GONE, Connection, Database, queries

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

LANES = 2
INLINE_BYTES = 16384
"""A raw body above this is a blob, never a column."""
TRIES = 6


class StoredBlob(Protocol):
    """Where bytes were kept."""

    @property
    def sha256(self) -> bytes: ...

    @property
    def size(self) -> int: ...


class BlobStore(Protocol):
    """Keeps bytes under their SHA-256, on the disk before it answers."""

    async def put(self, source: bytes) -> StoredBlob: ...


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


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one delivery."""

    messages: tuple[TakenMessage, ...] = ()
    problem: str = ""


@dataclass(slots=True)
class _Prepared:
    """A delivery with its files written, ready for the transaction."""

    incoming: Incoming
    done: "asyncio.Future[Taken]"
    raw: StoredBlob | None = None
    blobs: dict[bytes, int] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


class Intake:
    """Takes deliveries in. Open channels call `take`; `run` keeps the lanes going."""

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        *,
        group_size: int,
        reopen_hours: int,
        committed: Callable[[], None],
        on_typing: Callable[[Channel, Typing], None] = lambda _channel, _typing: None,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._group_size = group_size
        self._reopen_s = reopen_hours * 3600
        self._committed = committed
        self._on_typing = on_typing
        self._lanes: list[asyncio.Queue[_Prepared]] = [asyncio.Queue(maxsize=2000) for _ in range(LANES)]
        self.rules: tuple[Rule, ...] = ()

    async def take(self, incoming: Incoming) -> Taken:
        """Take one delivery in; returns after the commit. Raises what asyncpg raises when the database is away."""
        prepared = await self._prepare(incoming)
        crash_point("intake.prepared")
        await self._lanes[_lane(incoming)].put(prepared)
        taken = await prepared.done
        for event in incoming.events or ():
            if isinstance(event, Typing):
                self._on_typing(incoming.channel, event)
        return taken

    async def run(self) -> None:
        """Keep the lanes going, for ever."""
        async with asyncio.TaskGroup() as group:
            for number, lane in enumerate(self._lanes):
                group.create_task(self._run_lane(lane), name=f"intake lane {number}")

    async def _run_lane(self, lane: "asyncio.Queue[_Prepared]") -> None:
        while True:
            waiting = [await lane.get()]
            while len(waiting) < self._group_size and not lane.empty():
                waiting.append(lane.get_nowait())
            await self._take_group(waiting)

    async def _take_group(self, group: Sequence[_Prepared]) -> None:
        """All in one transaction; when one of them breaks it, each alone, so that only that one is set aside."""
        try:
            results = await self._commit(group)
        except GONE as error:
            _fail(group, error)
        except Exception:
            for one in group:
                await self._take_alone(one)
        except BaseException:
            _fail(group, ConnectionError("the hub is stopping"))
            raise
        else:
            self._settle(group, results)

    async def _take_alone(self, one: _Prepared) -> None:
        """Again when two transactions met; what cannot be taken in is set aside with its bytes, so that its stream goes on."""
        for attempt in range(TRIES):
            try:
                results = await self._commit([one])
            except AGAIN:
                await asyncio.sleep(0.01 * 2**attempt)
            except GONE as error:
                return _fail([one], error)
            except Exception as error:
                if one.incoming.problem:
                    return _fail([one], error)
                _set_aside(one, error)
            else:
                return self._settle([one], results)
        return _fail([one], TimeoutError("the database could not decide who was first"))

    def _settle(self, group: Sequence[_Prepared], results: Sequence[Taken]) -> None:
        crash_point("intake.committed")
        for one, taken in zip(group, results, strict=True):
            if not one.done.done():
                one.done.set_result(taken)
        self._committed()

    # ── One transaction ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _commit(self, group: Sequence[_Prepared]) -> list[Taken]:
        async with self._database.transaction() as connection:
            await _store_blobs(connection, group)
            fresh = await _store_deliveries(connection, group)
            messages = await _take_messages(connection, group, fresh)
            await _take_receipts(connection, group)
            await _finish_stored(connection, group)
        return [Taken(tuple(messages[number]), one.incoming.problem) for number, one in enumerate(group)]

    # ── Before it ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _prepare(self, incoming: Incoming) -> _Prepared:
        prepared = _Prepared(incoming, asyncio.get_running_loop().create_future())
        if incoming.stored is None and len(incoming.delivery.body) > INLINE_BYTES:
            prepared.raw = await self._blobs.put(incoming.delivery.body)
            prepared.blobs[prepared.raw.sha256] = prepared.raw.size
        for event in incoming.events or ():
            if isinstance(event, Message):
                prepared.messages.append(await self._message(incoming, event, prepared.blobs))
            elif isinstance(event, Receipt):
                prepared.receipts.append(event)
            elif not isinstance(event, Typing | Profile):
                prepared.incoming = _with_problem(prepared.incoming, f"{type(event).__name__} is not understood yet")
        return prepared

    async def _message(self, incoming: Incoming, message: Message, blobs: dict[bytes, int]) -> dict[str, Any]:
        html = None
        if message.html:
            stored = await self._blobs.put(message.html.encode())
            blobs[stored.sha256] = stored.size
            html = stored.sha256.hex()
        return {
            **_words(incoming, message),
            "html": html,
            "queue": choose_queue(incoming.channel, self.rules, f"{message.subject}\n{message.text}", message.language),
            "attachments": [await self._attachment(media, blobs) for media in message.attachments],
            "reopen_s": self._reopen_s,
        }

    async def _attachment(self, media: Media, blobs: dict[bytes, int]) -> dict[str, Any]:
        if media.upload:
            return {"upload": media.upload}
        stored = await self._blobs.put(media.data or b"")
        blobs[stored.sha256] = stored.size
        return {
            "id": str(uuid4()),
            "upload": None,
            "name": media.name,
            "content_type": media.content_type,
            "size": stored.size,
            "blob": stored.sha256.hex(),
            "content_id": media.content_id,
        }


def _words(incoming: Incoming, message: Message) -> dict[str, Any]:
    """A message as `take_message` reads it. PostgreSQL's text holds no NUL."""
    return {
        "id": str(uuid4()),
        "channel": str(incoming.channel.id),
        "external_id": message.external_id,
        "kind": message.sender.kind,
        "value": _clean(message.sender.value),
        "name": _clean(message.sender.name),
        "subject": _clean(message.subject),
        "text": _clean(message.text),
        "provider_at": message.at,
        "answers": list(message.answers),
        "session": message.session,
        "automatic": message.automatic,
        "language": message.language,
        "proves": [{"kind": one.kind, "value": one.value, "name": one.name} for one in message.proves],
        "claims": dict(message.claims),
        "context": dict(message.context),
    }


def _clean(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def _lane(incoming: Incoming) -> int:
    for event in incoming.events or ():
        if isinstance(event, Message):
            return hashlib.blake2b(f"{event.sender.kind} {event.sender.value}".encode(), digest_size=2).digest()[0] % LANES
    return incoming.id.int % LANES


async def _store_blobs(connection: Connection, group: Sequence[_Prepared]) -> None:
    blobs = {digest: size for one in group for digest, size in one.blobs.items()}
    if blobs:
        ordered = sorted(blobs.items())
        await connection.execute(QUERIES.store_blobs, [digest for digest, _ in ordered], [size for _, size in ordered])


async def _store_deliveries(connection: Connection, group: Sequence[_Prepared]) -> set[UUID]:
    new = [one for one in group if one.incoming.stored is None]
    if not new:
        return set()
    columns = zip(*(_delivery_row(one) for one in sorted(new, key=lambda one: one.incoming.delivery.external_id)), strict=True)
    return {row["id"] for row in await connection.fetch(QUERIES.store_deliveries, *map(list, columns))}


def _delivery_row(one: _Prepared) -> tuple[Any, ...]:
    incoming, raw = one.incoming, one.raw
    state = "quarantined" if incoming.problem else "new" if incoming.events is None else "done"
    delivery = incoming.delivery
    body = None if raw else delivery.body
    return (
        incoming.id,
        incoming.channel.id,
        delivery.kind,
        delivery.external_id,
        dict(delivery.headers),
        body,
        raw.sha256 if raw else None,
        state,
        incoming.problem,
    )


async def _take_messages(connection: Connection, group: Sequence[_Prepared], fresh: set[UUID]) -> list[list[TakenMessage]]:
    owners, given = [], []
    for number, one in enumerate(group):
        delivery = one.incoming.stored or (one.incoming.id if one.incoming.id in fresh else None)
        for message in one.messages:
            owners.append(number)
            given.append({**message, "delivery": str(delivery) if delivery else None})
    results: list[list[TakenMessage]] = [[] for _ in group]
    if given:
        for number, row in zip(owners, await connection.fetch(QUERIES.take_messages, given), strict=True):
            results[number].append(TakenMessage(*row.values()))
    return results


async def _take_receipts(connection: Connection, group: Sequence[_Prepared]) -> None:
    rows = [(one.incoming.channel.id, _uuid(r.message), r.external_id, r.state, r.reason) for one in group for r in one.receipts]
    if rows:
        await connection.execute(QUERIES.take_receipts, *map(list, zip(*rows, strict=True)))


async def _finish_stored(connection: Connection, group: Sequence[_Prepared]) -> None:
    for one in group:
        incoming = one.incoming
        if incoming.stored is not None:
            state = "quarantined" if incoming.problem else "done"
            await connection.execute(QUERIES.finish_delivery, incoming.stored, state, incoming.problem)
        if incoming.problem:
            await connection.execute(QUERIES.tell_quarantined, incoming.channel.id, str(incoming.stored or incoming.id))


def _set_aside(one: _Prepared, error: Exception) -> None:
    log.error("a delivery of channel %s cannot be taken in; it is set aside", one.incoming.channel.id, exc_info=error)
    one.messages, one.receipts = [], []
    one.incoming = _with_problem(one.incoming, f"{type(error).__name__}: {error}")


def _with_problem(incoming: Incoming, problem: str) -> Incoming:
    return Incoming(incoming.channel, incoming.delivery, (), problem[:500], incoming.stored, incoming.id)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _fail(group: Sequence[_Prepared], error: Exception) -> None:
    for one in group:
        if not one.done.done():
            one.done.set_exception(error)
