"""The thread as a colleague reads it: one over all channels, in order, by pages that leave nothing out."""

import json
import time
from typing import Any

import pytest

from hub.conversations.model import PageQuery
from hub.conversations.reading import QUERIES, Conversations
from hub.customers.changing import Changer
from hub.kernel.database import Database
from tests.conversations.conftest import Desk
from tests.scenes import Company


async def fill(database: Database, company: Company, customer: str, topic: str, count: int) -> None:
    """Many messages at once, as the moves would write them one by one."""
    await database.run(
        "INSERT INTO message (id, number, customer_id, topic_id, channel_id, direction, author_kind, at, text, state)"
        " SELECT uuidv7(), nextval('message_number'), $1, $2, $3, 'in', 'customer', now() + make_interval(secs => n),"
        " 'text ' || n, 'received'"
        " FROM generate_series(1, $4::int) n",
        customer,
        topic,
        company.email,
        count,
    )


async def test_messages_of_all_channels_are_one_thread_in_order(desk: Desk, company: Company, changer: Changer) -> None:
    mail, chat = await company.writes("email", "ana@x.es", "mail", name="Ana Ruiz"), await company.writes("visitor", "v1", "chat")
    await changer.join(company.ana, mail.customer, chat.customer)
    await company.writes("email", "ana@x.es", "mail again")
    page = await desk.page(chat.customer)
    assert page["customer"] == {"id": mail.customer, "name": "Ana Ruiz"}
    assert [(one["text"], one["channel"]["connector"], one["customer"]) for one in page["messages"]] == [
        ("mail", "email", mail.customer),
        ("chat", "webchat", chat.customer),
        ("mail again", "email", mail.customer),
    ]
    assert page["messages"][0]["author"] == {"kind": "customer", "id": mail.customer, "name": "Ana Ruiz"}
    assert page["next"] is None


async def test_pages_leave_nothing_out_and_show_nothing_twice(desk: Desk, database: Database, company: Company, changer: Changer) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await changer.join(company.ana, mail.customer, chat.customer)
    for number in range(23):
        await company.writes(*(("email", "ana@x.es") if number % 3 else ("visitor", "v1")))
    seen: list[int] = []
    before: dict[str, Any] = {}
    while True:
        page = await desk.page(mail.customer, limit=4, **before)
        seen = [one["number"] for one in page["messages"]] + seen
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert seen == [row["number"] for row in await database.rows("SELECT number FROM message ORDER BY number")]


async def test_what_happened_is_on_exactly_one_page(desk: Desk, company: Company, changer: Changer) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await company.writes("email", "ana@x.es")
    await changer.join(company.ana, mail.customer, chat.customer)
    await company.writes("visitor", "v1")
    await company.publish()
    newest = await desk.page(mail.customer, limit=2)
    older = await desk.page(mail.customer, limit=2, before=newest["next"])
    everything = await desk.page(mail.customer)
    assert [one["type"] for one in everything["events"]] == ["topic.opened", "topic.opened", "customer.joined"]
    assert older["events"] + newest["events"] == everything["events"]
    joined = everything["events"][-1]
    assert joined["actor"] == {"kind": "human", "id": company.ana, "name": "Ana"}
    assert joined["data"]["customer"]["id"] == chat.customer
    assert joined["data"]["undone"] is False


async def test_a_topic_can_be_read_alone(desk: Desk, company: Company, changer: Changer) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1", "chat")
    await changer.join(company.ana, mail.customer, chat.customer)
    page = await desk.page(mail.customer, topic=chat.topic)
    assert [one["text"] for one in page["messages"]] == ["chat"]


async def test_a_topic_of_somebody_else_shows_nothing(desk: Desk, company: Company) -> None:
    mail, stranger = await company.writes("email", "ana@x.es"), await company.writes("email", "eva@x.es")
    page = await desk.page(mail.customer, topic=stranger.topic)
    assert page["messages"] == []


