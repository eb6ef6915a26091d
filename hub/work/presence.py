"""Presence: what a colleague does, whether he or she is connected, and to which process."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from hub.errors import Invalid
from hub.kernel.database import GONE, Database
from hub.work.calls import Calls
from hub.work.model import StatusInput
from hub.work.sql import QUERIES

log = logging.getLogger(__name__)

BEAT_S = 3.0
SILENT = timedelta(seconds=10)
"""After this silence a process is taken for dead, and whoever was connected to it alone has left."""


class Presence:
    """Tells the database who is connected to this process. `run` keeps the process alive there, and notices dead ones."""

    def __init__(self, database: Database, node: UUID, *, written: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._node = node
        self._here: set[str] = set()
        self._calls = Calls(database, written)

    async def connected(self, agent: str) -> None:
        """The first socket of a colleague on this process."""
        self._here.add(agent)
        await self._calls.call(QUERIES.connect_agent, agent, self._node)

    async def disconnected(self, agent: str) -> None:
        """The last socket of a colleague on this process has gone: what is offered goes back at once, accepted work after a while."""
        self._here.discard(agent)
        await self._calls.call(QUERIES.disconnect_agent, agent, self._node)

    async def set_status(self, agent: str, given: StatusInput) -> None:
        """What a colleague sets. Raises Invalid naming the activities that exist."""
        await self._check(given)
        wanted: dict[str, Any] = {"channels": given.channels or {}}
        if given.activity is not None:
            wanted["activity"] = given.activity
        if given.after_work is not msgspec.UNSET:
            wanted["after_work"] = given.after_work
        await self._calls.call(QUERIES.set_status, agent, wanted)

    async def run(self) -> None:
        """Show that this process is alive, and end the connections of those that are not."""
        while True:
            try:
                await self.beat()
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("presence: no sign of life was written (%r)", error)
            await asyncio.sleep(BEAT_S)

    async def beat(self) -> None:
        """One sign of life, one look at the others. Sockets are the truth: what the database missed while it was away is made good."""
        await self._database.run(QUERIES.beat, self._node)
        written = {row["agent"] for row in await self._database.rows(QUERIES.connections_here, self._node)}
        for agent in self._here - written:
            await self._calls.call(QUERIES.connect_agent, agent, self._node)
        for agent in written - self._here:
            await self._calls.call(QUERIES.disconnect_agent, agent, self._node)
        for row in await self._database.rows(QUERIES.silent_connections, SILENT):
            await self._calls.call(QUERIES.disconnect_agent, row["agent_id"], row["node_id"])

    async def _check(self, given: StatusInput) -> None:
        routable = {row["id"]: row["routable"] for row in await self._database.rows(QUERIES.activities)}
        if given.activity is not None and given.activity not in routable:
            raise _unknown("activity", given.activity, list(routable))
        rests = [id_ for id_, takes_work in routable.items() if not takes_work]
        if isinstance(given.after_work, str) and given.after_work not in rests:
            raise _unknown("after_work", given.after_work, rests)


def _unknown(field: str, value: str, allowed: list[str]) -> Invalid:
    said = f"{value!r} is not allowed; allowed: {', '.join(allowed)}"
    return Invalid("invalid", f"{field}: {said}", fields={field: said})
