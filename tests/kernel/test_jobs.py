"""Jobs and leases: what breaks once is told and tried again, and ends nothing else."""

import asyncio
from uuid import uuid4

import pytest

from hub.kernel.database import Database
from hub.kernel.jobs import Job, Jobs
from hub.kernel.lease import Lease, holding
from tests.rig.waiting import eventually


async def test_a_job_that_breaks_is_tried_again_and_the_others_go_on(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    tries, other = asyncio.Semaphore(0), asyncio.Event()

    async def broken() -> None:
        tries.release()
        raise ValueError("non-hexadecimal number found")

    async def works() -> None:
        other.set()

    running = asyncio.create_task(Jobs(database, uuid4(), [Job("broken", 0.01, broken), Job("works", 0.01, works)]).run())
    async with asyncio.timeout(10):
        await tries.acquire()
        await tries.acquire()
        await other.wait()
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "job broken failed" in caplog.text


async def test_a_lease_that_could_not_be_taken_for_any_reason_is_taken_later(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    await database.run("ALTER FUNCTION take_lease RENAME TO take_lease_later")
    async with holding(Lease(database, "something", uuid4(), ttl_s=0.2)) as lease, asyncio.timeout(10):

        async def told() -> bool:
            return "something" in caplog.text

        await eventually(told, what="the log tells of it")
        assert lease.token is None
        await database.run("ALTER FUNCTION take_lease_later RENAME TO take_lease")
        assert await lease.held() > 0
