"""Echoes: what was written in the provider's own app stands in the thread as ours, and what we sent ourselves stands there once."""

from typing import Any
from uuid import uuid4

from connectors.contract import Address, Delete, Echo, Edit, Media, Receipt
from tests.inbound.scene import Entrance, message

ROSA = Address("visitor", "rosa", "Rosa")


def echo(name: str, text: str, **more: Any) -> Echo:
    return Echo(name, ROSA, text, **more)


async def _ours(entrance: Entrance) -> list[dict[str, Any]]:
    sql = "SELECT * FROM message WHERE direction = 'out' ORDER BY number"
    return [dict(row) for row in await entrance.database.rows(sql)]


async def _answered(entrance: Entrance, text: str, state: str) -> str:
    """A message of ours to Rosa that stands so; in the outbox, while it is being sent."""
    id_ = uuid4()
    sql = """
        INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, address, text, state)
        SELECT $1, nextval('message_number'), customer_id, topic_id, channel_id, identity_id, 'out', 'human', address, $2, $3::text
        FROM message WHERE direction = 'in' LIMIT 1"""
    await entrance.database.run(sql, id_, text, state)
    if state == "sending":
        line = """INSERT INTO outbox (message_id, channel_id, line, number, state, token)
            SELECT id, channel_id, 'x', number, 'sending', 1 FROM message WHERE id = $1"""
        await entrance.database.run(line, id_)
    return str(id_)


async def test_an_answer_given_in_the_providers_app_stands_in_the_thread_as_ours(entrance: Entrance) -> None:
    taken = await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("e1", echo("p1", "we are open", author="Shop phone", attachments=(Media("a.txt", "text/plain", data=b"hours"),)))
    (ours,) = await _ours(entrance)
    assert (ours["text"], ours["state"], ours["author_kind"], ours["author_id"]) == ("we are open", "sent", "human", None)
    assert ours["context"] == {"echo": True, "author": "Shop phone"}
    assert ours["topic_id"] == taken.messages[0].topic
    assert await entrance.count("attachment") == 1


async def test_after_an_echo_it_is_the_customers_turn_and_waiting_work_goes_on_waiting(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("e1", echo("p1", "we are open"))
    assert await entrance.database.value("SELECT turn FROM topic") == "customer"
    assert [row["state"] for row in await entrance.database.rows("SELECT state FROM work")] == ["queued"]


async def test_an_echo_to_a_stranger_makes_a_conversation_without_work_until_he_answers(entrance: Entrance) -> None:
    await entrance.deliver("e1", echo("p1", "your order is ready"))
    assert (await entrance.count("customer"), await entrance.count("topic"), await entrance.count("work")) == (1, 1, 0)
    await entrance.deliver("d1", message("rosa", "thank you"))
    assert (await entrance.count("customer"), await entrance.count("topic"), await entrance.count("work")) == (1, 1, 1)


async def test_the_same_echo_twice_is_one_message_and_its_receipts_climb(entrance: Entrance) -> None:
    for _ in range(2):
        await entrance.deliver("e1", echo("p1", "we are open"))
    await entrance.deliver("e1 again", echo("p1", "we are open"))
    await entrance.deliver("r1", Receipt("read", external_id="p1"))
    assert [(one["text"], one["state"]) for one in await _ours(entrance)] == [("we are open", "read")]


async def test_an_echo_with_our_own_id_is_no_new_message_and_shows_that_it_was_sent(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    id_ = await _answered(entrance, "we are open", "unknown")
    await entrance.deliver("e1", echo("p1", "we are open", message=id_))
    await entrance.deliver("r1", Receipt("delivered", external_id="p1"))
    assert [(str(one["id"]), one["state"]) for one in await _ours(entrance)] == [(id_, "delivered")]


async def test_an_echo_of_the_same_words_lifts_a_message_whose_fate_nobody_knew(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    id_ = await _answered(entrance, "we are open", "unknown")
    await entrance.deliver("e1", echo("p1", "we are open"))
    await entrance.deliver("e2", echo("p2", "something else"))
    assert [(one["text"], one["state"]) for one in await _ours(entrance)] == [("we are open", "sent"), ("something else", "sent")]
    assert str((await _ours(entrance))[0]["id"]) == id_


async def test_an_echo_that_overtakes_the_answer_to_our_sending_is_no_second_message(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    id_ = await _answered(entrance, "we are open", "sending")
    await entrance.deliver("e1", echo("p1", "we are open"))
    assert len(await _ours(entrance)) == 1
    assert await entrance.database.value("SELECT settle_message($1, 1, 'sent', 'p1', NULL)", id_)
    await entrance.database.run("UPDATE parked_event SET at = now() - interval '2 minutes'")
    await entrance.database.run("SELECT sweep_parked(100)")
    assert [(str(one["id"]), one["external_id"]) for one in await _ours(entrance)] == [(id_, "p1")]


async def test_an_echo_that_waited_and_was_not_ours_is_written_after_a_minute(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    id_ = await _answered(entrance, "we are open", "sending")
    await entrance.deliver("e1", echo("p1", "written on the phone"))
    assert await entrance.database.value("SELECT settle_message($1, 1, 'sent', 'p2', NULL)", id_)
    await entrance.database.run("UPDATE parked_event SET at = now() - interval '2 minutes'")
    await entrance.database.run("SELECT sweep_parked(100)")
    assert [one["text"] for one in await _ours(entrance)] == ["we are open", "written on the phone"]
    assert await entrance.count("parked_event") == 0


async def test_an_answer_that_is_taken_back_in_the_providers_app_says_nothing_any_more(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("e1", echo("p1", "we are opne"))
    await entrance.deliver("e2", Edit("x1", ROSA, "p1", "we are open", 2e9))
    assert [one["text"] for one in await _ours(entrance)] == ["we are open"]
    await entrance.deliver("e3", Delete("x2", ROSA, "p1"))
    assert [(one["text"], one["deleted_at"] is None) for one in await _ours(entrance)] == [("", False)]


async def test_what_a_colleague_wrote_here_is_not_edited_from_outside(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    id_ = await _answered(entrance, "we are open", "sent")
    await entrance.database.run("UPDATE message SET external_id = 'p1' WHERE id = $1", id_)
    await entrance.deliver("e1", Edit("x1", ROSA, "p1", "we owe you money", 2e9))
    assert [one["text"] for one in await _ours(entrance)] == ["we are open"]
