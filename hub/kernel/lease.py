"""A lease: who does what only one node may do. Its fencing token goes into every write made under it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from hub.kernel.database import GONE, Database

log = logging.getLogger(__name__)

TTL_S = 2.0
RENEWALS = 4
"""How often a lease is renewed within its time."""


class Lease:
    """Tries to hold one name for as long as `hold()` runs. Time is the database's own."""

    def __init__(self, database: Database, name: str, node: UUID, *, ttl_s: float = TTL_S) -> None:
        self._database = database
        self._node = node
        self._ttl = timedelta(seconds=ttl_s)
        self.name = name
        self.token: int | None = None
        self.changed = asyncio.Condition()

    async def hold(self) -> None:
        """Take and renew for ever. Losing the database loses the lease."""
        while True:
            await self._set(await self._take())
            await asyncio.sleep(self._ttl.total_seconds() / RENEWALS)

    async def held(self) -> int:
        """Wait until this node has it; returns the token."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.token is not None)
        assert self.token is not None
        return self.token

    async def lost(self, token: int) -> None:
        """Wait until this token is not ours any more."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.token != token)

    async def under(self, token: int, work: Coroutine[Any, Any, None]) -> None:
        """Do something until it is done, or until this token is not ours any more: then it is cancelled."""
        doing, losing = asyncio.create_task(work), asyncio.create_task(self.lost(token))
        try:
            await asyncio.wait({doing, losing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (doing, losing):
                task.cancel()
            await asyncio.gather(doing, losing, return_exceptions=True)
        if not doing.cancelled() and (error := doing.exception()):
            raise error

    async def forget(self, token: int) -> None:
        """A write was refused with this token: somebody else has it, whatever we believed."""
        if self.token == token:
            await self._set(None)

    async def release(self) -> None:
        """Give it back so that another node need not wait for its end."""
        if self.token is not None:
            try:
                await self._database.run("UPDATE lease SET until = now() WHERE name = $1 AND token = $2", self.name, self.token)
            except GONE:
                log.info("lease %s: the database is away, it will run out by itself", self.name)
            await self._set(None)

    async def _take(self) -> int | None:
        try:
            async with asyncio.timeout(self._ttl.total_seconds()):
                token: int | None = await self._database.value("SELECT take_lease($1, $2, $3)", self.name, self._node, self._ttl)
        except GONE:
            return None
        except Exception:
            log.exception("lease %s cannot be taken", self.name)
            return None
        return token

    async def _set(self, token: int | None) -> None:
        if token != self.token:
            async with self.changed:
                self.token = token
                self.changed.notify_all()


@asynccontextmanager
async def holding(lease: Lease) -> AsyncIterator[Lease]:
    """Hold a lease in the background, and give it back at the end."""
    task = asyncio.create_task(lease.hold(), name=f"lease {lease.name}")
    try:
        yield lease
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await lease.release()
