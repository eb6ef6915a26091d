"""Presence: what agents set, and what happens when their connections come and go."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from hub.config import load
from hub.errors import Conflict, Invalid
from hub.kernel.database import Database
from hub.people.model import AgentChange
from hub.people.people import People
from hub.work.model import StatusInput
from hub.work.presence import Presence
from tests.rig.waiting import eventually
from tests.work.scene import Floor

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def people(database: Database) -> Iterator[People]:
    """Who may sign in."""
    people = People(database, load(None, {}), lambda: "http://127.0.0.1")
    yield people
    people.close()


async def test_a_lost_connection_gives_offers_back_at_once_and_holds_nothing_against_the_agent(floor: Floor) -> None:
    await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_offer(work, "ana")
    await floor.presence.disconnected(floor.agents["ana"])
    ended = await floor.expect("offer.rescinded", work=work)
    assert ended.data["reason"] == "left"
    assert await floor.routing_status("ana") == "off"
    await floor.presence.connected(floor.agents["ana"])
    await floor.expect_offer(work, "ana")


async def test_a_connection_lost_and_found_between_two_looks_of_the_router_keeps_the_agent_eligible(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_offer(work, "ana")
        async with quiet.database.transaction() as connection:
            await connection.execute("SELECT disconnect_agent($1, $2)", quiet.agents["ana"], quiet.node)
            await connection.execute("SELECT connect_agent($1, $2)", quiet.agents["ana"], quiet.node)
        quiet.wake()
        await quiet.expect_offer(work, "ana")
    assert await quiet.state(work) == "offered"


async def test_accepted_work_goes_back_half_a_minute_after_the_connection_was_lost_also_after_a_restart(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
        await quiet.presence.disconnected(quiet.agents["ana"])
    before = await quiet.database.value("SELECT first_queued_at FROM work")
    assert await quiet.state(work) == "assigned"
    await quiet.database.run("UPDATE presence SET left_at = now() - interval '31 seconds'")
    async with quiet.routing():
        released = await quiet.expect("work.released", work=work)
        assert released.data["reason"] == "left"
        assert await quiet.database.value("SELECT first_queued_at FROM work") == before
        await quiet.presence.connected(quiet.agents["ana"])
        await quiet.expect_offer(work, "ana")


async def test_a_disabled_agent_gives_back_offers_and_work_with_its_age_and_is_not_asked_again(floor: Floor, people: People) -> None:
    await floor.agent("ana", "service")
    taken = await floor.message("marta")
    await floor.expect_taken(taken, "ana")
    offered = await floor.message("pedro")
    await floor.expect_offer(offered, "ana")
    age = "SELECT array_agg(first_queued_at ORDER BY id) FROM work"
    before = await floor.database.value(age)
    await people.agents.change(floor.agents["ana"], AgentChange(enabled=False))
    floor.wake()
    assert (await floor.expect("work.released", work=taken)).data["reason"] == "disabled"
    await floor.expect("offer.rescinded", work=offered)
    assert (await floor.state(taken), await floor.state(offered), await floor.units("ana")) == ("queued", "queued", 0)
    await floor.agent("luis", "service")
    await floor.expect_offer(taken, "luis")
    await floor.expect_offer(offered, "luis")
    assert await floor.database.value(age) == before


async def test_the_work_of_an_agent_who_was_disabled_while_nobody_routed_goes_back_too(quiet: Floor, people: People) -> None:
    await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
    await people.agents.change(quiet.agents["ana"], AgentChange(enabled=False))
    async with quiet.routing():
        await quiet.expect("work.released", work=work)


async def test_nobody_can_put_work_into_the_hands_of_a_disabled_agent(floor: Floor, people: People) -> None:
    await floor.agent("ana", "service")
    await floor.agent("sofia", role="supervisor")
    await people.agents.change(floor.agents["ana"], AgentChange(enabled=False))
    work = await floor.message("marta")
    with pytest.raises(Conflict) as refused:
        await floor.moves.assign(floor.who("sofia", "supervisor"), work, floor.agents["ana"])
    assert refused.value.code == "agent_away"


async def test_an_agent_who_is_back_in_time_keeps_the_work(quiet: Floor) -> None:
    await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
    await quiet.presence.disconnected(quiet.agents["ana"])
    await quiet.presence.connected(quiet.agents["ana"])
    other = await quiet.message("pedro")
    async with quiet.routing():
        await quiet.expect_offer(other, "ana")
    assert await quiet.state(work) == "assigned"


async def test_an_agent_with_a_connection_to_another_process_has_not_left(floor: Floor) -> None:
    await floor.agent("ana", "service")
    other = Presence(floor.database, uuid4())
    await other.connected(floor.agents["ana"])
    await floor.presence.disconnected(floor.agents["ana"])
    assert await floor.routing_status("ana") == "idle"
    await other.disconnected(floor.agents["ana"])
    assert await floor.routing_status("ana") == "off"


async def test_the_connections_of_a_process_that_fell_silent_are_ended_by_another(floor: Floor) -> None:
    await floor.agent("ana", "service")
    other = Presence(floor.database, uuid4())
    await other.beat()
    assert await floor.routing_status("ana") == "idle"
    await floor.database.run("UPDATE node SET seen_at = now() - interval '11 seconds' WHERE id = $1", floor.node)
    await other.beat()
    assert await floor.routing_status("ana") == "off"


async def test_what_the_database_missed_while_it_was_away_is_made_good_by_the_next_sign_of_life(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.agent("luis", "service", present=False)
    await floor.activity("luis", "available")
    await floor.database.run("SELECT disconnect_agent($1, $2)", floor.agents["ana"], floor.node)
    await floor.database.run("SELECT connect_agent($1, $2)", floor.agents["luis"], floor.node)
    assert [await floor.routing_status(name) for name in ("ana", "luis")] == ["off", "idle"]
    await floor.presence.beat()
    assert [await floor.routing_status(name) for name in ("ana", "luis")] == ["idle", "off"]


async def test_whoever_comes_while_leaving_is_still_being_written_has_come(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_offer(work, "ana")
    async with quiet.database.transaction() as connection:
        await connection.execute("SELECT FROM work FOR UPDATE")
        leaving = asyncio.create_task(quiet.presence.disconnected(ana))
        await eventually(lambda: quiet.database.value(WAITING), what="leaving waits for the work")
        coming = asyncio.create_task(quiet.presence.connected(ana))
        await asyncio.wait({coming}, timeout=0.2)  # without an order it is written before the leaving
    await asyncio.gather(leaving, coming)
    assert await quiet.database.value("SELECT connected FROM presence WHERE agent_id = $1", ana)


async def test_a_sign_of_life_counts_the_sockets_that_there_are(floor: Floor) -> None:
    ana, luis = await floor.agent("ana", "service"), await floor.agent("luis", "service", present=False)
    await floor.activity("luis", "available")
    await floor.presence.beat({luis})
    assert [await floor.routing_status(name) for name in ("ana", "luis")] == ["off", "idle"]
    await floor.presence.beat({ana, luis})
    assert [await floor.routing_status(name) for name in ("ana", "luis")] == ["idle", "idle"]


async def test_going_on_a_break_gives_offers_back_without_blame(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.agent("luis", "service")
    work = await floor.message("marta")
    await floor.expect_offer(work, "ana")
    await floor.activity("ana", "break")
    await floor.expect_offer(work, "luis")
    assert await floor.database.value("SELECT bool_or(not_responding) FROM presence") is False


async def test_what_does_not_exist_cannot_be_set(floor: Floor) -> None:
    await floor.agent("ana", "service")
    with pytest.raises(Invalid, match="allowed: available, break, training, meeting, offline"):
        await floor.activity("ana", "dancing")
    with pytest.raises(Invalid, match="after_work: 'available' is not allowed; allowed: break"):
        await floor.presence.set_status(floor.agents["ana"], StatusInput(after_work="available"))


async def test_a_break_after_work_begins_at_once_when_there_is_no_work(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.presence.set_status(floor.agents["ana"], StatusInput(after_work="break"))
    status = (await floor.reading.statuses([floor.agents["ana"]]))[floor.agents["ana"]]
    assert (status.activity, status.after_work) == ("break", None)


async def test_queues_count_who_serves_them_and_what_waits(floor: Floor) -> None:
    await floor.agent("ana", "service", present=False)
    await floor.agent("luis", "service")
    await floor.activity("luis", "break")
    await floor.message("marta")
    (load,) = await floor.reading.queue_loads()
    assert (load.name, load.waiting, load.members, load.available) == ("service", 1, 2, 0)
    assert load.longest_wait_s is not None
    await floor.activity("luis", "available")
    assert (await floor.reading.queue_loads())[0].available == 1


async def test_a_program_without_a_socket_is_present_as_long_as_it_asks(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    await floor.agent("ana", "service")
    ana = floor.agents["ana"]
    await floor.presence.disconnected(ana)
    await floor.presence.set_status(ana, StatusInput(activity="available"))
    await floor.presence.announced(ana)
    work = await floor.message("marta")
    await floor.expect_offer(work, "ana")
    floor.presence.asked(ana)
    await floor.presence.beat()
    assert await floor.routing_status("ana") == "offered"
    monkeypatch.setattr("hub.work.presence.PROGRAM_S", -1.0)
    floor.presence.asked(ana)
    await floor.presence.beat()
    assert (await floor.expect("offer.rescinded", work=work)).data["reason"] == "left"
    assert await floor.routing_status("ana") == "off"


async def test_asking_does_not_bring_back_whoever_lost_the_socket(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.presence.announced(floor.agents["ana"])  # with a socket there is nothing to announce
    await floor.presence.disconnected(floor.agents["ana"])
    floor.presence.asked(floor.agents["ana"])
    await floor.presence.beat()
    assert await floor.routing_status("ana") == "off"


async def test_signing_out_ends_the_presence_of_a_program(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.presence.disconnected(floor.agents["ana"])
    await floor.presence.announced(floor.agents["ana"])
    assert await floor.routing_status("ana") == "idle"
    await floor.presence.signed_out(floor.agents["ana"])
    assert await floor.routing_status("ana") == "off"
