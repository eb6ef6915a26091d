"""Automatic answers in the ledger of a company: who gets one, how often, and that it takes nobody's turn."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from hub.answers.alarms import Alarms
from hub.answers.answering import MOST_PER_DOMAIN, Answering
from hub.answers.loops import MOST_AN_HOUR
from hub.kernel.database import Database
from hub.kernel.lease import Lease
from tests.scenes import Company, Taken, found_company

CLOSED = {"zone": "Europe/Madrid", "week": [[]] * 7, "days": []}
OURS = "SELECT * FROM message WHERE direction = 'out' ORDER BY number"


@pytest.fixture
async def company(database: Database) -> Company:
    found = await found_company(database)
    await answers(found)
    return found


async def answers(company: Company, *, closed: bool = False, **more: Any) -> None:
    """What the company's queue answers by itself."""
    given = {"acknowledges": True, "tells_closed": closed, "kinds": ["mail"], "texts": {}} | more
    await company.database.run(
        "INSERT INTO queue_answers (queue_id, acknowledges, tells_closed, kinds, texts) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (queue_id) DO UPDATE SET acknowledges = $2, tells_closed = $3, kinds = $4, texts = $5",
        company.queue,
        *given.values(),
    )
    await company.database.run("UPDATE queue SET hours = $2 WHERE id = $1", company.queue, CLOSED if closed else None)


def a_node(company: Company) -> Answering:
    return Answering(company.database, Lease(company.database, "answers", uuid4()), lambda: None)


async def look(company: Company) -> list[dict[str, Any]]:
    """Let it do its work; all that was written by itself."""
    await company.publish()
    node = a_node(company)
    while await node.look():
        pass
    return [dict(row) for row in await company.database.rows(OURS)]


async def mails(company: Company, who: str = "lucia@shop.example", text: str = "Hola, no me ha llegado el pedido", **more: Any) -> Taken:
    return await company.writes("email", who, text, **more)


async def test_a_new_matter_is_acknowledged_with_its_code_and_goes_on_waiting(company: Company) -> None:
    asked = await mails(company, name="Lucía")
    [ours] = await look(company)
    topic = await company.database.row("SELECT * FROM topic WHERE id = $1", asked.topic)
    assert topic is not None
    assert topic["code"] in ours["text"]
    assert "Hola, Lucía:" in ours["text"]
    assert (ours["author_kind"], str(ours["reply_to"]), ours["context"]["automatic"]) == ("system", asked.message, "acknowledged")
    assert (topic["turn"], topic["last_number"]) == ("agent", asked.number)
    [outbox] = await company.database.rows("SELECT * FROM outbox")
    assert outbox["message_id"] == ours["id"]
    assert [event["actor_kind"] for event in await company.events("message.created")] == ["customer", "system"]


async def test_a_queue_that_was_not_told_to_answers_nothing(company: Company) -> None:
    await company.database.run("DELETE FROM queue_answers")
    await mails(company)
    assert await look(company) == []


async def test_one_a_day_is_the_most_whatever_the_matter_and_the_spelling(company: Company) -> None:
    await mails(company)
    await mails(company, who="lucia+2@shop.example")
    assert len(await look(company)) == 1
    await company.database.run("UPDATE answered_sender SET at = now() - interval '25 hours'")
    await mails(company, who="lucia+3@shop.example")
    assert len(await look(company)) == 2


async def test_two_nodes_that_look_at_once_write_one_answer(company: Company) -> None:
    for number in range(5):
        await mails(company, who=f"c{number}@shop.example")
    await company.publish()
    await asyncio.gather(*(a_node(company).look() for _ in range(4)))
    assert len(await company.database.rows(OURS)) == 5


async def test_what_was_looked_at_once_is_not_answered_when_it_is_looked_at_again(company: Company) -> None:
    await mails(company)
    await look(company)
    await company.database.run("UPDATE answering SET position = 0")
    await company.database.run("DELETE FROM answered_sender")
    assert len(await look(company)) == 1


async def test_five_a_day_are_the_most_in_a_topic(company: Company) -> None:
    await answers(company, closed=True)
    for _ in range(7):
        await mails(company)
        await company.database.run("DELETE FROM answered_sender")
        ours = await look(company)
    assert len(ours) == 5


async def test_outside_opening_hours_that_is_said_in_an_open_matter_too(company: Company) -> None:
    await mails(company, text="first")
    await look(company)
    await company.database.run("DELETE FROM answered_sender")
    await answers(company, closed=True)
    await mails(company, text="second")
    assert [one["context"]["automatic"] for one in await look(company)] == ["acknowledged", "closed"]


async def test_one_domain_gets_only_so_many_in_an_hour(company: Company) -> None:
    for number in range(MOST_PER_DOMAIN + 5):
        await mails(company, who=f"c{number}@victim.example")
    await mails(company, who="someone@else.example")
    assert len(await look(company)) == MOST_PER_DOMAIN + 1


