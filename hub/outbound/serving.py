"""One channel's outbox at work: a free place takes the next line's message, so that a slow one holds nobody up."""

import asyncio
import logging
import math
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from hub.channels.model import OpenChannel
from hub.kernel.database import AGAIN, GONE, Database, Record
from hub.kernel.lease import Lease
from hub.outbound.bucket import Bucket
from hub.outbound.sending import AGAIN_S, QUERIES

log = logging.getLogger(__name__)

SLOW_POLL_S = 5.0
TOUCH_S = 1.0
"""How often *last out* of a channel is written."""


class Work(Protocol):
    """Does what was claimed. `draining`: nothing more is to be claimed."""

    @property
    def draining(self) -> bool: ...

    def committed(self) -> None: ...

    async def send(self, channel: OpenChannel, token: int, row: Record, bucket: Bucket) -> bool: ...

    async def do(self, channel: OpenChannel, token: int, row: Record) -> None: ...

    async def up_again(self, channel: OpenChannel) -> None: ...


class Serving:
    """One channel under one token of its lease."""

    def __init__(self, database: Database, work: Work, channel: OpenChannel, token: int, bell: asyncio.Event) -> None:
        self._database = database
        self._work = work
        self._channel = channel
        self._token = token
        self._bell = bell
        self._bucket = Bucket(channel.manifest.rate, time.monotonic)
        self._in_hand: dict[asyncio.Task[None], UUID] = {}
        self._touched = 0.0
        self._recovered = False
        self._sure_at = -math.inf

    async def run(self, lease: Lease) -> None:
        """Until the lease is lost or the hub drained; what is under way then is brought to its end."""
        async with asyncio.TaskGroup() as group:
            failure = await self._claiming(group, lease)
        if failure is not None:
            raise failure

    async def _claiming(self, group: asyncio.TaskGroup, lease: Lease) -> asyncpg.PostgresError | None:
        while lease.token == self._token and not self._work.draining:
            try:
                if time.monotonic() - self._sure_at >= SLOW_POLL_S:
                    await self._recover()
                await self._claim(group)
            except GONE as error:  # the answer to a claim may be lost with it
                log.warning("outbox of %s: the database is away (%r)", self._channel.channel.name, error)
                self._sure_at = -math.inf
                await asyncio.sleep(1)
            except AGAIN:
                await asyncio.sleep(AGAIN_S)
            except asyncpg.PostgresError as error:
                return error
        return None

    @property
    def _hands(self) -> list[UUID]:
        """What is under way here: messages and actions. Twice, what is taken again before it was put down."""
        return list(self._in_hand.values())

    async def _recover(self) -> None:
        """What somebody else had begun. Asked again later, it finds only what this node claimed without hearing of it and never began, or
        what it put down between two parts."""
        id_, again = self._channel.channel.id, self._channel.manifest.idempotent or self._recovered
        found = await self._database.value(QUERIES.recover, id_, self._token, again, self._hands)
        self._recovered, self._sure_at = True, time.monotonic()
        if found:
            self._work.committed()

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        """Fill the free places, or wait for something to do."""
        self._bell.clear()
        if self._work.draining:
            return
        free = min(self._channel.manifest.concurrency - len(self._in_hand), self._bucket.room)
        due = await self._taken(QUERIES.claim, QUERIES.load, free)
        for row in due:
            self._start(group, row["message_id"], self._send(row))
        deeds = await self._taken(QUERIES.claim_actions, QUERIES.load_actions, free - len(due), self._hands)
        for row in deeds:
            self._start(group, row["id"], self._work.do(self._channel, self._token, row))
        if not due and not deeds:
            await self._rest(full=free <= 0)

    async def _taken(self, claim: str, load: str, most: int, *more: object) -> list[Record]:
        if most <= 0:
            return []
        taken = await self._database.rows(claim, self._channel.channel.id, self._token, most, *more)
        return await self._database.rows(load, [row[0] for row in taken]) if taken else []

    def _start(self, group: asyncio.TaskGroup, id_: UUID, work: Coroutine[Any, Any, None]) -> None:
        self._bucket.take()
        task = group.create_task(work)
        self._in_hand[task] = id_
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._in_hand[task]
        self._bell.set()

    async def _send(self, row: Record) -> None:
        if await self._work.send(self._channel, self._token, row, self._bucket):
            await self._touch()

    async def _touch(self) -> None:
        if time.monotonic() - self._touched > TOUCH_S:
            self._touched = time.monotonic()
            with suppress(*GONE, *AGAIN):
                if await self._database.value(QUERIES.touch_out, self._channel.channel.id) == "auth":
                    await self._work.up_again(self._channel)

    async def _rest(self, *, full: bool) -> None:
        """Until the bell rings or something is due; a full house waits for one to leave."""
        due_in = None if full else await self._database.value(QUERIES.next_due, self._channel.channel.id)
        seconds = SLOW_POLL_S if due_in is None else min(max(due_in, 0.01), SLOW_POLL_S)
        if full and self._bucket.wait_s:
            seconds = self._bucket.wait_s
        try:
            async with asyncio.timeout(seconds):
                await self._bell.wait()
        except TimeoutError:
            return
