"""Looking through a provider's history for what its webhooks missed: on start and every few minutes, through the same inbox."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime

from connectors.contract import Delivery, Sweeps, Traces
from connectors.errors import AuthFailed, ConnectorError
from hub.channels.model import OpenChannel
from hub.inbound.duties import Reading
from hub.inbound.group import QUERIES
from hub.inbound.inbox import Inbox
from hub.kernel.database import GONE, Database
from hub.kernel.lease import Lease

log = logging.getLogger(__name__)

EVERY_S = 300.0


class Sweeping:
    """Sweeps for the channels that this node holds. One `serve` per channel."""

    def __init__(self, database: Database, inbox: Inbox, reading: Reading, *, every_s: float = EVERY_S) -> None:
        self._database = database
        self._inbox = inbox
        self._reading = reading
        self._every_s = every_s

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """For ever. Raises AuthFailed: without credentials nothing of the channel works."""
        if not isinstance(channel.connector, Sweeps | Traces):
            return
        while True:
            await lease.held()
            try:
                await self._sweep(channel)
            except AuthFailed:
                raise
            except (ConnectorError, *GONE) as error:
                log.warning("channel %s: its history could not be looked through (%r)", channel.channel.name, error)
            await asyncio.sleep(self._every_s)

    async def _sweep(self, channel: OpenChannel) -> None:
        """From a little before the last time on; what is known already changes nothing. A sweep that breaks off is done again."""
        times = await self._database.row(QUERIES.sweep_from, channel.channel.id)
        assert times is not None
        if isinstance(channel.connector, Sweeps):
            async with aclosing(channel.connector.sweep(times["since"].timestamp())) as batches:  # type: ignore[type-var]
                async for batch in batches:
                    await self._take(channel, batch.deliveries)
        if isinstance(channel.connector, Traces):
            await self._trace(channel, channel.connector, times["last"])
        await self._database.run(QUERIES.swept, channel.channel.id, times["began"])

    async def _trace(self, channel: OpenChannel, connector: Traces, last: datetime) -> None:
        """What was sent before the time that a sweep looks at, and may have arrived within it."""
        untold = await self._database.rows(QUERIES.untold, channel.channel.id, last)
        if untold:
            await self._take(channel, await connector.trace([row["name"] for row in untold]))

    async def _take(self, channel: OpenChannel, deliveries: Sequence[Delivery]) -> None:
        await self._inbox.accept(channel, deliveries)
        self._reading.ring(channel.channel.id)
