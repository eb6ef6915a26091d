"""Offers: from a customer's message to an agent's hands, and every way in which an offer can end."""

import asyncio

import pytest

from hub.errors import Conflict, NotFound
from hub.work.model import StatusInput
from tests.work.scene import Floor


async def test_a_message_is_offered_to_the_agent_who_is_there(floor: Floor) -> None:
    await floor.agent("ana", "service")
    work = await floor.message("marta", text="where is my order?")
    await floor.expect_offer(work, "ana")
    (offer,) = await floor.reading.offers_of(floor.agents["ana"])
    assert (offer.work, offer.customer.name, offer.queue.name) == (work, "Marta", "service")
    assert offer.preview is not None
    assert offer.preview.text == "where is my order?"
    assert offer.why is not None
    assert offer.why.code == "longest_idle"
    assert await floor.routing_status("ana") == "offered"


async def test_an_accepted_offer_is_in_the_agents_hands(floor: Floor) -> None:
    await floor.agent("ana", "service")
    work = await floor.message("marta")
    await floor.expect_taken(work, "ana")
    view = (await floor.reading.work_views([work]))[work]
    assert view.agent is not None
    assert (view.state, view.agent.name, view.unread) == ("assigned", "Ana", 1)
    status = (await floor.reading.statuses([floor.agents["ana"]]))[floor.agents["ana"]]
    assert (status.units.used, status.routing_status) == (33, "busy")
    assert [(one.kind, one.items) for one in status.channels] == [("chat", 1)]


async def test_a_declined_offer_goes_to_the_next_agent(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.agent("luis", "service")
    work = await floor.message("marta")
    await floor.moves.decline(floor.who("ana"), await floor.expect_offer(work, "ana"), "not_mine")
    await floor.expect_offer(work, "luis")
    assert await floor.routing_status("ana") == "idle"


async def test_a_missed_offer_makes_the_agent_not_responding_and_goes_on(floor: Floor) -> None:
    await floor.queue("service", offer_timeout={"chat": 0.3})
    await floor.agent("ana", "service")
    await floor.agent("luis", "service")
    work = await floor.message("marta")
    await floor.expect_offer(work, "ana")
    await floor.expect("offer.timed_out", work=work)
    await floor.expect_offer(work, "luis")
    assert await floor.routing_status("ana") == "not_responding"
    await floor.activity("ana", "available")
    assert await floor.routing_status("ana") == "idle"


async def test_of_two_accepts_one_wins(floor: Floor) -> None:
    await floor.agent("ana", "service")
    work = await floor.message("marta")
    offer = await floor.expect_offer(work, "ana")
    answers = await asyncio.gather(*(floor.moves.accept(floor.who("ana"), offer) for _ in range(2)), return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == [work]
    (refused,) = [answer for answer in answers if isinstance(answer, Conflict)]
    assert refused.code == "offer_ended"
    assert await floor.database.value("SELECT units_used FROM presence WHERE agent_id = $1", floor.agents["ana"]) == 33


async def test_somebody_elses_offer_does_not_exist_for_an_agent(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.agent("luis", "service")
    offer = await floor.expect_offer(await floor.message("marta"), "ana")
    with pytest.raises(NotFound):
        await floor.moves.accept(floor.who("luis"), offer)
    with pytest.raises(NotFound):
        await floor.moves.decline(floor.who("luis"), offer, "other")


async def test_work_that_waits_is_offered_at_once_when_an_agent_comes_online(floor: Floor) -> None:
    await floor.agent("ana", "service", present=False)
    work = await floor.message("marta")
    await floor.expect("work.queued", work=work)
    await floor.presence.connected(floor.agents["ana"])
    await floor.activity("ana", "available")
    await floor.expect_offer(work, "ana")


async def test_a_fourth_chat_waits_until_one_of_three_is_over_and_a_mail_does_not_fit_beside_them(floor: Floor) -> None:
    await floor.agent("ana", "service")
    for customer in ("one", "two", "three"):
        await floor.expect_taken(await floor.message(customer), "ana")
    fourth, mail = await floor.message("four"), await floor.message("five", kind="mail")
    await floor.expect("work.queued", work=mail)
    assert await floor.state(fourth) == "queued"
    first = (await floor.reading.work_of(floor.agents["ana"]))[0]
    await floor.moves.release(floor.who("ana"), first.id)
    await floor.expect_offer(fourth, "ana")
    assert await floor.state(mail) == "queued"


async def test_a_kind_of_channel_that_is_switched_off_is_not_offered(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.presence.set_status(floor.agents["ana"], StatusInput(channels={"chat": False}))
    chat, mail = await floor.message("marta"), await floor.message("pedro", kind="mail")
    await floor.expect_offer(mail, "ana")
    assert await floor.state(chat) == "queued"
    await floor.presence.set_status(floor.agents["ana"], StatusInput(channels={"chat": True}))
    await floor.expect_offer(chat, "ana")


async def test_the_agent_who_knows_the_customer_is_asked_first(floor: Floor) -> None:
    await floor.agent("ana", "service")
    await floor.agent("luis", "service")
    first = await floor.message("marta")
    await floor.moves.decline(floor.who("ana"), await floor.expect_offer(first, "ana"), "other")
    await floor.expect_taken(first, "luis")
    second = await floor.message("marta", kind="mail")
    await floor.expect_offer(second, "luis")
    (offer,) = await floor.reading.offers_of(floor.agents["luis"])
    assert offer.why is not None
    assert offer.why.code == "known_agent"


async def test_why_work_waits_is_written_down_for_every_member(floor: Floor) -> None:
    await floor.agent("ana", "service", present=False)
    await floor.agent("luis", "service")
    await floor.activity("luis", "training")
    work = await floor.message("marta")
    await floor.expect_account(work, "offline", "activity")
    view = (await floor.reading.work_views([work]))[work]
    assert {reason.agent.name: reason.name for reason in view.reasons if reason.agent} == {"Ana": None, "Luis": "training"}
    why = await floor.reading.why(view)
    assert (why.position, why.expected_wait_s) == (1, None)


async def test_the_place_in_the_queue_counts_what_is_being_offered_as_well(floor: Floor) -> None:
    await floor.agent("ana", "service")
    first = await floor.message("marta", kind="voice")
    await floor.expect_offer(first, "ana")
    second = await floor.message("pedro", kind="voice")
    places = {id_: wait.position for id_, wait in (await floor.reading.waits([first, second])).items()}
    assert places == {first: 1, second: 2}
