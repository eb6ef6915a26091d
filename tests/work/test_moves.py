"""The moves of work: wrap-up, release, transfer, assignment, and the customer who leaves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from hub.errors import Conflict, Invalid, NotFound
from hub.work.model import CommitmentInput, StatusInput, TransferInput, WrapUpInput
from tests.work.scene import Floor


@pytest.fixture
async def work(floor: Floor) -> str:
    """Ana has Marta's chat in hand; Luis is there as well."""
    await floor.agent("ana", "service")
    await floor.agent("luis", "service")
    work = await floor.message("marta")
    await floor.expect_taken(work, "ana")
    return work


async def test_finishing_starts_the_time_to_wrap_up_and_keeps_the_units(floor: Floor, work: str) -> None:
    await floor.moves.finish(floor.who("ana"), work)
    view = (await floor.reading.work_views([work]))[work]
    assert view.wrap_until is not None
    assert timedelta(seconds=50) < view.wrap_until - datetime.now(UTC) <= timedelta(seconds=60)
    assert (view.state, await floor.routing_status("ana"), await floor.units("ana")) == ("wrapping", "wrapping", 33)


async def test_extending_gives_one_minute_more(floor: Floor, work: str) -> None:
    await floor.moves.finish(floor.who("ana"), work)
    before = (await floor.reading.work_views([work]))[work].wrap_until
    await floor.moves.extend(floor.who("ana"), work)
    after = (await floor.reading.work_views([work]))[work].wrap_until
    assert before is not None
    assert after == before + timedelta(minutes=1)


async def test_a_wrap_up_completes_the_work_closes_the_topic_and_keeps_the_promise(floor: Floor, work: str) -> None:
    due = datetime(2030, 1, 2, tzinfo=UTC)
    given = WrapUpInput(code="resolved", note="sent again", commitment=CommitmentInput(text="call back", due_at=due))
    await floor.moves.wrap_up(floor.who("ana"), work, given)
    view = (await floor.reading.work_views([work]))[work]
    assert (view.state, view.code, view.note, await floor.units("ana")) == ("completed", "resolved", "sent again", 0)
    assert await floor.database.value("SELECT state FROM topic") == "closed"
    promise = await floor.database.row("SELECT text, due_at, agent_id FROM commitment")
    assert promise is not None
    assert (promise["text"], promise["due_at"], str(promise["agent_id"])) == ("call back", due, floor.agents["ana"])


async def test_the_same_wrap_up_again_changes_nothing_and_another_is_refused(floor: Floor, work: str) -> None:
    given = WrapUpInput(code="sale", note="two chairs", commitment=CommitmentInput(text="deliver", due_at=datetime(2030, 1, 2, tzinfo=UTC)))
    for _ in range(2):
        await floor.moves.wrap_up(floor.who("ana"), work, given)
    assert await floor.database.value("SELECT count(*) FROM commitment") == 1
    assert await floor.database.value("SELECT count(*) FROM event WHERE type = 'work.completed'") == 1
    with pytest.raises(Conflict) as refused:
        await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="spam"))
    assert refused.value.code == "wrapped_up"


async def test_a_wrap_up_code_that_does_not_exist_is_refused_with_those_that_do(floor: Floor, work: str) -> None:
    with pytest.raises(Invalid, match="allowed: resolved, information"):
        await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="whatever"))


async def test_work_whose_wrap_up_time_ran_out_is_completed_and_still_takes_its_note(floor: Floor, work: str) -> None:
    await floor.database.run("UPDATE queue SET wrap_s = 0")
    await floor.moves.finish(floor.who("ana"), work)
    await floor.expect("work.completed", work=work)
    assert (await floor.state(work), await floor.units("ana")) == ("completed", 0)
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="sale", note="late"))
    view = (await floor.reading.work_views([work]))[work]
    assert (view.code, view.note) == ("sale", "late")


async def test_released_work_keeps_its_age_and_goes_to_somebody_else(floor: Floor, work: str) -> None:
    before = (await floor.reading.work_views([work]))[work].first_queued_at
    await floor.moves.release(floor.who("ana"), work)
    await floor.expect_offer(work, "luis")
    assert (await floor.reading.work_views([work]))[work].first_queued_at == before
    assert await floor.units("ana") == 0


async def test_a_transfer_to_a_queue_keeps_the_age_and_writes_the_note(floor: Floor, work: str) -> None:
    await floor.agent("olga", "sales")
    before = (await floor.reading.work_views([work]))[work].first_queued_at
    to = TransferInput(queue=UUID(floor.queues["sales"]), note="wants a chair")
    await floor.moves.transfer(floor.who("ana"), work, to)
    await floor.expect_offer(work, "olga")
    view = (await floor.reading.work_views([work]))[work]
    assert (view.first_queued_at, view.queue.name) == (before, "sales")
    note = await floor.database.row("SELECT text, author_id FROM message WHERE direction = 'note'")
    assert note is not None
    assert (note["text"], str(note["author_id"])) == ("wants a chair", floor.agents["ana"])


