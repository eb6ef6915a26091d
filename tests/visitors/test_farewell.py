"""A visitor leaves, and says how it was."""

from collections.abc import AsyncIterator

import pytest

from hub.errors import Conflict, Invalid
from hub.kernel.database import Database
from hub.visitors.desk import QUERIES as DESK_QUERIES
from hub.visitors.desk import phase_of
from hub.visitors.farewell import Farewell
from hub.work.model import WrapUpInput
from tests.work.scene import Floor


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    async with Floor(database).publishing() as floor, floor.routing():
        yield floor


@pytest.fixture
def farewell(floor: Floor) -> Farewell:
    return Farewell(floor.database, floor.moves)


async def talking(floor: Floor) -> str:
    """Work of the visitor `grace` in Ana's hands."""
    await floor.agent("ana", "service")
    work = await floor.message("grace")
    await floor.expect_taken(work, "ana")
    return work


async def notes(floor: Floor) -> list[str]:
    return [row["text"] for row in await floor.database.rows("SELECT text FROM message WHERE direction = 'note' ORDER BY number")]


async def test_a_visitor_who_leaves_the_queue_has_abandoned(floor: Floor, farewell: Farewell) -> None:
    work = await floor.message("grace")
    await farewell.leave("grace")
    await floor.expect("work.abandoned", work=work)


async def test_a_visitor_who_leaves_the_talk_lets_the_agent_wrap_up(floor: Floor, farewell: Farewell) -> None:
    work = await talking(floor)
    await farewell.leave("grace")
    assert await floor.state(work) == "wrapping"


async def test_a_stranger_who_leaves_ends_nobody_elses_talk(floor: Floor, farewell: Farewell) -> None:
    work = await talking(floor)
    await farewell.leave("nobody")
    assert await floor.state(work) == "assigned"


async def test_a_rating_is_a_number_in_the_ledger_and_a_note_in_the_thread(floor: Floor, farewell: Farewell) -> None:
    work = await talking(floor)
    await farewell.rate("grace", 4, " Quick, thank you ")
    floor.wake()
    assert (await floor.expect("work.rated", work=work)).data == {"score": 4}
    assert await notes(floor) == ["★★★★☆\n\nQuick, thank you"]


async def test_the_first_rating_stands(floor: Floor, farewell: Farewell) -> None:
    await talking(floor)
    await farewell.rate("grace", 5, "")
    await farewell.rate("grace", 1, "another tab")
    assert await notes(floor) == ["★★★★★"]


@pytest.mark.parametrize("score", [0, 6, "5", None, True, 2.5])
async def test_what_is_no_score_is_refused_with_what_is(farewell: Farewell, score: object) -> None:
    with pytest.raises(Invalid, match="from 1 to 5"):
        await farewell.rate("grace", score, "")


async def test_there_is_nothing_to_rate_before_the_first_message(farewell: Farewell) -> None:
    with pytest.raises(Conflict):
        await farewell.rate("nobody", 5, "")


async def phase(floor: Floor) -> str:
    """How the talk stands on the screen of `grace`."""
    [row] = await floor.database.rows(DESK_QUERIES.states, ["grace"])
    return phase_of(row["state"], row["topic_state"])


async def test_while_the_agent_wraps_up_the_talk_goes_on_for_the_visitor(floor: Floor) -> None:
    work = await talking(floor)
    await floor.moves.finish(floor.who("ana"), work)
    assert await phase(floor) == "talking"
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved"))
    assert await phase(floor) == "closed"


async def test_a_visitor_who_has_left_is_asked_how_it_was_before_the_wrap_up(floor: Floor, farewell: Farewell) -> None:
    await talking(floor)
    await farewell.leave("grace")
    assert await phase(floor) == "closed"
