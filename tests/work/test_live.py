"""What sockets are told: whom it concerns, once per thing, with the present rows."""

import asyncio
from collections.abc import Iterable
from typing import Any

from hub.kernel.push import EVERYBODY, SUPERVISORS, Push, agent_room, queue_room
from hub.work.live import EVENTS, TALK_EVENTS, WorkLive
from tests.work.scene import Floor


async def _pushed(floor: Floor, after: int = 0) -> list[Push]:
    """What everything after a position means to sockets."""
    events = [event for event in await floor.ledger.read(after) if event.type in (*EVENTS, *TALK_EVENTS)]
    return await WorkLive(floor.reading).project(events)


async def _so_far(floor: Floor, work: str, name: str) -> int:
    """Ana is asked; the position of the ledger afterwards."""
    await floor.expect_offer(work, name)
    return await floor.ledger.find_head()


async def test_an_offer_is_told_to_the_agent_who_is_asked_and_to_nobody_else(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta", text="hi there")
    await floor.expect_offer(work, "ana")
    (push,) = [push for push in await _pushed(floor) if push.type == "offer.created"]
    assert (push.rooms, push.data.work, push.data.customer.name) == (frozenset({agent_room(ana)}), work, "Marta")
    assert push.position is not None


async def test_the_end_of_an_offer_is_told_with_its_outcome_and_who_did_it(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta")
    offer = await floor.expect_offer(work, "ana")
    before = await floor.ledger.find_head()
    await floor.moves.decline(floor.who("ana"), offer, "other")
    await floor.expect("offer.rejected", work=work)
    (push,) = [push for push in await _pushed(floor, before) if push.type == "offer.ended"]
    assert push.data.by is not None
    assert (push.data.id, push.data.outcome, push.data.by.name) == (offer, "rejected", "Ana")
    assert push.rooms == {agent_room(ana), SUPERVISORS}


async def test_several_changes_of_one_item_are_told_once_with_the_last_position(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta")
    before = await _so_far(floor, work, "ana")
    (offer,) = await floor.reading.offers_of(ana)
    await floor.moves.accept(floor.who("ana"), offer.id)
    await floor.moves.finish(floor.who("ana"), work)
    last = await floor.expect("work.wrapping", work=work)
    pushes = await _pushed(floor, before)
    (changed,) = [push for push in pushes if push.type == "work.changed"]
    assert (changed.position, changed.data.state, changed.data.agent.name) == (last.position, "wrapping", "Ana")
    assert changed.rooms == frozenset({agent_room(ana), queue_room(floor.queues["service"]), SUPERVISORS})
    (status,) = [push for push in pushes if push.type == "status.changed"]
    assert (status.data.agent, status.data.routing_status, status.rooms) == (ana, "wrapping", frozenset({agent_room(ana), SUPERVISORS}))


async def test_who_handed_work_on_is_told_that_it_is_gone(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_taken(work, "ana")
    before = await floor.ledger.find_head()
    await floor.moves.release(floor.who("ana"), work)
    await floor.expect("work.released", work=work)
    (changed,) = [push for push in await _pushed(floor, before) if push.type == "work.changed"]
    assert agent_room(ana) in changed.rooms
    assert (changed.data.agent, changed.data.state) == (None, "queued")


async def test_a_message_changes_the_work_of_its_topic_for_the_agent_who_has_it(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta", text="hello")
    await floor.expect_taken(work, "ana")
    before = await floor.ledger.find_head()
    await floor.message("marta", text="are you there?")
    await floor.expect("message.created", work=work)
    await floor.expect("message.created", work=work)
    (changed,) = await _pushed(floor, before)
    assert (changed.type, changed.data.preview.text, changed.data.unread) == ("work.changed", "are you there?", 2)
    assert changed.rooms == frozenset({agent_room(ana), SUPERVISORS})


async def test_an_answer_and_a_read_mark_change_it_too(floor: Floor) -> None:
    ana = await floor.agent("ana", "service")
    work = await floor.message("marta", text="hello")
    await floor.expect_taken(work, "ana")
    before = await floor.ledger.find_head()
    place = await floor.database.row("SELECT w.customer_id, topic_id, last_number FROM work w JOIN topic t ON t.id = w.topic_id")
    assert place is not None
    await floor.database.run("INSERT INTO event (type, topic) VALUES ('message.created', $1)", place["topic_id"])
    await floor.database.run("INSERT INTO reading VALUES ($1, $2, $3)", ana, place["customer_id"], place["last_number"])
    await floor.database.run("INSERT INTO event (type, actor, customer) VALUES ('conversation.read', $1, $2)", ana, place["customer_id"])
    floor.wake()
    read = await floor.expect("conversation.read")
    (changed,) = await _pushed(floor, before)
    assert (changed.position, changed.data.id, changed.data.unread) == (read.position, work, 0)


async def _told(live: WorkLive, least: int) -> list[tuple[str, Any, list[str]]]:
    """What is told without being kept, until there are so many."""
    told: list[tuple[str, Any, list[str]]] = []
    enough = asyncio.Event()

    async def emit(type_: str, data: Any, rooms: Iterable[str]) -> None:
        told.append((type_, data, list(rooms)))
        if len(told) >= least:
            enough.set()

    task = asyncio.create_task(live.tell(emit, every_s=60))
    try:
        async with asyncio.timeout(5):
            await enough.wait()
    finally:
        task.cancel()
    return told


async def test_queues_are_told_to_everybody_when_something_moved(floor: Floor) -> None:
    live = WorkLive(floor.reading)
    await floor.message("marta")
    await live.project([await floor.expect("work.queued")])
    ((type_, data, rooms),) = await _told(live, 1)
    assert (type_, data["items"][0].waiting, rooms) == ("queues.changed", 1, [EVERYBODY])


async def test_a_new_account_of_why_work_waits_is_told_to_its_queue(floor: Floor) -> None:
    work = await floor.message("marta")
    await floor.expect_account(work, "no_members")
    live = WorkLive(floor.reading)
    await live.explained([work])
    _, (type_, view, rooms) = await _told(live, 2)
    assert (type_, rooms) == ("work.changed", [SUPERVISORS, queue_room(floor.queues["service"])])
    assert [reason.code for reason in view.reasons] == ["no_members"]


async def test_many_new_accounts_at_once_are_to_be_fetched(quiet: Floor) -> None:
    live = WorkLive(quiet.reading)
    await live.explained([str(number) for number in range(21)])
    _, (type_, _, rooms) = await _told(live, 2)
    assert (type_, rooms) == ("list.changed", [SUPERVISORS])


async def test_a_customer_who_gets_a_name_has_it_in_every_list_at_once(floor: Floor) -> None:
    work = await floor.message("marta")
    before = await floor.ledger.find_head()
    await floor.database.run("UPDATE customer SET name = 'Marta Ruiz'")
    await floor.database.run(
        "INSERT INTO event (type, actor_kind, customer, data) SELECT 'customer.changed', 'human', id, '{}' FROM customer"
    )
    floor.wake()
    await floor.expect("customer.changed")
    (changed,) = [push for push in await _pushed(floor, before) if push.type == "work.changed"]
    assert (changed.data.id, changed.data.customer.name) == (work, "Marta Ruiz")
    assert queue_room(floor.queues["service"]) in changed.rooms
