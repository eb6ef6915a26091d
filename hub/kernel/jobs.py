"""What is done again and again, by one node at a time: each job has a name, a pause and its own lease."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from hub.kernel.database import GONE, Database
from hub.kernel.lease import Lease, holding

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often."""

    name: str
    every_s: float
    do: Callable[[], Awaitable[object]]


class Jobs:
    """Runs the jobs of the whole company on whichever node has their lease."""

    def __init__(self, database: Database, node: UUID, jobs: list[Job]) -> None:
        self._lease = Lease(database, "jobs", node, ttl_s=10)
        self._jobs = jobs

    async def run(self) -> None:
        """For ever."""
        async with holding(self._lease), asyncio.TaskGroup() as group:
            for job in self._jobs:
                group.create_task(self._repeat(job), name=f"job {job.name}")

    async def _repeat(self, job: Job) -> None:
        while True:
            await self._lease.held()
            try:
                await job.do()
            except GONE as error:
                log.info("job %s: the database is away (%r)", job.name, error)
            except Exception:
                log.exception("job %s failed; it is tried again in %.0f s", job.name, job.every_s)
            await asyncio.sleep(job.every_s)