async def test_a_transfer_to_a_colleague_is_offered_to_that_colleague(floor: Floor, work: str) -> None:
    await floor.agent("eva", "service")
    await floor.moves.transfer(floor.who("ana"), work, TransferInput(agent=UUID(floor.agents["eva"])))
    await floor.expect_offer(work, "eva")


async def test_a_transfer_that_cannot_be_leaves_no_note(floor: Floor, work: str) -> None:
    stranger = await floor.agent("olga", "sales")
    with pytest.raises(Conflict) as refused:
        await floor.moves.transfer(floor.who("ana"), work, TransferInput(agent=UUID(stranger), note="please"))
    assert refused.value.code == "not_a_member"
    assert await floor.database.value("SELECT count(*) FROM message WHERE direction = 'note'") == 0
    with pytest.raises(Invalid, match="there is no queue"):
        await floor.moves.transfer(floor.who("ana"), work, TransferInput(queue=uuid4()))


async def test_a_transfer_names_either_a_queue_or_an_agent() -> None:
    with pytest.raises(msgspec.ValidationError, match="either a queue or an agent"):
        msgspec.convert({"note": "x"}, type=TransferInput)


async def test_nobody_but_its_agent_moves_work_except_a_supervisor(floor: Floor, work: str) -> None:
    for move in (floor.moves.finish, floor.moves.release):
        with pytest.raises(Conflict) as refused:
            await move(floor.who("luis"), work)
        assert refused.value.code == "not_yours"
    await floor.moves.release(floor.who("luis", "supervisor"), work)
    assert await floor.state(work) == "queued"


async def test_a_move_that_does_not_fit_the_state_is_refused_with_the_states_that_do(floor: Floor, work: str) -> None:
    with pytest.raises(Conflict, match="this work is assigned; that can be done while it is wrapping"):
        await floor.moves.extend(floor.who("ana"), work)
    with pytest.raises(NotFound):
        await floor.moves.finish(floor.who("ana"), str(uuid4()))


async def test_an_agent_takes_waiting_work_without_an_offer(floor: Floor, work: str) -> None:
    other = await floor.message("pedro")
    await floor.expect_offer(other, "luis")
    await floor.moves.assign(floor.who("ana"), other, floor.agents["ana"])
    ended = await floor.expect("offer.canceled", work=other)
    assert (str(ended.agent), await floor.units("ana")) == (floor.agents["luis"], 66)
    with pytest.raises(Conflict) as refused:
        await floor.moves.assign(floor.who("luis"), other, floor.agents["luis"])
    assert refused.value.code == "not_waiting"


async def test_an_agent_who_is_full_takes_nothing_more_but_a_supervisor_may_give_it(floor: Floor, work: str) -> None:
    await floor.activity("luis", "break")
    for customer in ("two", "three"):
        await floor.expect_taken(await floor.message(customer), "ana")
    fourth = await floor.message("four")
    with pytest.raises(Conflict) as refused:
        await floor.moves.assign(floor.who("ana"), fourth, floor.agents["ana"])
    assert refused.value.code == "at_capacity"
    await floor.moves.assign(floor.who("luis", "supervisor"), fourth, floor.agents["ana"])
    assert await floor.units("ana") == 132
    await floor.moves.wrap_up(floor.who("ana"), fourth, WrapUpInput(code="resolved"))
    row = await floor.database.row("SELECT units_used, units_extra FROM presence WHERE agent_id = $1", floor.agents["ana"])
    assert row is not None
    assert tuple(row) == (99, 0)


async def test_work_is_not_assigned_to_somebody_who_is_away(floor: Floor, work: str) -> None:
    await floor.presence.left(floor.agents["luis"])
    with pytest.raises(Conflict) as refused:
        await floor.moves.assign(floor.who("ana", "supervisor"), work, floor.agents["luis"])
    assert refused.value.code == "agent_away"


async def test_a_customer_who_leaves_before_anybody_came_has_abandoned(floor: Floor) -> None:
    work = await floor.message("marta")
    topic = await floor.database.value("SELECT id::text FROM topic")
    assert await floor.moves.abandon(topic) == work
    event = await floor.expect("work.abandoned", work=work)
    assert event.data["waited_s"] >= 0
    assert await floor.state(work) == "abandoned"
    assert await floor.moves.abandon(topic) is None


