"""The customer's record over HTTP: who may, what is refused, what is answered."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from hub.customers.api import CustomersApi
from hub.customers.records import Records
from hub.kernel.database import Database
from hub.timeline.reading import Timeline
from tests.scenes import Company
from tests.scenes_web import Client, serving

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
async def client(database: Database, records: Records) -> AsyncIterator[Client]:
    async with serving(CustomersApi(database, records, Timeline(database), dict, lambda: None).routes()) as opened:
        yield opened


class Caller:
    """Ana at her console."""

    def __init__(self, client: Client, company: Company) -> None:
        self._client = client
        self.headers = {"Agent": company.ana}

    async def ask(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        async with self._client.request(method, "/api/v1" + path, json=body, params=query, headers=self.headers) as got:
            return got.status, await got.json() if got.content_type == "application/json" else None


@pytest.fixture
def ana(client: Client, company: Company) -> Caller:
    return Caller(client, company)


async def test_a_record_is_found_read_and_changed(ana: Caller, company: Company) -> None:
    mail = await company.writes("email", "ana@x.es", name="Ana Ruiz")
    status, found = await ana.ask("GET", "/customers", q="ruiz")
    assert (status, found["next"]) == (200, None)
    assert found["items"] == [{"id": mail.customer, "name": "Ana Ruiz", "identities": [{"kind": "email", "value": "ana@x.es"}]}]
    status, record = await ana.ask("PATCH", f"/customers/{mail.customer}", {"name": "Ana Ruiz Gil"})
    assert (status, record["name"]) == (200, "Ana Ruiz Gil")
    assert (await ana.ask("GET", f"/customers/{mail.customer}"))[1] == record
    assert record["figures"]["preferred_channel"]["connector"] == "email"
    assert record["topics"][0]["state"] == "open"


async def test_join_undo_and_distinct(ana: Caller, company: Company) -> None:
    one, other = await company.customer("Ana"), await company.customer("Anita")
    status, joined = await ana.ask("POST", f"/customers/{one}/joins", {"customer": other})
    assert (status, joined["customer"]["id"], joined["customer"]["joins"][0]["id"]) == (201, one, joined["join"])
    status, answer = await ana.ask("POST", f"/customers/{one}/joins", {"customer": other})
    assert (status, answer["error"]["code"]) == (409, "already_joined")
    status, parted = await ana.ask("DELETE", f"/joins/{joined['join']}")
    assert (status, [named["name"] for named in parted["customers"]]) == (200, ["Anita", "Ana"])
    status, answer = await ana.ask("DELETE", f"/joins/{joined['join']}")
    assert (status, answer["error"]["code"]) == (409, "already_parted")
    assert (await ana.ask("POST", f"/customers/{one}/distinct", {"customer": other}))[0] == 204


async def test_tags_identities_and_their_errors(ana: Caller, company: Company) -> None:
    mail, customer = await company.writes("email", "ana@x.es", name="Ana"), await company.customer("Eva")
    assert await ana.ask("PUT", f"/customers/{customer}/tags/Muy%20VIP") == (200, {"tags": ["muy vip"]})
    assert await ana.ask("GET", "/tags", q="muy") == (200, {"tags": ["muy vip"]})
    assert await ana.ask("DELETE", f"/customers/{customer}/tags/muy%20vip") == (200, {"tags": []})
    status, record = await ana.ask("POST", f"/customers/{customer}/identities", {"kind": "phone", "value": "600 123 456"})
    assert (status, record["identities"][0]["value"]) == (201, "+34600123456")
    status, answer = await ana.ask("POST", f"/customers/{customer}/identities", {"kind": "email", "value": "ana@x.es"})
    assert (status, answer["error"]["fields"]["customer"]) == (409, mail.customer)
    status, answer = await ana.ask("POST", f"/customers/{customer}/identities", {"kind": "phone", "value": "1"})
    assert (status, list(answer["error"]["fields"])) == (422, ["value"])
    status, record = await ana.ask("DELETE", f"/customers/{customer}/identities/{record['identities'][0]['id']}")
    assert (status, record["identities"]) == (200, [])


async def test_the_timeline_tells_everything_newest_first_in_pages(ana: Caller, company: Company) -> None:
    mail, chat = await company.writes("email", "ana@x.es", "Hola", name="Ana"), await company.writes("visitor", "v1")
    await ana.ask("POST", f"/customers/{mail.customer}/joins", {"customer": chat.customer})
    await ana.ask("PUT", f"/customers/{mail.customer}/tags/vip")
    await company.publish()
    events: list[Any] = []
    after: dict[str, str] = {}
    while True:
        status, page = await ana.ask("GET", f"/customers/{mail.customer}/timeline", limit="3", **after)
        assert status == 200
        events += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    positions = [event["position"] for event in events]
    assert positions == sorted(set(positions), reverse=True)
    assert [event["type"] for event in events[:2]] == ["customer.tagged", "customer.joined"]
    assert events[0]["actor"] == {"kind": "human", "id": company.ana, "name": "Ana"}
    assert events[1]["data"]["customer"]["id"] == chat.customer
    assert sorted(event["type"] for event in events[2:]) == sorted(
        ["customer.created", "topic.opened", "work.queued", "message.created"] * 2
    )
    message = next(event for event in events if event["type"] == "message.created" and event["data"]["topic"]["id"] == mail.topic)
    assert message["data"]["message"] == {"id": mail.message, "direction": "in", "text": "Hola"}


async def test_commitments_are_listed_and_kept(ana: Caller, company: Company, database: Database) -> None:
    customer = await company.customer("Ana")
    sql = "INSERT INTO commitment (customer_id, agent_id, text, due_at) VALUES ($1, $2, $3, now()) RETURNING id"
    mine, his = [str(await database.value(sql, customer, agent, agent)) for agent in (company.ana, company.luis)]
    assert [one["id"] for one in (await ana.ask("GET", "/commitments", mine="1"))[1]["items"]] == [mine]
    assert {one["id"] for one in (await ana.ask("GET", "/commitments"))[1]["items"]} == {mine, his}
    status, kept = await ana.ask("PUT", f"/commitments/{mine}", {"done": True})
    assert (status, kept["done_at"] is not None) == (200, True)
    assert (await ana.ask("GET", "/commitments", mine="1"))[1]["items"] == []


WRONG = [
    ("GET", "/customers", None, {"limit": "0"}),
    ("GET", "/customers", None, {"after": "x"}),
    ("GET", "/customers", None, {"sort": "name"}),
    ("GET", "/customers/{id}/timeline", None, {"after": "-1"}),
    ("PATCH", "/customers/{id}", {"locale": "Spanish!"}, {}),
    ("PATCH", "/customers/{id}", {"root_id": NOBODY}, {}),
    ("PATCH", "/customers/{id}", {"fields": {"none": 1}}, {}),
    ("POST", "/customers/{id}/joins", {"customer": "x"}, {}),
    ("POST", "/customers/{id}/identities", {"kind": "visitor", "value": "x"}, {}),
    ("PUT", "/customers/{id}/tags/" + "x" * 61, None, {}),
]


@pytest.mark.parametrize(("method", "path", "body", "query"), WRONG)
async def test_what_is_wrong_is_named(method: str, path: str, body: Any, query: dict[str, str], ana: Caller, company: Company) -> None:
    status, answer = await ana.ask(method, path.format(id=await company.customer("Ana")), body, **query)
    assert status == 422
    assert answer["error"]["fields"]


ROUTES = [
    ("GET", "/customers/{id}", None),
    ("PATCH", "/customers/{id}", {"name": "x"}),
    ("PUT", "/customers/{id}/tags/vip", None),
    ("DELETE", "/customers/{id}/tags/vip", None),
    ("POST", "/customers/{id}/identities", {"kind": "phone", "value": "600123456"}),
    ("DELETE", "/customers/{id}/identities/" + NOBODY, None),
    ("POST", "/customers/{id}/joins", {"customer": NOBODY}),
    ("DELETE", "/joins/{id}", None),
    ("POST", "/customers/{id}/distinct", {"customer": NOBODY}),
    ("GET", "/customers/{id}/timeline", None),
    ("PUT", "/commitments/{id}", {"done": True}),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
async def test_what_is_not_there_is_not_found_and_nobody_unknown_comes_in(method: str, path: str, body: Any, ana: Caller) -> None:
    for id_ in (NOBODY, str(uuid4()), "nonsense"):
        status, answer = await ana.ask(method, path.format(id=id_), body)
        assert (status, answer["error"]["code"]) == (404, "not_found")
    ana.headers["May"] = "work.take"
    assert (await ana.ask(method, path.format(id=NOBODY), body))[0] == 403
    del ana.headers["Agent"]
    assert (await ana.ask(method, path.format(id=NOBODY), body))[0] == 401


async def test_another_customers_join_target_must_exist(ana: Caller, company: Company) -> None:
    customer = await company.customer("Ana")
    assert (await ana.ask("POST", f"/customers/{customer}/joins", {"customer": NOBODY}))[0] == 404
    assert (await ana.ask("POST", f"/customers/{customer}/distinct", {"customer": NOBODY}))[0] == 404
