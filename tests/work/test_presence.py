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
    await floor.presence.left(floor.agents["ana"])
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
        await quiet.presence.left(quiet.agents["ana"])
    before = await quiet.database.value("SELECT first_queued_at FROM work")
    assert await quiet.state(work) == "assigned"
    await quiet.database.run("UPDATE presence SET left_at = now() - interval '31 seconds'")
    async with quiet.routing():
        released = await quiet.expect("work.released", work=work)
        assert released.data["reason"] == "left"
        assert await quiet.database.value("SELECT first_queued_at FROM work") == before
        await quiet.presence.connected(quiet.agents["ana"])
        back = await quiet.expect("work.assigned", work=work)
        assert (str(back.agent), back.data["why"]["code"]) == (quiet.agents["ana"], "returned")


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
    await quiet.presence.left(quiet.agents["ana"])
    await quiet.presence.connected(quiet.agents["ana"])
    other = await quiet.message("pedro")
    async with quiet.routing():
        await quiet.expect_offer(other, "ana")
    assert await quiet.state(work) == "assigned"


async def test_an_agent_with_a_connection_to_another_process_has_not_left(floor: Floor) -> None:
    await floor.agent("ana", "service")
    other = Presence(floor.database, uuid4())
    await other.connected(floor.agents["ana"])
    await floor.presence.left(floor.agents["ana"])
    assert await floor.routing_status("ana") == "idle"
    await other.left(floor.agents["ana"])
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
        leaving = asyncio.create_task(quiet.presence.left(ana))
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
    await floor.presence.left(ana)
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
    await floor.presence.left(floor.agents["ana"])
    floor.presence.asked(floor.agents["ana"])
    await floor.presence.beat()
    assert await floor.routing_status("ana") == "off"


async def test_signing_out_ends_the_presence_of_a_program(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.presence.left(floor.agents["ana"])
    await floor.presence.announced(floor.agents["ana"])
    assert await floor.routing_status("ana") == "idle"
    await floor.presence.signed_out(floor.agents["ana"])
    assert await floor.routing_status("ana") == "off"


async def test_a_page_that_is_loaded_anew_keeps_its_offers_and_their_deadlines(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    offers = [await floor.expect_offer(await floor.message(name), "ana") for name in ("marta", "pedro")]
    deadlines = "SELECT array_agg(expires_at ORDER BY id) FROM offer WHERE state = 'pending' AND id = ANY ($1)"
    before = await floor.database.value(deadlines, offers)
    await floor.presence.disconnected(ana)
    await floor.presence.beat(set())
    await floor.presence.connected(ana)
    await floor.presence.beat({ana})
    assert await floor.database.value(deadlines, offers) == before
    assert len(before) == 2


async def test_whoever_is_not_back_when_the_grace_is_over_has_left(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.work.presence.GRACE_S", -1.0)
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_offer(work, "ana")
    await floor.presence.disconnected(ana)
    await floor.presence.beat(set())
    assert (await floor.expect("offer.rescinded", work=work)).data["reason"] == "left"


async def test_whoever_signs_out_has_left_without_grace(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_offer(work, "ana")
    await floor.presence.disconnected(ana)
    await floor.presence.signed_out(ana)
    await floor.expect("offer.rescinded", work=work)


async def test_a_hub_that_starts_anew_gives_colleagues_time_to_come_back_before_it_takes_their_offers(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_offer(work, "ana")
    await quiet.database.run("UPDATE node SET seen_at = now() - interval '1 minute'")
    restarted = Presence(quiet.database, uuid4())
    running = asyncio.create_task(restarted.run(lambda: {ana}))
    present = "SELECT count(*) = 2 FROM connection"
    await eventually(lambda: quiet.database.value(present), what="the new process has written who is there")
    running.cancel()
    assert await quiet.state(work) == "offered"


@pytest.mark.parametrize(("kind", "stays_s"), [("chat", 30), ("voice", 20), ("mail", 600), ("message", 600)])
async def test_what_is_live_goes_back_soon_and_the_rest_has_time(quiet: Floor, kind: str, stays_s: int) -> None:
    await quiet.agent("ana", "service")
    work = await quiet.message("marta", kind=kind)
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
    await quiet.presence.left(quiet.agents["ana"])
    due = "SELECT EXTRACT(epoch FROM l.due_at - p.left_at)::int FROM lost_work l JOIN presence p ON p.agent_id = l.agent_id WHERE l.id = $1"
    assert await quiet.database.value(due, work) == stays_s
    await quiet.database.run("UPDATE queue SET away_s = 45")
    assert await quiet.database.value(due, work) == (45 if stays_s == 600 else stays_s)


async def test_a_mail_that_was_answered_stays_with_whoever_answered_it_until_the_customer_writes(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta", kind="mail")
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
    await quiet.database.run("UPDATE topic SET turn = 'customer'")
    await quiet.presence.left(ana)
    assert await quiet.database.value("SELECT count(*) FROM lost_work") == 0
    await quiet.message("marta", kind="mail")
    assert await quiet.database.value("SELECT count(*) FROM lost_work") == 1


async def test_lost_work_has_nobody_to_look_after_it_and_comes_back_also_from_under_an_offer(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
        await quiet.agent("luis", "service")
        await quiet.presence.left(ana)
        await quiet.database.run("UPDATE presence SET left_at = now() - interval '31 seconds' WHERE agent_id = $1", ana)
        await quiet.activity("luis", "available")  # a look at the deadlines
        await quiet.expect_offer(work, "luis")
        assert await quiet.database.value("SELECT agent_id FROM topic") is None
        await quiet.presence.connected(ana)
        assert (await quiet.expect("offer.canceled", work=work)).data["reason"] == "returned"
        assert str((await quiet.expect("work.assigned", work=work, agent=ana)).agent) == ana
    assert str(await quiet.database.value("SELECT agent_id FROM topic")) == ana


async def test_lost_work_that_somebody_took_stays_taken(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    async with quiet.routing():
        await quiet.expect_taken(work, "ana")
        await quiet.agent("luis", "service")
        await quiet.presence.left(ana)
        await quiet.database.run("UPDATE presence SET left_at = now() - interval '31 seconds' WHERE agent_id = $1", ana)
        await quiet.activity("luis", "available")
        await quiet.expect_taken(work, "luis")
        await quiet.presence.connected(ana)
    assert str(await quiet.database.value("SELECT agent_id FROM work")) == quiet.agents["luis"]


async def test_the_time_of_a_status_counts_from_the_moment_the_agent_stopped_answering(quiet: Floor) -> None:
    ana = await quiet.agent("ana", "service")
    work = await quiet.message("marta")
    await quiet.database.run("UPDATE presence SET since = now() - interval '1 hour'")
    async with quiet.routing():
        offer = await quiet.expect_offer(work, "ana")
    await quiet.database.run("UPDATE offer SET expires_at = now() - interval '1 second' WHERE id = $1", offer)
    async with quiet.routing():
        await quiet.expect("offer.timed_out", work=work)
    age = "SELECT now() - since < interval '1 minute' FROM presence WHERE agent_id = $1"
    assert await quiet.database.value(age, ana)
    await quiet.database.run("UPDATE presence SET since = now() - interval '1 hour'")
    await quiet.activity("ana", "available")
    assert await quiet.database.value(age, ana)