async def test_a_customer_who_leaves_in_the_middle_lets_the_agent_wrap_up(floor: Floor, work: str) -> None:
    await floor.moves.abandon(await floor.database.value("SELECT id::text FROM topic"))
    assert await floor.state(work) == "wrapping"
    assert await floor.database.value("SELECT state FROM topic") == "closed"
    assert await floor.message("marta", text="sorry, still there?") == work
    assert await floor.state(work) == "assigned"


async def test_a_break_after_the_current_work_begins_when_it_ends(floor: Floor, work: str) -> None:
    await floor.presence.set_status(floor.agents["ana"], StatusInput(after_work="break"))
    other = await floor.message("pedro")
    await floor.expect_offer(other, "luis")
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved"))
    status = (await floor.reading.statuses([floor.agents["ana"]]))[floor.agents["ana"]]
    assert (status.activity, status.after_work, status.routing_status) == ("break", None, "off")


async def test_a_message_during_the_wrap_up_brings_the_talk_back(floor: Floor, work: str) -> None:
    await floor.moves.finish(floor.who("ana"), work)
    assert await floor.message("marta", text="one more thing") == work
    assert await floor.state(work) == "assigned"


async def test_an_offer_of_what_was_handed_on_shows_who_did_it_the_note_and_the_customers_last_words(floor: Floor, work: str) -> None:
    await floor.agent("eva", "service")
    await floor.database.run("UPDATE message SET text = 'Where is my lamp?'")
    to = TransferInput(agent=UUID(floor.agents["eva"]), note="a broken lamp")
    await floor.moves.transfer(floor.who("ana"), work, to)
    offer = await floor.expect_offer(work, "eva")
    view = (await floor.reading.offer_views([offer]))[offer]
    assert view.handed is not None
    assert (view.handed.by.name, view.handed.note) == ("Ana", "a broken lamp")
    assert view.preview is not None
    assert view.preview.text == "Where is my lamp?"


async def test_a_wrap_up_that_began_too_early_goes_back_to_the_talk(floor: Floor, work: str) -> None:
    await floor.moves.finish(floor.who("ana"), work)
    with pytest.raises(Conflict):
        await floor.moves.resume(floor.who("luis"), work)
    await floor.moves.resume(floor.who("ana"), work)
    view = (await floor.reading.work_views([work]))[work]
    assert (view.state, view.wrap_until, await floor.units("ana")) == ("assigned", None, 33)
    assert await floor.database.value("SELECT wrapping_at FROM assignment WHERE ended_at IS NULL") is None
    with pytest.raises(Conflict, match="while it is wrapping"):
        await floor.moves.resume(floor.who("ana"), work)


async def test_a_promise_for_a_time_that_has_passed_is_refused(floor: Floor, work: str) -> None:
    late = CommitmentInput(text="call back", due_at=datetime.now(UTC) - timedelta(minutes=1))
    with pytest.raises(Invalid, match="a time to come"):
        await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved", commitment=late))
    assert await floor.state(work) == "assigned"


async def test_the_deadline_counts_from_the_first_message_that_nobody_answered(floor: Floor) -> None:
    work = await floor.message("marta")
    await floor.database.run("UPDATE topic SET turn_since = now() - interval '4 minutes'")
    before = (await floor.reading.work_views([work]))[work].due_at
    await floor.message("marta", text="hello?")
    view = (await floor.reading.work_views([work]))[work]
    assert view.due_at == before
    assert before is not None


async def test_a_matter_that_was_closed_without_an_answer_counts_anew_when_the_customer_writes_again(floor: Floor, work: str) -> None:
    await floor.database.run("UPDATE topic SET turn_since = now() - interval '3 days'")
    await floor.moves.wrap_up(floor.who("ana"), work, WrapUpInput(code="resolved"))
    again = await floor.message("marta")
    due = (await floor.reading.work_views([again]))[again].due_at
    assert due is not None
    assert due > datetime.now(UTC)


async def test_the_preview_of_work_says_who_wrote_it(floor: Floor, work: str) -> None:
    await floor.database.run(
        "UPDATE message SET direction = 'out', state = 'sent', author_kind = 'human', author_id = $1", floor.agents["luis"]
    )
    preview = (await floor.reading.work_views([work]))[work].preview
    assert preview is not None
    assert preview.author is not None
    assert preview.author.name == "Luis"


async def test_queues_count_what_colleagues_have_in_hand(floor: Floor, work: str) -> None:
    (load,) = await floor.reading.queue_loads()
    assert (load.waiting, load.in_hand) == (0, 1)
    assert await floor.state(work) == "assigned"
