"""When something last came in on each channel: written down once a second at most, outside the transactions that take it in."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from uuid import UUID

from hub.inbound.group import QUERIES
from hub.kernel.database import GONE, Database

PAUSE_S = 1.0


class Arrivals:
    """Told of every channel on which something came in; `run` writes it down, and then tells `written` of these channels."""

    def __init__(self, database: Database, written: Callable[[Iterable[UUID]], Awaitable[None]]) -> None:
        self._database = database
        self._written = written
        self._channels: set[UUID] = set()
        self._some = asyncio.Event()

    def note(self, channels: Iterable[UUID]) -> None:
        """Something came in on these."""
        self._channels.update(channels)
        self._some.set()

    async def run(self) -> None:
        """For ever. What cannot be written while the database is away is left out: it says nothing that is not known elsewhere."""
        while True:
            await self._some.wait()
            self._some.clear()
            channels, self._channels = list(self._channels), set()
            with suppress(*GONE):
                await self._database.run(QUERIES.arrived, channels)
                await self._written(channels)
            await asyncio.sleep(PAUSE_S)
