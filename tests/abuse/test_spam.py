"""A topic is spam: it leaves all lists, what its sender writes further goes after it, and all of it comes back."""

from uuid import uuid4

import asyncpg
import pytest

from hub.customers.records import QUERIES
from hub.kernel.database import Database
from tests.abuse.conftest import Guard
from tests.scenes import Company


async def test_the_work_of_spam_ends_and_the_topic_lies_in_the_folder(guard: Guard, company: Company) -> None:
    mail = await company.writes("email", "win@casino.example", "You won", subject="Prize")
    block = await guard.done("POST", f"/topics/{mail.topic}/spam")
    assert (block["kind"], block["value"], block["verdict"], block["by"]["name"]) == ("email", "win@casino.example", "spam", "Ana")
    assert [item["state"] for item in await guard.work(mail.topic)] == ["canceled"]
    [found] = await guard.spam()
    assert (found["topic"], found["subject"], found["text"], found["why"], found["count"]) == (mail.topic, "Prize", "You won", "spam", 1)
    assert found["block"]["id"] == block["id"]
    assert (await guard.topic(mail.topic))["state"] == "closed"


async def test_what_a_spammer_writes_further_makes_no_work(guard: Guard, company: Company) -> None:
    mail = await company.writes("email", "win@casino.example", "one")
    await guard.done("POST", f"/topics/{mail.topic}/spam")
    again = await company.writes("email", "win@casino.example", "two")
    assert again.topic == mail.topic
    assert again.work == "None"
    [found] = await guard.spam()
    assert (found["text"], found["count"]) == ("two", 2)
    assert [event["data"].get("held") for event in await company.events("message.created")] == [None, "spam"]


async def test_many_at_once_of_a_spammer_go_aside_too(guard: Guard, company: Company, database: Database) -> None:
    """What is taken in as a set asks as well."""
    await company.writes("email", "rosa@x.es")
    mail = await company.writes("email", "win@casino.example", "one")
    await guard.done("POST", "/blocks", {"value": "@casino.example"}, role="admin")
    before = (await guard.topic(mail.topic))["spam"]
    rows = [_given(company, sender, n) for n, sender in enumerate(["win@casino.example", "rosa@x.es", "WIN2@casino.example".lower()])]
    await database.rows("SELECT * FROM take_messages($1)", rows)
    assert before == "blocked"
    assert {one["address"]: one["count"] for one in await guard.spam()} == {"win@casino.example": 2, "win2@casino.example": 1}


async def test_undo_brings_the_work_back_with_the_time_it_has_waited(guard: Guard, company: Company, database: Database) -> None:
    mail = await company.writes("email", "rosa@x.es", "hola")
    await database.run("UPDATE work SET first_queued_at = now() - interval '1 hour', priority = 7 WHERE id = $1", mail.work)
    await guard.done("POST", f"/topics/{mail.topic}/spam")
    await company.writes("email", "rosa@x.es", "¿hay alguien?")
    await guard.done("POST", f"/topics/{mail.topic}/not-spam")
    old, new = await guard.work(mail.topic)
    assert (new["state"], new["first_queued_at"], new["priority"], new["queue_id"]) == (
        "queued",
        old["first_queued_at"],
        7,
        old["queue_id"],
    )
    topic = await guard.topic(mail.topic)
    assert (topic["state"], topic["spam"], topic["turn"], topic["closed_at"]) == ("open", "", "agent", None)
    assert await guard.spam() == []
    again = await company.writes("email", "rosa@x.es", "gracias")
    assert (again.topic, again.work) == (mail.topic, str(new["id"]))


async def test_all_open_topics_of_the_sender_go_and_come_together(guard: Guard, company: Company, database: Database) -> None:
    one = await company.writes("email", "rosa@x.es")
    await database.run("UPDATE topic SET state = 'closed', closed_at = now() - interval '9 days' WHERE id = $1", one.topic)
    await database.run("UPDATE work SET state = 'completed', ended_at = now() WHERE id = $1", one.work)
    two = await company.writes("email", "rosa@x.es")
    await database.run("UPDATE topic SET state = 'open', closed_at = NULL WHERE id = $1", one.topic)
    await guard.done("POST", f"/topics/{two.topic}/spam")
    assert {(await guard.topic(topic))["spam"] for topic in (one.topic, two.topic)} == {"spam"}
    await guard.done("POST", f"/topics/{one.topic}/not-spam")
    assert {(await guard.topic(topic))["state"] for topic in (one.topic, two.topic)} == {"open"}
    assert [item["state"] for item in await guard.work(one.topic)] == ["completed"]


