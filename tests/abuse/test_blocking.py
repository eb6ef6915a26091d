"""Senders and domains are kept out for a while or for ever, and let in again; nobody can have somebody else kept out."""

from typing import Any

import pytest

from hub.abuse.domains import address_of, check_domain
from hub.errors import Invalid
from hub.kernel.database import Database
from tests.abuse.conftest import Guard
from tests.scenes import Company


async def test_a_blocked_sender_makes_no_work_until_let_in_again(guard: Guard, company: Company) -> None:
    mail = await company.writes("email", "rude@x.es", "one")
    block = await guard.done("POST", f"/topics/{mail.topic}/block", {"reason": "insults"})
    assert (block["verdict"], block["reason"], block["until"]) == ("blocked", "insults", None)
    assert (await company.writes("email", "rude@x.es", "two")).work == "None"
    assert [(one["why"], one["count"]) for one in await guard.spam()] == [("blocked", 2)]
    await guard.done("DELETE", f"/blocks/{block['id']}")
    three = await company.writes("email", "rude@x.es", "three")
    assert three.work != "None"
    assert three.topic != mail.topic  # what was blocked stays where it is


async def test_undo_of_a_block_brings_back_what_it_set_aside(guard: Guard, company: Company) -> None:
    mail = await company.writes("email", "rude@x.es", "one")
    block = await guard.done("POST", f"/topics/{mail.topic}/block", {"days": 1})
    await guard.done("DELETE", f"/blocks/{block['id']}", restore="true")
    old, new = await guard.work(mail.topic)
    assert (new["state"], new["first_queued_at"]) == ("queued", old["first_queued_at"])
    assert (await guard.done("GET", "/blocks"))["items"] == []


async def test_a_block_ends_with_its_days(guard: Guard, company: Company, database: Database) -> None:
    mail = await company.writes("email", "rude@x.es")
    block = await guard.done("POST", f"/topics/{mail.topic}/block", {"days": 30})
    await database.run("UPDATE block SET until = now() - interval '1 second' WHERE id = $1", block["id"])
    assert (await company.writes("email", "rude@x.es")).work != "None"
    assert (await guard.done("GET", "/blocks"))["items"] == []
    again = await guard.done("POST", "/blocks", {"value": "rude@x.es"}, role="admin")
    assert again["id"] != block["id"]


async def test_a_domain_takes_all_its_addresses_and_what_waits_of_them(guard: Guard, company: Company, database: Database) -> None:
    mails = [await company.writes("email", f"s{n}@{'news.' * (n % 2)}casino.example") for n in range(7)]
    held = mails[6]
    await database.run("UPDATE work SET state = 'assigned', agent_id = $2, assigned_at = now() WHERE id = $1", held.work, company.luis)
    other = await company.writes("email", "rosa@notcasino.example")
    block = await guard.done("POST", f"/topics/{mails[0].topic}/block", {"what": "domain"}, role="admin")
    assert (block["kind"], block["value"]) == ("domain", "casino.example")
    assert {one["topic"] for one in await guard.spam()} == {mail.topic for mail in mails[:6]}
    assert (await company.writes("email", "new@x.casino.example")).work == "None"
    assert (await company.writes("email", "rosa@notcasino.example")).work == other.work
    await guard.done("DELETE", f"/blocks/{block['id']}", role="admin", restore="true")
    assert [(await guard.topic(mail.topic))["state"] for mail in mails] == ["open"] * 7


async def test_a_domain_is_for_who_manages_settings(guard: Guard, company: Company) -> None:
    mail = await company.writes("email", "a@casino.example")
    assert (await guard.ask("POST", f"/topics/{mail.topic}/block", {"what": "domain"}))[0] == 403
    assert (await guard.ask("POST", "/blocks", {"value": "casino.example"}))[0] == 403
    block = await guard.done("POST", "/blocks", {"value": "casino.example"}, role="admin")
    assert (await guard.ask("DELETE", f"/blocks/{block['id']}"))[0] == 403


@pytest.mark.parametrize("value", ["gmail.com", "@gmail.com", "demo.example", "example", "es", "x", "a b.com", "@", "a@", "x..es", "%.es"])
async def test_a_domain_of_everybody_or_of_ours_is_refused(guard: Guard, value: str) -> None:
    status, answer = await guard.ask("POST", "/blocks", {"value": value}, role="admin")
    assert (status, list(answer["error"]["fields"])) == (422, ["value"])


