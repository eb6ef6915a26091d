"""The outbox of one channel: a free place takes the next line's message, so that a slow one holds nobody up."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID

import asyncpg

from hub.channels.model import OpenChannel
from hub.kernel.database import GONE, Database, Record
from hub.kernel.lease import Lease
from hub.outbound.actions import Deeds
from hub.outbound.bucket import Bucket
from hub.outbound.sending import QUERIES, Sending, StateWriter

log = logging.getLogger(__name__)

SLOW_POLL_S = 5.0
TOUCH_S = 1.0
"""How often *last out* of a channel is written."""


class Outbox:
    """Sends for the channels that this node holds. One `serve` per channel."""

    def __init__(self, database: Database, sending: Sending, deeds: Deeds, committed: Callable[[], None], set_state: StateWriter) -> None:
        self._database = database
        self._sending = sending
        self._deeds = deeds
        self.committed = committed
        self._set_state = set_state
        self._bells: dict[UUID, asyncio.Event] = {}
        self.draining = False
        """Nothing more is claimed."""
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def drain(self) -> None:
        """Claim nothing more, and wait until what is on its way has come to its end."""
        self.draining = True
        for bell in self._bells.values():
            bell.set()
        await self._idle.wait()

    def ring(self, channel: UUID) -> None:
        """Something was written for this channel."""
        if bell := self._bells.get(channel):
            bell.set()

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Send what is due, as long as this node has the channel and is not drained."""
        bell = self._bells.setdefault(channel.channel.id, asyncio.Event())
        forgiven = False
        while not self.draining:
            token = await lease.held()
            try:
                if not forgiven:  # the settings may be new: a refusal of the old credentials says nothing of them
                    await self._database.run(QUERIES.forgive, channel.channel.id)
                    forgiven = True
                await self._serve(_Serving(self, channel, token, bell), lease)
            except GONE as error:
                log.warning("outbox of %s: the database is away (%r)", channel.channel.name, error)
                await asyncio.sleep(1)
            except asyncpg.PostgresError as error:
                if error.sqlstate != "HL001":
                    raise
                await lease.forget(token)

    async def _serve(self, serving: "_Serving", lease: Lease) -> None:
        self._under_way += 1
        self._idle.clear()
        try:
            await serving.run(lease)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def send(self, channel: OpenChannel, token: int, row: Record, bucket: Bucket) -> bool:
        """Send one message that was claimed. Whether all of it went."""
        went = await self._sending.send(channel, token, row, bucket)
        self.committed()
        return went

    async def do(self, channel: OpenChannel, token: int, row: Record) -> None:
        """Do one action that was claimed."""
        await self._deeds.do(channel, token, row)
        self.committed()

    async def up_again(self, channel: OpenChannel) -> None:
        """The provider takes our credentials after all."""
        await self._set_state(channel.channel.id, "up", "")

    @property
    def database(self) -> Database:
        """Where the outbox is."""
        return self._database


class _Serving:
    """One channel under one token of its lease."""

    def __init__(self, outbox: Outbox, channel: OpenChannel, token: int, bell: asyncio.Event) -> None:
        self._outbox = outbox
        self._database = outbox.database
        self._channel = channel
        self._token = token
        self._bell = bell
        self._bucket = Bucket(channel.manifest.rate, time.monotonic)
        self._in_hand: set[UUID] = set()
        self._touched = 0.0
        self._recovered = False

    async def run(self, lease: Lease) -> None:
        """Until the lease is lost or the hub drained; what is under way then is brought to its end."""
        async with asyncio.TaskGroup() as group:
            failure = await self._claiming(group, lease)
        if failure is not None:
            raise failure

    async def _claiming(self, group: asyncio.TaskGroup, lease: Lease) -> asyncpg.PostgresError | None:
        sure = False
        while lease.token == self._token and not self._outbox.draining:
            try:
                if not sure:
                    await self._recover()
                    sure = True
                await self._claim(group)
            except GONE as error:  # the answer to a claim may be lost with it
                log.warning("outbox of %s: the database is away (%r)", self._channel.channel.name, error)
                sure = False
                await asyncio.sleep(1)
            except asyncpg.PostgresError as error:
                return error
        return None

    @property
    def _hands(self) -> list[UUID]:
        """What is under way here: messages and actions."""
        return list(self._in_hand)

    async def _recover(self) -> None:
        """What somebody else had begun. Asked again later, it finds only what this node claimed without hearing of it, and never began."""
        id_, again = self._channel.channel.id, self._channel.manifest.idempotent or self._recovered
        found = await self._database.value(QUERIES.recover, id_, self._token, again, self._hands)
        self._recovered = True
        if found:
            self._outbox.committed()

    async def _claim(self, group: asyncio.TaskGroup) -> None:
        """Fill the free places, or wait for something to do."""
        self._bell.clear()
        if self._outbox.draining:
            return
        free = min(self._channel.manifest.concurrency - len(self._in_hand), self._bucket.room)
        due = await self._taken(QUERIES.claim, QUERIES.load, free)
        for row in due:
            self._start(group, row["message_id"], self._send(row))
        deeds = await self._taken(QUERIES.claim_actions, QUERIES.load_actions, free - len(due), self._hands)
        for row in deeds:
            self._start(group, row["id"], self._outbox.do(self._channel, self._token, row))
        if not due and not deeds:
            await self._rest(full=free <= 0)

    async def _taken(self, claim: str, load: str, most: int, *more: object) -> list[Record]:
        if most <= 0:
            return []
        taken = await self._database.rows(claim, self._channel.channel.id, self._token, most, *more)
        return await self._database.rows(load, [row[0] for row in taken]) if taken else []

    def _start(self, group: asyncio.TaskGroup, id_: UUID, work: Coroutine[Any, Any, None]) -> None:
        self._bucket.take()
        self._in_hand.add(id_)
        group.create_task(work).add_done_callback(lambda _task: self._ended(id_))

    def _ended(self, id_: UUID) -> None:
        self._in_hand.discard(id_)
        self._bell.set()

    async def _send(self, row: Record) -> None:
        if await self._outbox.send(self._channel, self._token, row, self._bucket):
            await self._touch()

    async def _touch(self) -> None:
        if time.monotonic() - self._touched > TOUCH_S:
            self._touched = time.monotonic()
            with suppress(*GONE):
                if await self._database.value(QUERIES.touch_out, self._channel.channel.id) == "auth":
                    await self._outbox.up_again(self._channel)

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