@pytest.mark.parametrize(
    "more",
    [
        {"context": {"automatic": True}},
        {"subject": "forwarded"},
        {"context": {"failed_authentication": True}},
        {"context": {"list": "l"}},
    ],
    ids=["a machine", "only claimed", "spoofed", "a list"],
)
async def test_machines_and_doubtful_senders_get_nothing(company: Company, more: dict[str, Any]) -> None:
    await mails(company, **more)
    if more.keys() == {"subject"}:
        await company.database.run('UPDATE message SET address = address || \'{"kind": "claimed_email"}\'')
    assert await look(company) == []


async def test_our_own_addresses_get_nothing(company: Company) -> None:
    await company.database.run("UPDATE channel SET settings = $1 WHERE connector = 'email'", {"address": "Sales@shop.example"})
    await mails(company, who="sales@shop.example")
    assert await look(company) == []


async def test_who_said_stop_gets_nothing(company: Company) -> None:
    await mails(company)
    sql = "INSERT INTO consent (identity_id, channel_id, given, reason) SELECT id, $1, false, 'unsubscribed' FROM identity"
    await company.database.run(sql, company.email)
    assert await look(company) == []


async def test_a_colleague_who_was_quicker_is_enough(company: Company) -> None:
    asked = await mails(company)
    sql = (
        "INSERT INTO message (id, number, customer_id, topic_id, channel_id, direction, author_kind, state)"
        " VALUES ($1, nextval('message_number'), $2, $3, $4, 'out', 'human', 'sent')"
    )
    await company.database.run(sql, uuid4(), asked.customer, asked.topic, company.email)
    assert [one["author_kind"] for one in await look(company)] == ["human"]


async def test_what_comes_days_late_is_not_acknowledged(company: Company) -> None:
    await mails(company, provider_at=1_700_000_000.0)
    assert await look(company) == []


async def test_the_answer_is_in_the_language_of_the_record_or_of_the_message(company: Company) -> None:
    french = {"fr": {"language": "fr", "acknowledged": "Votre code : {{code}}", "closed": ""}}
    await answers(company, texts=french)
    await mails(company, who="a@one.example", text="Good morning, where is my order? It should have arrived.")
    await mails(company, who="b@two.example", text="Good morning, where is my order?", language="fr")
    await mails(company, who="c@three.example", text="123")
    assert [one["context"]["language"] for one in await look(company)] == ["en", "fr", "es"]


# ── Loops ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def storm(company: Company, rounds: int = 15, who: str = "desk@other.example") -> Taken:
    """A machine that says the same again and again."""
    for number in range(rounds):
        last = await mails(company, who=who, text=f"Ticket {number}: your request was received and waits for an agent")
    return last


async def test_a_loop_raises_one_alarm_and_its_work_is_offered_to_nobody(company: Company) -> None:
    last = await storm(company)
    assert await look(company) == []
    [raised] = await company.events("alarm.raised")
    assert raised["data"]["count"] > MOST_AN_HOUR
    assert await company.database.value("SELECT state FROM work WHERE id = $1", last.work) == "paused"
    [alarm] = (await Alarms(company.database, lambda: None).all()).items
    assert (alarm.address, alarm.topic, alarm.settled_at) == ("desk@other.example", last.topic, None)


async def test_a_new_matter_of_a_sender_under_alarm_waits_too(company: Company) -> None:
    await storm(company)
    await look(company)
    await company.database.run("UPDATE work SET state = 'completed', ended_at = now()")
    await company.database.run("UPDATE topic SET state = 'closed', closed_at = now() - interval '1 year'")
    fresh = await mails(company, who="desk@other.example", text="Something quite different this time")
    await look(company)
    assert await company.database.value("SELECT state FROM work WHERE id = $1", fresh.work) == "paused"


async def test_settled_it_goes_on_with_its_age_and_may_be_stopped_again(company: Company) -> None:
    last = await storm(company)
    await look(company)
    alarms = Alarms(company.database, lambda: None)
    [alarm] = (await alarms.all()).items
    before = await company.database.value("SELECT first_queued_at FROM work WHERE id = $1", last.work)
    settled = await alarms.settle(alarm.id, company.ana, settled=True)
    assert settled.settled_by == "Ana"
    state = "SELECT state, first_queued_at FROM work WHERE id = $1"
    assert tuple(await company.database.row(state, last.work) or ()) == ("queued", before)
    await storm(company)
    await look(company)
    assert (await alarms.all()).items == []  # for a day it may go on
    await alarms.settle(alarm.id, company.ana, settled=False)
    assert [one.id for one in (await alarms.all()).items] == [alarm.id]
    assert tuple(await company.database.row(state, last.work) or ()) == ("paused", before)


async def test_a_person_who_writes_much_raises_no_alarm(company: Company) -> None:
    words = "pedido factura lámpara cocina lunes tienda Madrid azul roto garantía dinero caja mesa silla"
    for one in words.split():
        await mails(company, text=f"{one} {one * 2} {one[::-1]}")
    await look(company)
    assert await company.events("alarm.raised") == []
