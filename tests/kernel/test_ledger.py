"""The ledger in memory tells what the database tells, and a commit on one node is published by another at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

import pytest

from hub.kernel import ledger as module
from hub.kernel.database import Database
from hub.kernel.lease import Lease, holding
from hub.kernel.ledger import Doorbell, EventRow, Ledger, Publisher
from tests.rig.waiting import eventually
from tests.scenes import found_company


async def test_a_reader_behind_events_that_were_let_go_misses_none_of_the_others(database: Database) -> None:
    company = await found_company(database)
    for number in range(6):
        await company.writes("visitor", f"v{number}")
    await company.publish()
    await database.run("DELETE FROM event WHERE position IN (3, 4)")
    ledger = Ledger(database)
    everything = [event.position for event in await ledger.read(0)]
    for after in everything[:-1]:
        assert [event.position for event in await ledger.read(after)] == [one for one in everything if one > after]


def _head(ledger: Ledger) -> Callable[[], Awaitable[int]]:
    async def look() -> int:
        return ledger.head

    return look


async def test_what_one_node_commits_another_one_publishes_without_waiting_for_its_slow_look(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLOW_POLL_S", 60)
    company = await found_company(database)
    ledger = Ledger(database)
    async with holding(Lease(database, "publisher", uuid4())) as held:
        await held.held()
        here = Publisher(database, held, ledger)
        there = Publisher(database, Lease(database, "publisher", uuid4()), Ledger(database))
        doorbell = Doorbell(database_url, ledger.wake, here.heard)
        running = [asyncio.create_task(one.run()) for one in (here, there, doorbell)]
        await company.writes("visitor", "rosa")
        here.wake()
        first = await eventually(_head(ledger), what="the first is published")
        await company.writes("visitor", "marta")

        async def published() -> bool:
            there.wake()  # until the doorbell listens nobody hears it
            return ledger.head > first

        assert await eventually(published, what="the second is published")
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class CountedLedger(Ledger):
    """Counts how often somebody looks."""

    looks = 0

    async def read(self, after: int, limit: int = module.BATCH) -> list[EventRow]:
        self.looks += 1
        return await super().read(after, limit)


async def test_a_follower_is_told_of_what_is_new_and_not_again_of_what_it_knows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLOW_POLL_S", 60)
    company = await found_company(database)
    await company.writes("visitor", "rosa")
    await company.publish()
    ledger, seen = CountedLedger(database), list[int]()

    async def note(events: Sequence[EventRow]) -> None:
        seen.extend(event.position for event in events)

    async def followed() -> bool:
        return bool(seen) and seen[-1] == ledger.head

    head = await ledger.find_head()
    following = asyncio.create_task(ledger.follow(note, 0))
    await eventually(followed, what="the first is heard")
    looks = ledger.looks
    ledger.wake(head)
    await asyncio.sleep(0)
    assert ledger.looks == looks
    await company.writes("visitor", "marta")
    await company.publish()
    await ledger.find_head()
    assert ledger.head > head
    await eventually(followed, what="the second is heard")
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert seen == sorted(set(seen))
