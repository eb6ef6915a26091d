"""What is done for ever for an open channel's inbound side: listening to the provider, and reading what is stored and not read yet."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Protocol
from uuid import UUID

import asyncpg

from connectors.contract import Batch, Collects, Delivery, Event, Listens
from connectors.errors import MalformedPayload
from hub.channels.model import Channel, OpenChannel
from hub.inbound.group import QUERIES, Incoming
from hub.inbound.inbox import Inbox
from hub.inbound.intake import Intake
from hub.kernel.blobs import BlobMissing
from hub.kernel.crash import crash_point
from hub.kernel.database import GONE, Database, Record
from hub.kernel.lease import Lease

log = logging.getLogger(__name__)

Source = Callable[[Mapping[str, object] | None], AsyncIterator[Batch]]
"""What gives batches from a cursor on."""

BATCH = 64
"""How many deliveries are read side by side and taken in together."""
HEAVY = 1024 * 1024
HEAVY_AT_ONCE = 2
"""So many at most are larger than so many bytes: they are held in memory, and may take all the time that a parser has."""
SLOW_POLL_S = 2.0


class Parser(Protocol):
    """Reads a delivery somewhere where it may take long or break. Raises MalformedPayload."""

    async def __call__(self, channel: Channel, delivery: Delivery) -> list[Event]: ...


class BlobReader(Protocol):
    """Gives bytes back by their SHA-256."""

    async def read(self, sha256: bytes) -> bytes: ...


class Listening:
    """Fetches or receives for channels that listen by themselves."""

    def __init__(self, database: Database, inbox: Inbox, reading: "Reading") -> None:
        self._database = database
        self._inbox = inbox
        self._reading = reading

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Store every batch, then ask for the next: that is what confirms it."""
        source = channel.connector
        async with asyncio.TaskGroup() as group:
            if isinstance(source, Listens) and channel.manifest.receives == "poll":
                group.create_task(self._fetch(channel, source.listen, lease))
            elif isinstance(source, Listens):  # a server of our own may run everywhere
                group.create_task(self._store(channel, source.listen(None), lease))
            if isinstance(source, Collects):
                group.create_task(self._fetch(channel, source.collect, lease))

    async def _fetch(self, channel: OpenChannel, source: Source, lease: Lease) -> None:
        """One node at a time: two that fetch would confirm each other's unread."""
        while True:
            token = await lease.held()
            await lease.under(token, self._store(channel, source(await self._cursor(channel)), lease, token))

    async def _cursor(self, channel: OpenChannel) -> Mapping[str, object] | None:
        with suppress(*GONE):
            cursor: Mapping[str, object] | None = await self._database.value(QUERIES.cursor, channel.channel.id)
            return cursor
        return None

    async def _store(self, channel: OpenChannel, source: AsyncIterator[Batch], lease: Lease, token: int | None = None) -> None:
        async with aclosing(source) as batches:  # type: ignore[type-var]
            async for batch in batches:
                await self._inbox.accept(channel, batch.deliveries)
                crash_point("inbound.stored")
                if batch.cursor is not None and token is not None:
                    await self._move_cursor(channel, batch.cursor, lease, token)
                self._reading.ring(channel.channel.id)

    async def _move_cursor(self, channel: OpenChannel, cursor: Mapping[str, object], lease: Lease, token: int) -> None:
        """After the rows and under the lease. A cursor that stays behind costs only copies, which are known."""
        try:
            async with self._database.transaction() as connection:
                await connection.execute(QUERIES.require_lease, lease.name, token)
                await connection.execute(QUERIES.move_cursor, channel.channel.id, dict(cursor))
        except GONE as error:
            log.warning("channel %s: the database is away, its cursor stays behind (%r)", channel.channel.name, error)
        except asyncpg.PostgresError as error:
            if error.sqlstate != "HL001":
                raise
            log.warning("channel %s: another node listens now", channel.channel.name)
            await lease.forget(token)


class Reading:
    """Reads stored deliveries of channels whose payloads are parsed in a worker, in the order in which they came."""

    def __init__(self, database: Database, intake: Intake, blobs: BlobReader, parse: Parser) -> None:
        self._database = database
        self._intake = intake
        self._blobs = blobs
        self._parse = parse
        self._bells: dict[UUID, asyncio.Event] = {}

    def ring(self, channel: UUID) -> None:
        """Something was stored for this channel."""
        if bell := self._bells.get(channel):
            bell.set()

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Read for ever what is stored, as long as this node has the channel."""
        if channel.manifest.parse != "worker":
            return
        bell = self._bells.setdefault(channel.channel.id, asyncio.Event())
        while True:
            await lease.held()
            bell.clear()
            try:
                rows = await self._database.rows(QUERIES.unread_deliveries, channel.channel.id, BATCH)
                await self._read_all(channel.channel, _portion(rows))
            except GONE as error:
                log.warning("channel %s: the database is away (%r)", channel.channel.name, error)
                rows = []
                await asyncio.sleep(1)
            if not rows:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SLOW_POLL_S):
                        await bell.wait()

    async def _read_all(self, channel: Channel, rows: list[Record]) -> None:
        """Parsed side by side, taken in in order. Raises what a disk that is away raises, as it is."""
        if rows:
            await self._intake.take_all(await asyncio.gather(*(self._read(channel, row) for row in rows)))

    async def _read(self, channel: Channel, row: Record) -> Incoming:
        """One delivery, understood; one that cannot be is set aside, so that those behind it go on."""
        delivery = Delivery(row["kind"], row["external_id"], row["body"] or b"", row["headers"])
        events: Sequence[Event] = ()
        problem = ""
        try:
            if row["body"] is None:
                delivery = replace(delivery, body=await self._blobs.read(row["blob"]))
            events = await self._parse(channel, delivery)
        except MalformedPayload as error:
            problem = str(error) or "cannot be read"
        except BlobMissing as error:
            log.error("channel %s: the bytes of a delivery are not there (%s); it is set aside", channel.name, error)
            problem = f"its bytes are not there: {error}"
        except GONE:
            raise
        except Exception as error:
            log.exception("channel %s: the parser broke on a delivery; it is set aside", channel.name)
            problem = f"the parser broke: {error!r}"
        return Incoming(channel, delivery, tuple(events), problem[:500], row["id"])


def _portion(rows: list[Record]) -> list[Record]:
    """What is read now: few heavy ones, so that nobody else waits for many; and nothing that would overtake a mail of the same sender."""
    taken: list[Record] = []
    heavy, waiting = 0, set()
    for row in rows:
        sender = row["headers"].get("mail_from", "")
        heavy += row["size"] > HEAVY
        if sender in waiting or (row["size"] > HEAVY and heavy > HEAVY_AT_ONCE):
            waiting.add(sender)
        else:
            taken.append(row)
    return taken
