"""The inbox: whatever way a delivery came, it is safe before anybody is told so: in the database, or else in the spool."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from connectors.contract import Delivery
from connectors.errors import MalformedPayload
from hub.channels.model import Channel, OpenChannel
from hub.inbound.group import Incoming
from hub.inbound.intake import Intake, Taken, stream_of
from hub.kernel.crash import crash_point
from hub.kernel.database import GONE
from hub.kernel.spool import Spool
from hub.kernel.spool_records import Spooled

log = logging.getLogger(__name__)

DRAIN_PAUSE_S = 1.0
ACCEPT_S = 8.0
"""A database that does not answer within this counts as away: providers wait fifteen seconds, and the same delivery twice does no harm."""

PATIENCE_S = 30.0
"""How long the spool waits for a channel to open. Then what came by it is set aside, to be replayed: the others must not wait for it."""


class Inbox:
    """Takes deliveries of open channels."""

    def __init__(self, intake: Intake, spool: Spool, *, patience_s: float = PATIENCE_S) -> None:
        self._intake = intake
        self._spool = spool
        self._patience_s = patience_s
        self._given_up: set[UUID] = set()
        self._drain_now = asyncio.Event()
        self._open: Mapping[UUID, OpenChannel] = {}
        if spool.pending:
            self._drain_now.set()

    def know(self, channels: Mapping[UUID, OpenChannel]) -> None:
        """Which channels are open: the spool is drained through them."""
        self._open = channels

    async def accept(self, channel: OpenChannel, deliveries: Sequence[Delivery]) -> list[Taken]:
        """Make deliveries safe; returns when they are. An empty list says that they are in the spool. Raises SpoolFull."""
        if not self._spool.pending:
            try:
                async with asyncio.timeout(ACCEPT_S):
                    if len(deliveries) == 1:
                        return [await self._intake.take(read(channel, deliveries[0]))]
                    return list(await asyncio.gather(*(self._intake.take(read(channel, one)) for one in deliveries)))
            except GONE as error:
                log.warning("channel %s: the database is away, deliveries go to the spool (%r)", channel.channel.id, error)
        for one in deliveries:
            crash_point("inbox.spooling")
            await self._spool.append(Spooled(str(channel.channel.id), one.kind, one.external_id, one.body, dict(one.headers)))
        crash_point("inbox.spooled")
        self._drain_now.set()
        return []

    async def run(self) -> None:
        """Drain the spool whenever something is in it and the database answers."""
        while True:
            await self._drain_now.wait()
            try:
                count = await self._spool.drain(self._take_spooled)
                self._drain_now.clear()
                if self._spool.pending:
                    self._drain_now.set()
                log.info("the spool is drained: %d deliveries", count)
            except GONE:
                await asyncio.sleep(DRAIN_PAUSE_S)

    async def _take_spooled(self, records: Sequence[Spooled]) -> None:
        """Side by side, but what came from one sender one after the other."""
        streams: dict[str, list[Incoming]] = {}
        for record in records:
            incoming = await self._incoming(record)
            streams.setdefault(stream_of(incoming), []).append(incoming)
        await asyncio.gather(*(self._take_in_order(stream) for stream in streams.values()))

    async def _take_in_order(self, stream: Sequence[Incoming]) -> None:
        for incoming in stream:
            await self._intake.take(incoming)

    async def _incoming(self, record: Spooled) -> Incoming:
        id_ = UUID(record.channel)
        delivery = Delivery(record.kind, record.external_id, record.body, record.headers)
        channel = await self._opened(id_)
        if channel is None:
            return Incoming(_closed(id_), delivery, (), "its channel was not open when the spool was drained: replay it when it is")
        return read(channel, delivery)

    async def _opened(self, id_: UUID) -> OpenChannel | None:
        end = asyncio.get_running_loop().time() + (0 if id_ in self._given_up else self._patience_s)
        while (channel := self._open.get(id_)) is None and asyncio.get_running_loop().time() < end:
            log.warning("the spool waits for channel %s to be open", id_)
            await asyncio.sleep(DRAIN_PAUSE_S)
        if channel is None:
            self._given_up.add(id_)
        return channel


def _closed(id_: UUID) -> Channel:
    """As much as is known of a channel that is not open."""
    return Channel(id_, "", "", "", "", UUID(int=0), UUID(int=0), False, {})


def read(channel: OpenChannel, delivery: Delivery) -> Incoming:
    """Understand a delivery where that is cheap; what a worker reads is only stored; what cannot be read is set aside with its bytes."""
    if channel.manifest.parse == "worker":
        return Incoming(channel.channel, delivery, None)
    try:
        return Incoming(channel.channel, delivery, tuple(channel.connector.parse(delivery)))
    except MalformedPayload as error:
        return Incoming(channel.channel, delivery, (), str(error)[:500] or "cannot be read")
    except Exception as error:
        log.exception("channel %s: the parser broke on a delivery", channel.channel.id)
        return Incoming(channel.channel, delivery, (), f"the parser broke: {error!r}"[:500])
