"""The outbox of this node's channels: each is served while its lease is held, until the hub is drained."""

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

import asyncpg

from hub.channels.model import OpenChannel
from hub.kernel.database import GONE, Database, Record
from hub.kernel.lease import Lease
from hub.outbound.actions import Deeds
from hub.outbound.bucket import Bucket
from hub.outbound.sending import QUERIES, Sending, StateWriter
from hub.outbound.serving import Serving

log = logging.getLogger(__name__)


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
        # The settings may be new: a refusal of the old credentials says nothing of them. A wish for patience outlives a restart, but not a
        # colleague who opens the channel anew; the provider may repeat it.
        reasons = ["auth", "rate_limited"] if channel.channel.id in self._bells else ["auth"]
        bell = self._bells.setdefault(channel.channel.id, asyncio.Event())
        forgiven = False
        while not self.draining:
            token = await lease.held()
            try:
                if not forgiven:
                    await self._database.run(QUERIES.forgive, channel.channel.id, reasons)
                    forgiven = True
                await self._serve(Serving(self._database, self, channel, token, bell), lease)
            except GONE as error:
                log.warning("outbox of %s: the database is away (%r)", channel.channel.name, error)
                await asyncio.sleep(1)
            except asyncpg.PostgresError as error:
                if error.sqlstate != "HL001":
                    raise
                await lease.forget(token)

    async def _serve(self, serving: Serving, lease: Lease) -> None:
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