async def test_closed_spam_comes_back_closed(guard: Guard, company: Company, database: Database) -> None:
    mail = await company.writes("email", "rosa@x.es")
    await database.run("UPDATE work SET state = 'completed', ended_at = now() WHERE id = $1", mail.work)
    await database.run("UPDATE topic SET state = 'closed', closed_at = now() WHERE id = $1", mail.topic)
    await guard.done("POST", f"/topics/{mail.topic}/spam")
    await guard.done("POST", f"/topics/{mail.topic}/not-spam")
    topic = await guard.topic(mail.topic)
    assert (topic["state"], topic["spam"], len(await guard.work(mail.topic))) == ("closed", "", 1)


async def test_what_a_colleague_has_in_hand_is_not_spam_for_others(guard: Guard, company: Company, database: Database) -> None:
    mail = await company.writes("email", "rosa@x.es")
    await database.run("UPDATE work SET state = 'assigned', agent_id = $2, assigned_at = now() WHERE id = $1", mail.work, company.luis)
    status, answer = await guard.ask("POST", f"/topics/{mail.topic}/spam")
    assert (status, answer["error"]["code"]) == (409, "not_yours")
    assert await guard.done("POST", f"/topics/{mail.topic}/spam", role="supervisor")


async def test_twice_spam_and_no_spam_at_all_are_refused(guard: Guard, company: Company) -> None:
    mail = await company.writes("email", "rosa@x.es")
    assert (await guard.ask("POST", f"/topics/{mail.topic}/not-spam"))[1]["error"]["code"] == "not_spam"
    await guard.done("POST", f"/topics/{mail.topic}/spam")
    assert (await guard.ask("POST", f"/topics/{mail.topic}/spam"))[1]["error"]["code"] == "set_aside"
    assert (await guard.ask("POST", f"/topics/{company.ana}/spam"))[0] == 404


async def test_spam_on_a_chat_is_the_visitor_alone(guard: Guard, company: Company) -> None:
    chat = await company.writes("visitor", "v1", "buy now")
    other = await company.writes("visitor", "v2", "hola")
    await guard.done("POST", f"/topics/{chat.topic}/spam")
    assert (await company.writes("visitor", "v1", "buy")).work == "None"
    assert (await company.writes("visitor", "v2", "¿sí?")).work == other.work


async def test_the_folder_is_searched_and_paged_newest_first(guard: Guard, company: Company) -> None:
    for n in range(5):
        mail = await company.writes("email", f"s{n}@casino.example", f"words {n} 100%", subject=f"Prize {n}")
        await guard.done("POST", f"/topics/{mail.topic}/spam")
    page = await guard.done("GET", "/spam", limit=2)
    rest = await guard.done("GET", "/spam", limit=4, after=page["next"])
    assert [one["address"][:2] for one in page["items"] + rest["items"]] == ["s4", "s3", "s2", "s1", "s0"]
    assert (page["total"], rest["next"]) == (5, None)
    assert [one["subject"] for one in await guard.spam(q="prize 3")] == ["Prize 3"]
    assert [one["address"] for one in await guard.spam(q="s1@cas")] == ["s1@casino.example"]
    assert len(await guard.spam(q="100%")) == 5
    assert await guard.spam(q="1%0") == []


async def test_spam_shows_its_customer_in_no_list(guard: Guard, company: Company, database: Database) -> None:
    spam, mail = await company.writes("email", "win@casino.example"), await company.writes("email", "rosa@x.es")
    await guard.done("POST", f"/topics/{spam.topic}/spam")
    assert [str(row["id"]) for row in await database.rows(QUERIES.newest, 2**60, 50)] == [mail.root]


async def test_a_colleague_who_writes_in_spam_takes_it_out(guard: Guard, company: Company, database: Database) -> None:
    mail = await company.writes("email", "rosa@x.es")
    await guard.done("POST", f"/topics/{mail.topic}/spam")
    await database.run("UPDATE topic SET state = 'open', closed_at = NULL WHERE id = $1", mail.topic)
    assert (await guard.topic(mail.topic))["spam"] == ""
    with pytest.raises(asyncpg.CheckViolationError):
        await database.run("UPDATE topic SET spam = 'spam' WHERE id = $1", mail.topic)


def _given(company: Company, sender: str, number: int) -> dict[str, object]:
    return {
        "id": str(uuid4()), "channel": company.email, "queue": company.queue, "delivery": None, "external_id": f"set{number}",
        "kind": "email", "value": sender, "name": "", "text": "x", "subject": "", "html": None, "provider_at": None, "answers": [],
        "proves": [], "claims": {}, "session": "", "reopen_s": 3600, "automatic": False, "language": "", "context": {}, "attachments": [],
    }  # fmt: skip
