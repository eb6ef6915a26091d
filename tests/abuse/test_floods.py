"""Whoever writes more in a while than one may is kept, and calls nobody."""

import asyncio
from uuid import uuid4

from hub.abuse.live import unhurried
from hub.kernel.database import Database
from hub.kernel.ledger import Ledger
from hub.kernel.push import projected
from tests.abuse.conftest import Guard
from tests.scenes import Company

FIVE = {"items": [{"kind": "mail", "most": 5, "minutes": 10}, {"kind": "chat", "most": 5, "minutes": 10}]}


async def test_what_is_beyond_the_quota_is_kept_and_calls_nobody(guard: Guard, company: Company, database: Database) -> None:
    await guard.done("PUT", "/sender-quotas", FIVE, role="admin")
    mails = [await company.writes("email", "bot@x.es", str(n)) for n in range(9)]
    assert {mail.topic for mail in mails} == {mails[0].topic}
    assert [mail.work != "None" for mail in mails] == [True] * 5 + [False] * 4
    held = await database.rows("SELECT context ? 'held' AS held FROM message ORDER BY number")
    assert [row["held"] for row in held] == [False] * 5 + [True] * 4
    assert len(await company.events("sender.flooded")) == 1


async def test_a_flood_calls_nobody_when_its_work_is_done(guard: Guard, company: Company, database: Database) -> None:
    await guard.done("PUT", "/sender-quotas", FIVE, role="admin")
    mails = [await company.writes("email", "bot@x.es", str(n)) for n in range(5)]
    await database.run("UPDATE work SET state = 'completed', ended_at = now()")
    await company.writes("email", "bot@x.es", "more")
    assert [item["state"] for item in await guard.work(mails[0].topic)] == ["completed"]
    await database.run("UPDATE topic SET pace_since = now() - interval '11 minutes'")
    await company.writes("email", "bot@x.es", "later")
    assert [item["state"] for item in await guard.work(mails[0].topic)] == ["completed", "queued"]


async def test_a_set_of_messages_is_counted_like_single_ones(guard: Guard, company: Company, database: Database) -> None:
    await guard.done("PUT", "/sender-quotas", FIVE, role="admin")
    for sender in ("bot@x.es", "rosa@x.es"):
        await company.writes("email", sender)
    for size in (3, 6):
        await database.rows("SELECT * FROM take_messages($1)", [_given(company, "bot@x.es") for _ in range(size)])
    await database.rows("SELECT * FROM take_messages($1)", [_given(company, "rosa@x.es")])
    sql = """SELECT i.value, count(*) FILTER (WHERE m.context ? 'held') AS held, count(*)
             FROM message m JOIN identity i ON i.id = m.identity_id
             GROUP BY 1 ORDER BY 1"""
    assert [tuple(row) for row in await database.rows(sql)] == [("bot@x.es", 5, 10), ("rosa@x.es", 0, 2)]
    sql = "SELECT m.context ? 'held' AS held FROM message m JOIN identity i ON i.id = m.identity_id WHERE i.value = $1 ORDER BY number"
    order = await database.rows(sql, "bot@x.es")
    assert [row["held"] for row in order] == [False] * 5 + [True] * 5


async def test_no_limit_holds_nothing(guard: Guard, company: Company, database: Database) -> None:
    await guard.done("PUT", "/sender-quotas", {"items": [{"kind": "mail", "most": 0, "minutes": 1}]}, role="admin")
    await asyncio.gather(*(company.writes("email", f"{n % 2}@x.es", str(n)) for n in range(2)))
    await database.rows("SELECT * FROM take_messages($1)", [_given(company, "0@x.es") for _ in range(200)])
    assert await database.value("SELECT count(*) FROM message WHERE context ? 'held'") == 0


async def test_supervisors_see_who_floods_and_how_much_calls_nobody(guard: Guard, company: Company) -> None:
    await guard.done("PUT", "/sender-quotas", FIVE, role="admin")
    for n in range(8):
        chat = await company.writes("visitor", "v1", str(n), name="Bot")
    [flood] = (await guard.done("GET", "/floods", role="supervisor"))["items"]
    assert (flood["topic"], flood["held"], flood["customer"]["name"]) == (chat.topic, 3, "Bot")
    assert (await guard.ask("GET", "/floods"))[0] == 403


async def test_the_alarm_reaches_supervisors_once(guard: Guard, company: Company, database: Database) -> None:
    await guard.done("PUT", "/sender-quotas", FIVE, role="admin")
    for n in range(8):
        await company.writes("visitor", "v1", str(n), name="Bot")
    await company.publish()
    events = await Ledger(database).read(0, 1000)
    told = await projected({type_: [one] for type_, one in unhurried(database).items()}, events)
    assert [(push.type, push.data.customer.name, push.rooms) for push in told] == [("sender.flooded", "Bot", frozenset({"supervisors"}))]


async def test_other_limits_are_checked(guard: Guard) -> None:
    for wrong in ({"most": -1}, {"minutes": 0}, {"kind": "voice"}, {"most": 10001}):
        status, _ = await guard.ask("PUT", "/sender-quotas", {"items": [{"kind": "mail", "most": 5, "minutes": 5, **wrong}]}, role="admin")
        assert status == 422
    quotas = {one["kind"]: one["most"] for one in (await guard.done("GET", "/sender-quotas", role="admin"))["items"]}
    assert quotas == {"chat": 300, "mail": 60, "message": 300}


def _given(company: Company, sender: str) -> dict[str, object]:
    return {
        "id": str(uuid4()), "channel": company.email, "queue": company.queue, "delivery": None, "external_id": str(uuid4()),
        "kind": "email", "value": sender, "name": "", "text": "x", "subject": "", "html": None, "provider_at": None, "answers": [],
        "proves": [], "claims": {}, "session": "", "reopen_s": 3600, "automatic": False, "language": "", "context": {}, "attachments": [],
    }  # fmt: skip
