"""What arrives beside messages: reactions, edits, deletions, consent, profiles, receipts by watermark; in any order, each once."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest

from connectors.contract import Address, Consent, Delete, Edit, Event, Profile, Reaction, Receipt
from tests.inbound.scene import Entrance, message

ROSA = Address("visitor", "rosa", "Rosa")


async def _message(entrance: Entrance, text: str = "hello") -> dict[str, Any]:
    row = await entrance.database.row("SELECT * FROM message WHERE external_id = $1", text)
    assert row is not None
    return dict(row)


async def _reactions(entrance: Entrance) -> list[str]:
    return [row["emoji"] for row in await entrance.database.rows("SELECT emoji FROM reaction WHERE emoji <> ''")]


async def _changes(entrance: Entrance) -> list[str]:
    rows = await entrance.database.rows("SELECT data->>'what' AS what FROM event WHERE type = 'message.changed' ORDER BY id")
    return [row["what"] for row in rows]


def reaction(emoji: str, at: float, target: str = "hello", sender: Address = ROSA) -> Reaction:
    return Reaction(f"r {emoji} {at}", sender, target, emoji, at)


def edit(text: str, at: float, target: str = "hello", sender: Address = ROSA) -> Edit:
    return Edit(f"e {text}", sender, target, text, at)


async def test_the_last_reaction_of_somebody_holds_in_whatever_order_they_come(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("r2", reaction("❤️", 200.0))
    await entrance.deliver("r1", reaction("👍", 100.0))
    assert await _reactions(entrance) == ["❤️"]
    await entrance.deliver("r3", reaction("", 300.0))
    assert await _reactions(entrance) == []
    assert await _changes(entrance) == ["reaction", "reaction"]


async def test_the_same_event_twice_happens_once(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    for _ in range(2):
        await entrance.deliver("r1", Reaction("r1", ROSA, "hello", "👍"))
        await entrance.deliver("e1", Edit("e1", ROSA, "hello", "hello you"))
    assert await _changes(entrance) == ["reaction", "edit"]


@pytest.mark.parametrize("late", [edit("hello you", 100.0), Delete("x1", ROSA, "hello", 100.0), reaction("👍", 100.0)])
async def test_what_comes_before_its_message_is_applied_when_that_comes(entrance: Entrance, late: Event) -> None:
    await entrance.deliver("d0", message("rosa", "first"))
    await entrance.deliver("early", late)
    assert await _changes(entrance) == []
    await entrance.deliver("d1", message("rosa", "hello"))
    assert len(await _changes(entrance)) == 1
    assert await entrance.database.value("SELECT count(*) FROM parked_event") == 0


async def test_what_an_edited_message_said_is_kept_and_the_newest_holds(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("e2", edit("third", time.time() + 20))
    await entrance.deliver("e1", edit("second", time.time() + 10))
    found = await _message(entrance)
    assert found["text"] == "third"
    versions = await entrance.database.rows("SELECT text FROM message_version ORDER BY at")
    assert [row["text"] for row in versions] == ["hello", "second"]


async def test_a_message_that_was_taken_back_says_nothing_and_stays_so(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("x1", Delete("x1", ROSA, "hello"))
    await entrance.deliver("e1", edit("hello again", time.time() + 60))
    found = await _message(entrance)
    assert (found["text"], found["deleted_at"] is None) == ("", False)
    assert "hello" in [row["text"] for row in await entrance.database.rows("SELECT text FROM message_version")]


async def test_nobody_changes_what_somebody_else_wrote(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("d2", message("mallory", "I am here"))
    mallory = Address("visitor", "mallory")
    await entrance.deliver("e1", edit("I owe Mallory money", 2e9, sender=mallory))
    await entrance.deliver("x1", Delete("x1", mallory, "hello"))
    assert (await _message(entrance))["text"] == "hello"


async def test_consent_is_kept_for_the_channel_and_the_newest_word_holds(entrance: Entrance) -> None:
    stop = message("rosa", "STOP")
    await entrance.deliver("d1", stop, Consent(ROSA, False, "stop_word", "STOP", 100.0))
    await entrance.deliver("d2", message("rosa", "START"), Consent(ROSA, True, "start_word", "START", 200.0))
    await entrance.deliver("d3", Consent(ROSA, False, "blocked", "", 150.0))
    row = await entrance.database.row("SELECT given, reason, channel_id FROM consent")
    assert row is not None
    assert dict(row) == {"given": True, "reason": "start_word", "channel_id": entrance.channel.id}
    types = [row["type"] for row in await entrance.database.rows("SELECT type FROM event WHERE type LIKE 'consent%' ORDER BY id")]
    assert types == ["consent.withdrawn", "consent.given"]


@pytest.mark.parametrize("given", [False, True])
async def test_a_no_that_was_long_on_its_way_holds_against_what_a_colleague_wrote_down(entrance: Entrance, given: bool) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    agent = await entrance.database.value("INSERT INTO agent (email, name, role) VALUES ('a@x.example', 'Ana', 'agent') RETURNING id")
    recorded = "SELECT record_consent(i.id, $1, 'by_phone', $2) FROM identity i"
    assert await entrance.database.value(recorded, entrance.channel.id, agent) == "kept"
    await entrance.deliver("d2", Consent(ROSA, given, "start_word" if given else "stop_word", "", 100.0))
    row = await entrance.database.row("SELECT given, agent_id FROM consent")
    assert row is not None
    assert tuple(row) == ((True, agent) if given else (False, None))


async def test_a_profile_names_those_who_are_known_and_makes_nobody(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.deliver("p1", Profile(ROSA, "Rosa Pérez", "es"))
    await entrance.deliver("p2", Profile(Address("visitor", "stranger"), "A stranger"))
    names = [(row["name"], row["locale"]) for row in await entrance.database.rows("SELECT name, locale FROM customer")]
    assert names == [("Rosa Pérez", "es")]


async def test_a_profile_leaves_a_name_that_a_colleague_gave(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    await entrance.database.run("UPDATE customer SET name = 'Rosa of the bakery'")
    await entrance.deliver("p1", Profile(ROSA, "xX_rosa_Xx"))
    assert await entrance.database.value("SELECT name FROM customer") == "Rosa of the bakery"


async def _answered(entrance: Entrance, text: str, state: str) -> str:
    """A message of ours to Rosa that was sent a minute ago."""
    id_ = uuid4()
    sql = """INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, address, text, state,
                                  at, state_at)
        SELECT $1, nextval('message_number'), customer_id, topic_id, channel_id, identity_id, 'out', 'human', address, $2, $3,
               now() - interval '1 minute', now() - interval '1 minute' FROM message WHERE direction = 'in' LIMIT 1"""
    await entrance.database.run(sql, id_, text, state)
    if state == "sending":
        line = "INSERT INTO outbox (message_id, channel_id, line, number, state) SELECT id, channel_id, 'x', number, 'sending' FROM message"
        await entrance.database.run(line + " WHERE id = $1", id_)
    return str(id_)


async def test_a_watermark_reads_all_that_was_sent_before_it_and_nothing_else(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    sent, on_its_way = await _answered(entrance, "one", "sent"), await _answered(entrance, "two", "sending")
    await entrance.deliver("w0", Receipt("read", peer=ROSA, until=time.time() - 3600))
    assert await _state(entrance, sent) == "sent"
    await entrance.deliver("w1", Receipt("read", peer=ROSA, until=time.time()))
    assert (await _state(entrance, sent), await _state(entrance, on_its_way)) == ("read", "sending")


async def test_a_watermark_that_overtakes_the_answer_to_our_sending_counts_a_little_later(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    ours = await _answered(entrance, "one", "sending")
    await entrance.deliver("w1", Receipt("read", peer=ROSA, until=time.time()))
    await entrance.database.run("SELECT raise_message($1, 'sent', NULL)", ours)
    await entrance.database.run("UPDATE parked_event SET at = now() - interval '2 minutes'")
    await entrance.database.run("SELECT sweep_parked(100)")
    assert await _state(entrance, ours) == "read"
    assert await entrance.count("parked_event") == 0


async def _state(entrance: Entrance, id_: str) -> str:
    return str(await entrance.database.value("SELECT state FROM message WHERE id = $1", id_))


async def test_what_never_finds_its_message_is_let_go_after_a_week(entrance: Entrance) -> None:
    for number in range(5):
        await entrance.deliver(f"r{number}", reaction("👍", 100.0, f"unknown {number}"))
    await entrance.database.run("SELECT sweep_parked(3)")
    assert await entrance.database.value("SELECT count(*) FROM parked_event") == 3
    await entrance.database.run("UPDATE parked_event SET at = now() - interval '8 days'")
    await entrance.database.run("SELECT sweep_parked(3)")
    assert await entrance.database.value("SELECT count(*) FROM parked_event") == 0


async def test_what_met_its_message_in_the_same_moment_is_applied_by_the_sweep(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    parked = {"what": "reaction", "channel": str(entrance.channel.id), "kind": "visitor", "value": "rosa", "name": "", "target": "hello",
              "emoji": "👍", "at": 1.0}  # fmt: skip
    sql = "INSERT INTO parked_event (channel_id, external_id, what, event) VALUES ($1, 'hello', 'reaction', $2)"
    await entrance.database.run(sql, entrance.channel.id, parked)
    await entrance.database.run("SELECT sweep_parked(100)")
    assert await _reactions(entrance) == ["👍"]


async def test_events_and_messages_of_a_crowd_at_once_are_all_taken(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    people = [message(f"person {number}", f"text {number}") for number in range(20)]
    signs = [Reaction(f"r{number}", one.sender, one.external_id, "👍") for number, one in enumerate(people)]
    jobs = [entrance.deliver(f"d {one.external_id}", one) for one in people] + [entrance.deliver(one.external_id, one) for one in signs]
    await asyncio.gather(*jobs)
    assert len(await _reactions(entrance)) == 20


async def test_a_receipt_that_came_while_its_message_got_its_name_counts_a_little_later(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    ours = await _answered(entrance, "one", "sending")
    async with entrance.database.transaction() as settling:
        await settling.execute("SELECT name_message($1, 0, 'p1')", ours)
        await entrance.deliver("r1", Receipt("delivered", external_id="p1"))
    assert await _state(entrance, ours) == "sending"
    assert await entrance.database.value("SELECT meet_receipts()") == 1
    assert (await _state(entrance, ours), await entrance.count("parked_receipt")) == ("delivered", 0)


async def test_receipts_that_nobody_waits_for_do_not_pile_up(entrance: Entrance) -> None:
    for number in range(5):
        await entrance.deliver(f"r{number}", Receipt("delivered", external_id=f"unknown {number}"))
    await entrance.database.run("SELECT sweep_parked(3)")
    rows = await entrance.database.rows("SELECT external_id FROM parked_receipt ORDER BY external_id")
    assert [row["external_id"] for row in rows] == ["unknown 2", "unknown 3", "unknown 4"]


async def test_of_two_edits_in_one_second_the_later_delivery_holds(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    moment = float(int(time.time()) + 10)
    for number, text in enumerate(("first", "second", "third")):
        await entrance.deliver(f"e{number}", edit(text, moment))
    await entrance.deliver("e2 again", edit("third", moment))
    await entrance.deliver("late", edit("before", moment - 0.001))
    assert (await _message(entrance))["text"] == "third"
    versions = await entrance.database.rows("SELECT text FROM message_version ORDER BY at")
    assert [row["text"] for row in versions] == ["hello", "before", "first", "second"]


async def test_the_same_word_again_is_newer_than_what_comes_late_and_is_not_told_again(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello"))
    for name, given, at in (("c1", True, 100.0), ("c3", True, 300.0), ("c2", False, 200.0)):
        await entrance.deliver(name, Consent(ROSA, given, "start_word" if given else "stop_word", at=at))
    for emoji, at in (("👍", 100.0), ("👍", 300.0), ("", 200.0)):
        await entrance.deliver(f"r{at}", reaction(emoji, at, "hello"))
    assert await entrance.database.value("SELECT given FROM consent")
    assert await _reactions(entrance) == ["👍"]
    types = "SELECT count(*) FROM event WHERE type LIKE 'consent%' OR data->>'what' = 'reaction'"
    assert await entrance.database.value(types) == 2