async def test_an_unknown_customer_is_not_found(desk: Desk) -> None:
    for path in ("00000000-0000-0000-0000-000000000000", "nonsense"):
        status, answer = await desk.ask("GET", f"/customers/{path}/conversation")
        assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_wrong_queries_say_what_is_allowed(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    for query in ({"limit": "0"}, {"limit": "1000"}, {"before": "-3"}, {"before": "x"}, {"topic": "1"}, {"order": "asc"}):
        status, answer = await desk.ask("GET", f"/customers/{mail.customer}/conversation", params=query)
        assert status == 422, query
        assert answer["error"]["fields"], query


async def test_the_read_mark_is_each_colleagues_own_and_never_goes_back(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    for number in (7, 3):
        assert (await desk.ask("PUT", f"/customers/{mail.customer}/read", {"number": number}))[0] == 204
    assert (await desk.page(mail.customer))["read"] == 7
    desk.headers["Agent"] = company.luis
    assert (await desk.page(mail.customer))["read"] == 0


async def test_a_draft_is_each_colleagues_own_and_an_empty_one_goes_away(desk: Desk, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es")
    draft = {"kind": "reply", "text": "Estimada", "channel": company.email, "topic": mail.topic, "subject": None}
    assert (await desk.ask("PUT", f"/customers/{mail.customer}/draft", draft))[0] == 204
    assert (await desk.page(mail.customer))["draft"] == {**draft, "subject": "", "html": ""}
    desk.headers["Agent"] = company.luis
    assert (await desk.page(mail.customer))["draft"] is None
    desk.headers["Agent"] = company.ana
    await desk.ask("PUT", f"/customers/{mail.customer}/draft", {**draft, "text": " "})
    assert (await desk.page(mail.customer))["draft"] is None


async def test_a_draft_outlives_a_join(desk: Desk, company: Company, changer: Changer) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await desk.ask("PUT", f"/customers/{chat.customer}/draft", {"kind": "note", "text": "Llamar"})
    await changer.join(company.ana, mail.customer, chat.customer)
    assert (await desk.page(mail.customer))["draft"]["text"] == "Llamar"
    await desk.ask("PUT", f"/customers/{mail.customer}/draft", {"kind": "note", "text": ""})
    assert (await desk.page(mail.customer))["draft"] is None


@pytest.mark.alone
async def test_a_page_of_ten_thousand_messages_reads_only_what_it_shows(
    database: Database, company: Company, conversations: Conversations, changer: Changer
) -> None:
    mail, chat = await company.writes("email", "ana@x.es"), await company.writes("visitor", "v1")
    await changer.join(company.ana, mail.customer, chat.customer)
    await fill(database, company, mail.customer, mail.topic, 5000)
    await fill(database, company, chat.customer, chat.topic, 5000)
    await database.run("ANALYZE")
    family = [mail.customer, chat.customer]
    plan = await explained(database, QUERIES.page, family, 2**62, 51)
    scans = [node for node in nodes(plan) if node.get("Relation Name") == "message"]
    assert {node["Index Name"] for node in scans} == {"message_thread"}
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) <= 2 * 51
    ids = [row["id"] for row in await database.rows(QUERIES.page, family, 2**62, 51)]
    views = await explained(database, QUERIES.views, ids)
    assert [node["Node Type"] for node in nodes(views) if node.get("Relation Name") == "message" and node["Node Type"] == "Seq Scan"] == []
    await conversations.page(company.principal, mail.customer, PageQuery())
    fastest = 1.0
    for _ in range(5):
        started = time.perf_counter()
        page = await conversations.page(company.principal, mail.customer, PageQuery())
        fastest = min(fastest, time.perf_counter() - started)
    assert len(page.messages) == 50
    assert fastest < 0.02


async def explained(database: Database, sql: str, *arguments: Any) -> Any:
    """The plan of a statement as it ran."""
    plan = await database.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]


def nodes(plan: Any) -> list[Any]:
    """All nodes of a plan."""
    return [plan, *(node for below in plan.get("Plans", []) for node in nodes(below))]
