"""Presence: what a colleague does, whether he or she is connected, and to which process."""

import asyncio
import logging
import time
from collections.abc import Callable, Set
from datetime import timedelta
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
import msgspec

from hub.errors import Invalid
from hub.kernel.database import GONE, Database
from hub.work.calls import Calls
from hub.work.model import StatusInput
from hub.work.sql import QUERIES

log = logging.getLogger(__name__)

BEAT_S = 3.0
PROGRAM_S = 60.0
"""For how long a program that holds no socket is present after it last asked."""
GRACE_S = 5.0
"""For how long a colleague whose last socket went is still taken for present: a page that is loaded anew, a train in a tunnel."""
SILENT = timedelta(seconds=10)
"""After this silence a process is taken for dead, and whoever was connected to it alone has left."""


class Presence:
    """Tells the database who is connected to this process. `run` keeps the process alive there, and notices dead ones."""

    def __init__(self, database: Database, node: UUID, *, written: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._node = node
        self._here: set[str] = set()
        self._programs: dict[str, float] = {}
        self._leaving: dict[str, float] = {}
        self._began: float | None = None
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._calls = Calls(database, written)

    async def connected(self, agent: str) -> None:
        """The first socket of a colleague on this process."""
        self._programs.pop(agent, None)
        self._leaving.pop(agent, None)
        self._here.add(agent)
        await self._write(agent)

    async def disconnected(self, agent: str) -> None:
        """The last socket of a colleague on this process has gone. Whoever is not back when the grace is over has left."""
        self._leaving[agent] = time.monotonic() + GRACE_S

    async def left(self, agent: str) -> None:
        """A colleague is not here any more: what is offered goes back at once, accepted work after a while."""
        self._leaving.pop(agent, None)
        self._here.discard(agent)
        try:
            await self._write(agent)
        except GONE as error:
            log.warning("presence: the database is away, the next sign of life tells who left (%s)", error)

    async def announced(self, agent: str) -> None:
        """A colleague without a socket set a status: a program that asks again and again. It is present as long as it goes on asking."""
        if agent in self._here and agent not in self._programs:
            return
        fresh = agent not in self._here
        self._here.add(agent)
        self.asked(agent, fresh=True)
        if fresh:
            await self._write(agent)

    def asked(self, agent: str, *, fresh: bool = False) -> None:
        """A program asked for its offers: it is still there."""
        if fresh or agent in self._programs:
            self._programs[agent] = time.monotonic() + PROGRAM_S

    async def signed_out(self, agent: str) -> None:
        """A session ended: whoever was present by it alone is not any more, and nobody waits for him or her to come back."""
        if self._programs.pop(agent, None) is not None or agent in self._leaving:
            await self.left(agent)

    async def set_status(self, agent: str, given: StatusInput) -> None:
        """What a colleague sets. Raises Invalid naming the activities that exist."""
        await self._check(given)
        wanted: dict[str, Any] = {"channels": given.channels or {}}
        if given.activity is not None:
            wanted["activity"] = given.activity
        if given.after_work is not msgspec.UNSET:
            wanted["after_work"] = given.after_work
        await self._calls.call(QUERIES.set_status, agent, wanted)

    async def run(self, seated: Callable[[], Set[str]]) -> None:
        """Show that this process is alive, and end the connections of those that are not. `seated` says who has a socket here."""
        self._began = time.monotonic()
        while True:
            try:
                await self.beat(seated())
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("presence: no sign of life was written (%r)", error)
            await asyncio.sleep(BEAT_S)

    async def beat(self, seated: Set[str] | None = None) -> None:
        """One sign of life, one look at the others. Sockets are the truth: what the database missed while it was away is made good."""
        if seated is not None:
            self._here = {*seated, *self._programs, *self._leaving}
        await self._database.run(QUERIES.beat, self._node)
        written = {row["agent"] for row in await self._database.rows(QUERIES.connections_here, self._node)}
        for agent in self._here ^ written:
            await self._write(agent)
        for agent in [agent for agent, until in self._programs.items() if until < time.monotonic()]:
            await self.signed_out(agent)
        for agent in [agent for agent, until in self._leaving.items() if until <= time.monotonic()]:
            await self.left(agent)
        if self._began is None or time.monotonic() - self._began > SILENT.total_seconds():
            await self._end_silent()

    async def _end_silent(self) -> None:
        """End what dead processes held; never just after the start, when those who had been there before could not yet come back."""
        for row in await self._database.rows(QUERIES.silent_connections, SILENT):
            await self._calls.call(QUERIES.disconnect_agent, row["agent_id"], row["node_id"])

    async def _write(self, agent: str) -> None:
        """What is true now, one writing after the other: whoever comes while leaving is still being written has come."""
        async with self._orders.setdefault(agent, asyncio.Lock()):
            sql = QUERIES.connect_agent if agent in self._here else QUERIES.disconnect_agent
            await self._calls.call(sql, agent, self._node)

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