async def test_a_domain_behind_a_chat_is_refused(guard: Guard, company: Company) -> None:
    chat = await company.writes("visitor", "v1")
    status, answer = await guard.ask("POST", f"/topics/{chat.topic}/block", {"what": "domain"}, role="admin")
    assert (status, answer["error"]["code"]) == (422, "no_domain")


async def test_the_list_of_blocks_is_searched_and_paged(guard: Guard) -> None:
    for n in range(3):
        await guard.done("POST", "/blocks", {"value": f"s_{n}@x-y.es"}, role="admin")
    page = await guard.done("GET", "/blocks", limit=2)
    rest = await guard.done("GET", "/blocks", limit=2, after=page["next"])
    assert [one["value"][:3] for one in page["items"] + rest["items"]] == ["s_2", "s_1", "s_0"]
    assert len((await guard.done("GET", "/blocks", q="S_1@x-Y"))["items"]) == 1


# ── Attacks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_forged_sender_gets_nobody_else_blocked(guard: Guard, company: Company, database: Database) -> None:
    """A mail whose authentication failed bears a claimed address: what is blocked is the claim."""
    sql = "SELECT topic::text FROM take_message($1)"
    real = await company.writes("email", "rosa@x.es", "hola")
    forged: dict[str, Any] = {
        "id": "018f0000-0000-7000-8000-000000000001", "channel": company.email, "queue": company.queue, "delivery": None,
        "external_id": "forged", "kind": "claimed_email", "value": "rosa@x.es", "name": "", "text": "I hate you", "subject": "",
        "html": None, "provider_at": None, "answers": [], "proves": [], "claims": {"email": "rosa@x.es"}, "session": "", "reopen_s": 3600,
        "automatic": False, "language": "", "context": {"failed_authentication": True}, "attachments": [],
    }  # fmt: skip
    topic = await database.value(sql, forged)
    for path, body in (("spam", None), ("block", {}), ("block", {"what": "domain"})):
        block = await guard.done("POST", f"/topics/{topic}/{path}", body, role="admin")
        assert block["claimed"] is True
    assert (await company.writes("email", "rosa@x.es", "¿sí?")).work == real.work
    again = await database.value(sql, {**forged, "id": "018f0000-0000-7000-8000-000000000002", "external_id": "forged2"})
    assert again == topic
    assert [one["claimed"] for one in await guard.spam()] == [True]


async def test_ten_thousand_addresses_of_one_domain_are_one_block(guard: Guard, company: Company, database: Database) -> None:
    """Written in one statement, so that the test is about the block: it sweeps them in short transactions, and then asks an index."""
    await database.run(
        """WITH c AS (INSERT INTO customer (id, root_id)
            SELECT id, id FROM (SELECT uuidv7() AS id FROM generate_series(1, 10000)) x RETURNING id),
        n AS (SELECT id, row_number() OVER () AS n FROM c),
        i AS (INSERT INTO identity (customer_id, kind, value) SELECT id, 'email', n || '@casino.example' FROM n RETURNING id, customer_id),
        t AS (INSERT INTO topic (customer_id, identity_id, channel_id) SELECT customer_id, id, $1::uuid FROM i RETURNING id, customer_id)
        INSERT INTO work (topic_id, customer_id, queue_id, channel_id, kind) SELECT id, customer_id, $2::uuid, $1::uuid, 'mail' FROM t""",
        company.email, company.queue,
    )  # fmt: skip
    await database.run("ANALYZE")
    await guard.done("POST", "/blocks", {"value": "casino.example"}, role="admin")
    assert await database.value("SELECT count(*) FROM work WHERE state = 'queued'") == 0
    assert (await guard.done("GET", "/spam", limit=1))["total"] == 1000
    assert (await company.writes("email", "10001@casino.example")).work == "None"
    assert await database.value("SELECT count(*) FROM block") == 1


# ── What is typed ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        (" Rosa@X.es ", "email", "rosa@x.es"),
        ("@X.es", "domain", "x.es"),
        ("x.es.", "domain", "x.es"),
        ("ñandú.es", "domain", "xn--and-6ma2c.es"),
        ("a@b@x.es", "email", "a@b@x.es"),
    ],
)
def test_an_address_or_a_domain_is_known_by_its_look(typed: str, kind: str, value: str) -> None:
    assert address_of(typed) == (kind, value)


def test_a_parent_of_our_own_domain_is_ours_too() -> None:
    with pytest.raises(Invalid, match="your own"):
        check_domain("shop.es", {"mail.shop.es"})
    check_domain("other.es", {"mail.shop.es"})
