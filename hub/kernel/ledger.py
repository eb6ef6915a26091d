"""The ledger in motion: the leased publisher that gives committed events their positions, and those who follow in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from hub.kernel.crash import crash_point
from hub.kernel.database import GONE, Database, Record, queries
from hub.kernel.lease import Lease

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

BATCH = 1000
RECENT = 4000
"""How many of the newest events a node keeps in memory."""
RING_PAUSE_S = 0.005
"""The least between two rings for the node that publishes."""
SLOW_POLL_S = 0.5
"""Wakes may be lost with a connection: everybody also looks by himself, slowly."""


class EventRow(msgspec.Struct, frozen=True):
    """One published event: ids and words, in the order of `position`."""

    position: int
    id: int
    at: datetime
    type: str
    actor_kind: str
    actor: UUID | None
    customer: UUID | None
    topic: UUID | None
    message: UUID | None
    work: UUID | None
    agent: UUID | None
    queue: UUID | None
    channel: UUID | None
    data: dict[str, Any]


class Ledger:
    """Reads published events. The newest are kept here: each is fetched once however many follow, and the publisher's node fetches none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._recent: list[EventRow] = []  # without gaps: positions are dense
        self._followers: list[asyncio.Event] = []
        self.head = 0
        self.away_since: datetime | None = None
        """Since when the database has not answered a follower; None while it does."""

    async def read(self, after: int, limit: int = BATCH) -> list[EventRow]:
        """The events after a position, at most `limit`."""
        if (found := self._remembered(after, limit)) is not None:
            return found
        async with self._lock:
            if (found := self._remembered(after, limit)) is not None:
                return found
            rows = [_event(row) for row in await self._database.rows(QUERIES.events_after, after, limit)]
            self.remember(rows)
            return rows

    def _remembered(self, after: int, limit: int) -> list[EventRow] | None:
        """The answer from memory, when it reaches back far enough and has something new."""
        if not self._recent or not self._recent[0].position <= after + 1 <= self._recent[-1].position:
            return None
        start = after + 1 - self._recent[0].position
        return self._recent[start : start + limit]

    def remember(self, rows: Sequence[EventRow]) -> None:
        """Keep the newest events; what does not follow on what is kept begins anew. Old ones among which some were let go are not kept."""
        if not rows or (self._recent and rows[-1].position <= self._recent[-1].position):
            return
        if rows[-1].position - rows[0].position >= len(rows):
            return
        if self._recent and rows[0].position > self._recent[-1].position + 1:
            self._recent.clear()
        newest = self._recent[-1].position if self._recent else rows[0].position - 1
        self._recent += [row for row in rows if row.position > newest]
        if len(self._recent) > 2 * RECENT:
            del self._recent[:-RECENT]

    async def find_head(self) -> int:
        """The last position given out, from the database. Waits out a database that is away."""
        while True:
            try:
                self.wake(await self._database.value(QUERIES.head))
            except GONE as error:
                log.warning("looking up the ledger's head: the database is away (%s)", error)
                await asyncio.sleep(SLOW_POLL_S)
            else:
                return self.head

    def wake(self, head: int) -> None:
        """There is something up to `head`. What is known already wakes nobody: the publisher's node hears its own bell, too."""
        if head <= self.head:
            return
        self.head = head
        for follower in self._followers:
            follower.set()

    async def follow(self, handle: Callable[[Sequence[EventRow]], Awaitable[None]], after: int) -> None:
        """Hand every batch after a position to `handle`, for ever. Waits out a database that is away; any other error goes up."""
        woken = asyncio.Event()
        self._followers.append(woken)
        try:
            while True:
                woken.clear()
                after = await self._step(handle, after, woken)
        finally:
            self._followers.remove(woken)

    async def _step(self, handle: Callable[[Sequence[EventRow]], Awaitable[None]], after: int, woken: asyncio.Event) -> int:
        try:
            rows = await self.read(after)
            if rows:
                await handle(rows)
                after = rows[-1].position
        except GONE as error:
            log.warning("following the ledger: the database is away (%s)", error)
            self.away_since = self.away_since or datetime.now(UTC)
            await asyncio.sleep(SLOW_POLL_S)
            return after
        self.away_since = None
        if not rows or (after >= self.head and len(rows) < BATCH):
            await _wait(woken, SLOW_POLL_S)
        return after


class Publisher:
    """Gives committed events their positions, in batches, as long as this node has the lease."""

    def __init__(self, database: Database, lease: Lease, ledger: Ledger) -> None:
        self._database = database
        self._lease = lease
        self._ledger = ledger
        self._woken = asyncio.Event()
        self._elsewhere = asyncio.Event()

    def wake(self) -> None:
        """Something was committed on this node."""
        self._woken.set()
        if self._lease.token is None:
            self._elsewhere.set()

    def heard(self) -> None:
        """Something was committed on another node."""
        self._woken.set()

    async def run(self) -> None:
        """Publish for ever; while another node does it, tell it what was committed here."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish_all(), name="publisher, own")
            group.create_task(self._ring(), name="publisher, elsewhere")

    async def _ring(self) -> None:
        """Outside of the transactions that wrote, many of them in one: a NOTIFY inside would make commits wait for each other."""
        while True:
            await self._elsewhere.wait()
            self._elsewhere.clear()
            try:
                await self._database.run(QUERIES.ring)
            except GONE as error:
                log.info("ringing for the publisher: the database is away (%s)", error)
            await asyncio.sleep(RING_PAUSE_S)

    async def _publish_all(self) -> None:
        while True:
            token = await self._lease.held()
            try:
                if not await self._publish(token):
                    await _wait(self._woken, SLOW_POLL_S)
            except GONE as error:
                log.warning("publishing: the database is away (%s)", error)
                await asyncio.sleep(SLOW_POLL_S)
            except asyncpg.PostgresError as error:
                if error.sqlstate != "HL001":
                    raise
                await self._lease.forget(token)

    async def _publish(self, token: int) -> bool:
        self._woken.clear()
        events = [_event(row) for row in await self._database.rows(QUERIES.publish, token, BATCH)]
        crash_point("ledger.published")
        if events:
            self._ledger.remember(events)
            self._ledger.wake(events[-1].position)
        return bool(events)


class Doorbell:
    """Hears other nodes through LISTEN, and rings for them. Its connection may die silently: the slow polls make up for it."""

    def __init__(self, url: str, on_head: Callable[[int], None], on_waiting: Callable[[], None]) -> None:
        self._url = url
        self._on_head = on_head
        self._on_waiting = on_waiting

    async def run(self) -> None:
        """Listen for ever, on a connection of its own."""
        while True:
            try:
                await self._listen()
            except GONE as error:
                log.info("listening to other nodes: the database is away (%s)", error)
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=5)
        try:
            await connection.add_listener("ledger", lambda *heard: self._on_head(int(heard[3])))
            await connection.add_listener("event_waiting", lambda *_: self._on_waiting())
            while not connection.is_closed():
                await connection.execute("SELECT 1", timeout=5)
                await asyncio.sleep(5)
        finally:
            connection.terminate()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _event(row: Record) -> EventRow:
    return EventRow(*row.values())
