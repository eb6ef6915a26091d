"""A customer's message and a move of the work meet: whichever is first, the message never lies in a closed matter nobody works on."""

import asyncio
from uuid import UUID

import pytest

from hub.kernel.database import Connection
from hub.work.model import WrapUpInput
from tests.work.scene import Floor

MOVES = {
    "wrap_up": "SELECT wrap_up_work($1, $2, false, 'resolved', '', NULL)",
    "finish": "SELECT finish_work($1, $2, false)",
    "release": "SELECT release_work($1, $2, false)",
}
INTAKES = {
    "alone": "SELECT message, work FROM take_message($1)",
    "in a group": "SELECT message, work FROM take_messages(ARRAY[$1]::jsonb[])",
}
OPEN = "('queued', 'offered', 'assigned', 'wrapping', 'paused')"


READ = """INSERT INTO reading AS r SELECT $1, customer_id, number FROM message ORDER BY number DESC LIMIT 1
    ON CONFLICT (agent_id, customer_id) DO UPDATE SET number = EXCLUDED.number"""
"""A colleague has read everything so far."""


@pytest.fixture
async def work(floor: Floor) -> str:
    """Ana has Marta's chat in hand."""
    await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_taken(work, "ana")
    await floor.database.run(READ, floor.agents["ana"])
    return work


async def _is_held_up(floor: Floor, pid: int) -> None:
    """Wait until a connection waits for another one's lock; the database has no event for that."""
    async with asyncio.timeout(10):
        held_up = False
        while not held_up:
            held_up = await floor.database.value("SELECT cardinality(pg_blocking_pids($1)) > 0", pid)


async def _meet(floor: Floor, first: tuple[str, tuple[object, ...]], second: tuple[str, tuple[object, ...]]) -> None:
    """Two transactions at once: the first has done its part and is not committed when the second begins."""
    async with floor.database.pool.acquire() as one, floor.database.pool.acquire() as other:
        async with one.transaction():
            await one.fetch(first[0], *first[1])
            late = asyncio.create_task(_transact(other, *second))
            await _is_held_up(floor, other.get_server_pid())
        await late


async def _transact(connection: Connection, sql: str, arguments: tuple[object, ...]) -> None:
    async with connection.transaction():
        await connection.fetch(sql, *arguments)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("intake", INTAKES)
@pytest.mark.parametrize("message_first", [True, False])
async def test_a_message_that_meets_a_move_has_open_work_in_an_open_matter(
    floor: Floor, work: str, move: str, intake: str, message_first: bool
) -> None:
    said = await floor.said("marta", text="one thing more")
    pair = [(INTAKES[intake], (said,)), (MOVES[move], (work, floor.agents["ana"]))]
    await _meet(floor, *(pair if message_first else pair[::-1]))
    row = await floor.database.row(
        "SELECT t.state, EXISTS (SELECT 1 FROM work w WHERE w.topic_id = t.id AND w.state IN " + OPEN + ") AS worked"
        " FROM message m JOIN topic t ON t.id = m.topic_id WHERE m.id = $1",
        UUID(said["id"]),
    )
    assert row is not None
    assert (row["state"], row["worked"]) == ("open", True)


async def test_a_message_nobody_has_seen_outlives_the_wrap_up_as_new_work_for_the_same_agent(floor: Floor, work: str) -> None:
    assert await floor.message("marta", text="one thing more") == work
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved"))
    queued = await floor.expect("work.queued", topic=await _topic(floor), actor_kind="customer", work=await _open_work(floor))
    assert str(queued.work) != work
    await floor.expect_offer(str(queued.work), "ana")
    assert (await floor.state(work), await floor.units("ana")) == ("completed", 0)


async def test_a_message_that_came_before_the_time_to_wrap_up_ran_out_is_new_work(floor: Floor, work: str) -> None:
    await floor.message("marta", text="one thing more")
    await floor.database.run("UPDATE queue SET wrap_s = 0")
    await floor.moves.finish(floor.who("ana"), work)
    await floor.expect("work.completed", work=work)
    await floor.expect_offer(await _open_work(floor), "ana")


async def test_a_program_that_keeps_no_read_marks_decides_for_itself(floor: Floor, work: str) -> None:
    await floor.database.run("DELETE FROM reading")
    await floor.message("marta", text="thank you")
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved"))
    assert await floor.database.value("SELECT state FROM topic") == "closed"


async def test_a_wrap_up_closes_the_matter_when_the_last_message_was_read(floor: Floor, work: str) -> None:
    await floor.message("marta", text="thank you")
    await floor.database.run(READ, floor.agents["ana"])
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved"))
    assert await floor.database.value("SELECT state FROM topic") == "closed"
    assert await floor.database.value("SELECT count(*) FROM work") == 1


async def _topic(floor: Floor) -> str:
    return str(await floor.database.value("SELECT id FROM topic"))


async def _open_work(floor: Floor) -> str:
    return str(await floor.database.value("SELECT id FROM work WHERE state IN " + OPEN))
