"""A visitor ends the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.inbound.intake import Intake
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.visitors.desk import VisitorDesk
from hub.visitors.tokens import FileLinks
from tests.work.scene import Floor


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    async with Floor(database).publishing() as floor, floor.routing():
        yield floor


@pytest.fixture
def desk(floor: Floor, tmp_path: Path) -> VisitorDesk:
    intake = Intake(floor.database, Blobs(tmp_path), group_size=1, reopen_hours=1, committed=floor.wake)
    return VisitorDesk(floor.database, intake, floor.reading, floor.moves, FileLinks(b"k" * 32))


async def test_a_visitor_who_ends_while_waiting_waits_no_more(floor: Floor, desk: VisitorDesk) -> None:
    work = await floor.message("marta")
    assert (await desk.states(["marta"]))["marta"]["phase"] == "queued"
    await desk.end("marta")
    assert (await desk.states(["marta"]))["marta"]["phase"] == "closed"
    assert await floor.state(work) == "abandoned"


async def test_a_visitor_who_ends_the_talk_lets_the_agent_wrap_up(floor: Floor, desk: VisitorDesk) -> None:
    await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_taken(work, "ana")
    await desk.end("marta")
    assert (await desk.states(["marta"]))["marta"]["phase"] == "closed"
    assert await floor.state(work) == "wrapping"


async def test_a_visitor_with_nothing_open_ends_nothing(floor: Floor, desk: VisitorDesk) -> None:
    await desk.end("nobody")
    assert await floor.database.value("SELECT count(*) FROM event WHERE type LIKE 'work.%'") == 0
