"""Whoever writes to a customer looks after what comes of it."""

from uuid import uuid4

import pytest

from hub.kernel.database import Database, Record
from tests.conversations.conftest import Desk
from tests.scenes import Company

CLOSE = "UPDATE topic SET state = 'closed', closed_at = now() - $1::interval, turn = 'customer'"
WORK = "SELECT state, agent_id::text AS agent, topic_id::text AS topic FROM work ORDER BY id"


@pytest.fixture(autouse=True)
async def present(database: Database, company: Company) -> None:
    """Ana is at the console."""
    await database.run("SELECT connect_agent($1, $2)", company.ana, uuid4())


async def closed(database: Database, ago: str) -> None:
    await database.run("UPDATE work SET state = 'completed', ended_at = now()")
    await database.run(CLOSE.replace("$1", f"'{ago}'"))


async def works(database: Database) -> list[Record]:
    return list(await database.rows(WORK))


async def test_an_answer_after_the_end_opens_the_matter_again_and_is_in_the_writers_hands(
    desk: Desk, database: Database, company: Company
) -> None:
    mail = await company.writes("email", "ana@x.es")
    await closed(database, "1 hour")
    status, message = await desk.reply(mail.customer)
    assert (status, message["topic"]) == (201, mail.topic)
    assert await database.value("SELECT state FROM topic") == "open"
    assert dict((await works(database))[-1]) == {"state": "assigned", "agent": company.ana, "topic": mail.topic}
    assert await database.value("SELECT units_used > 0 FROM presence WHERE agent_id = $1", company.ana)


async def test_what_was_closed_long_ago_opens_again_only_when_one_of_its_messages_is_answered(
    desk: Desk, database: Database, company: Company
) -> None:
    mail = await company.writes("email", "ana@x.es")
    await closed(database, "3 days")
    _, fresh = await desk.reply(mail.customer)
    assert fresh["topic"] != mail.topic
    _, answer = await desk.reply(mail.customer, reply_to=mail.message)
    assert answer["topic"] == mail.topic
    held = [(work["state"], work["agent"], work["topic"]) for work in (await works(database))[1:]]
    assert held == [("assigned", company.ana, fresh["topic"]), ("assigned", company.ana, mail.topic)]


async def test_a_program_that_is_not_present_takes_nothing(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    await closed(database, "1 hour")
    await database.run("UPDATE presence SET connected = false")
    await desk.reply(mail.customer)
    assert [work["state"] for work in await works(database)] == ["completed"]


async def test_a_note_takes_nothing_and_opens_nothing(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    await closed(database, "1 hour")
    await desk.note(mail.customer)
    assert await database.value("SELECT state FROM topic") == "closed"
    assert [work["state"] for work in await works(database)] == ["completed"]


async def test_an_answer_to_what_was_lost_with_the_connection_brings_it_back(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    await database.run("UPDATE work SET lost_agent_id = $1", company.ana)
    await desk.reply(mail.customer)
    assert dict((await works(database))[0]) == {"state": "assigned", "agent": company.ana, "topic": mail.topic}


async def test_an_answer_to_what_waits_for_somebody_leaves_it_waiting(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    await desk.reply(mail.customer)
    assert [work["state"] for work in await works(database)] == ["queued"]


async def test_the_thread_says_to_whom_work_was_handed(desk: Desk, database: Database, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    luis = str(await database.value("INSERT INTO agent (email, name, role) VALUES ('luis@x.es', 'Luis', 'agent') RETURNING id"))
    await database.run("INSERT INTO queue_member SELECT queue_id, $1 FROM work ON CONFLICT DO NOTHING", luis)
    work = await database.value("SELECT id FROM work")
    await database.run("SELECT assign_work($1, $2, $2, true)", work, company.ana)
    await database.run("SELECT transfer_work($1, $2, false, NULL, $3, 60, NULL)", work, company.ana, luis)
    await company.publish()
    [told] = [event for event in (await desk.page(mail.customer))["events"] if event["type"] == "work.transferred"]
    assert (told["actor"]["name"], told["data"]["agent"]["name"], told["data"]["from"]["name"]) == ("Ana", "Luis", "Ana")
