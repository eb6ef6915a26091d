"""The router: one at a time, restarts, and what the database refuses it."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from hub.kernel.database import GONE
from hub.work.term import Term
from tests.work.scene import Floor


async def test_a_restart_first_expires_what_is_overdue(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    await quiet.agent("luis", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_offer(work, "ana")
    await quiet.database.run("UPDATE offer SET expires_at = now() - interval '1 second'")
    async with quiet.routing():
        await quiet.expect("offer.timed_out", work=work)
        await quiet.expect_offer(work, "luis")
    assert await quiet.routing_status("ana") == "not_responding"


async def test_a_restart_keeps_open_offers_and_what_agents_have(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    works = [await quiet.message(name) for name in ("one", "two", "three")]
    async with quiet.routing():
        await quiet.expect_taken(works[0], "ana")
        offers = [await quiet.expect_offer(work, "ana") for work in works[1:]]
    fourth = await quiet.message("four")
    async with quiet.routing():
        await quiet.moves.accept(quiet.who("ana"), offers[0])
        await quiet.moves.decline(quiet.who("ana"), offers[1], "other")
        await quiet.expect_offer(fourth, "ana")
    assert await quiet.database.value("SELECT count(*) FROM offer WHERE work_id = $1", works[1]) == 1


async def test_what_happened_while_nobody_routed_is_taken_in(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    async with quiet.routing():
        first = await quiet.message("one")
        await quiet.expect_offer(first, "ana")
    second = await quiet.message("two")
    async with quiet.routing():
        await quiet.expect_offer(second, "ana")
    assert await quiet.state(first) == "offered"


async def test_a_router_with_an_old_token_is_refused(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    old = await quiet.database.value("SELECT take_lease('router', $1, '1 hour')", uuid4())
    await quiet.database.run("UPDATE lease SET until = now() WHERE name = 'router'")
    await quiet.database.value("SELECT take_lease('router', $1, '1 hour')", uuid4())
    with pytest.raises(asyncpg.PostgresError) as refused:
        await Term(quiet.database, old, _nobody).load()
    assert refused.value.sqlstate == "HL001"
    assert await quiet.state(work) == "queued"


async def test_of_two_nodes_one_routes_and_the_other_takes_over(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    async with quiet.routing():
        first = await quiet.message("one")
        async with asyncio.timeout(10):
            await quiet.expect_offer(first, "ana")
        async with quiet.routing():
            second = await quiet.message("two")
            await quiet.expect_offer(second, "ana")
    assert await quiet.database.value("SELECT count(*) FROM offer") == 2


async def test_the_database_refuses_an_offer_that_must_not_be(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    stranger = await quiet.agent("olga", "sales")
    away = await quiet.agent("luis", "service", present=False)
    work = await quiet.message("marta")
    token = await quiet.database.value("SELECT take_lease('router', $1, '1 hour')", uuid4())
    asked = {"work": work, "units": 33, "seconds": 30, "why": {}}
    offers = [
        asked | {"attempt": 1, "agent": stranger},
        asked | {"attempt": 2, "agent": away},
        asked | {"attempt": 3, "agent": ana, "units": 101},
        asked | {"attempt": 4, "agent": ana},
        asked | {"attempt": 5, "agent": ana},
    ]
    rows = await quiet.database.rows("SELECT attempt, offer, refused FROM make_offers($1, $2)", token, offers)
    assert [row["refused"] for row in rows] == ["not_a_member", "not_present", "at_capacity", None, "not_waiting"]
    assert [row["offer"] is not None for row in rows] == [False, False, False, True, False]


async def test_offers_count_as_taken_and_so_does_the_most_of_a_kind(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    works = [await quiet.message(f"c{n}") for n in range(4)]
    token = await quiet.database.value("SELECT take_lease('router', $1, '1 hour')", uuid4())
    for units, expected in ((33, "at_capacity"), (1, "channel_full")):
        await quiet.database.run("UPDATE offer SET state = 'canceled'")
        await quiet.database.run("UPDATE work SET state = 'queued'")
        asked = [{"attempt": n, "work": work, "agent": ana, "units": units, "seconds": 30, "why": {}} for n, work in enumerate(works)]
        rows = await quiet.database.rows("SELECT refused FROM make_offers($1, $2)", token, asked)
        assert [row["refused"] for row in rows] == [None, None, None, expected]


async def test_a_change_that_the_ledger_did_not_tell_is_found_by_the_sweep(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    token = await quiet.database.value("SELECT take_lease('router', $1, '1 hour')", uuid4())
    term = Term(quiet.database, token, _nobody)
    await term.load()
    assert await quiet.state(work) == "offered"
    await quiet.database.run("UPDATE offer SET state = 'canceled'")
    await quiet.database.run("UPDATE work SET state = 'canceled', ended_at = now()")
    other = await quiet.message("pedro")
    await quiet.database.run("UPDATE presence SET units_max = 33 WHERE agent_id = $1", ana)
    await term.sweep()
    assert await quiet.state(other) == "offered"


CUT = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def test_routing_goes_on_after_every_connection_was_cut(floor: Floor, database_url: str) -> None:
    await floor.agent("ana", "service")
    first = await floor.message("one")
    await floor.expect_offer(first, "ana")
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval(CUT) > 0
    await connection.close()
    second = await _written(floor, "two")
    await floor.expect_offer(second, "ana")
    assert await floor.state(first) == "offered"


async def _written(floor: Floor, customer: str) -> str:
    """A message, written again for as long as the pool hands out connections that were cut."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await floor.message(customer)
            except GONE:
                await asyncio.sleep(0)


async def test_a_setting_that_routing_refuses_does_not_end_it(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    await quiet.database.run("ALTER TABLE queue DROP CONSTRAINT queue_strategy_check")
    await quiet.database.run("UPDATE queue SET strategy = 'alphabetical'")
    async with quiet.routing():
        work = await quiet.message("marta")
        await quiet.expect("work.queued", work=work)
        await quiet.database.run("UPDATE queue SET strategy = 'longest_idle'")
        await quiet.expect_offer(work, "ana")
    assert await quiet.state(work) == "offered"


async def _nobody(_: object) -> None:
    """The accounts go nowhere."""
