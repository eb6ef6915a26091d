"""Pretend Meta as one meets it over HTTP: its customers' verbs, its ledger, and how it refuses."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.meta import Meta, company

Client = TestClient[web.Request, web.Application]
TEXT = {"messaging_product": "whatsapp", "to": "34600111222", "type": "text", "text": {"body": "Hola"}}


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    one = Meta()
    yield one
    await one.closed()


@pytest.fixture
async def client(meta: Meta) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(meta.routes())
    async with TestClient(TestServer(app)) as one:
        yield one


@pytest.mark.parametrize(("app", "customer"), [("whatsapp", "34600111222"), ("messenger", "7001"), ("instagram", "8001")])
async def test_what_a_customer_says_stands_on_the_phone_and_can_be_taken_back(client: Client, app: str, customer: str) -> None:
    who = {"app": app, "customer": customer}
    media = [{"name": "a.png", "type": "image/png", "data": "iVBORw0KGgo="}]
    said = await (await client.post("/doubles/meta/say", json={**who, "text": "Llegó roto", "media": media})).json()
    await client.post("/doubles/meta/delete", json={**who, "message": said["ids"][0]})
    shown = (await (await client.get("/doubles/meta")).json())["shown"]
    assert {one["app"] for one in shown} == {app}
    assert shown[0]["media"] == [{"name": "a.png", "type": "image/png", "data": "iVBORw0KGgo=", "kind": "image"}]
    assert (shown[0]["deleted"], "".join(one["text"] for one in shown)) == (True, "Llegó roto")


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("say", {"customer": "Lucía"}, "in digits"),
        ("say", {"app": "fax", "customer": "1"}, "whatsapp, messenger, second_page, instagram"),
        ("say", {"customer": "34600111222"}, "say something"),
        ("fly", {}, "verbs are say"),
        ("react", {"customer": "34600111222", "message": "?"}, "no message"),
    ],
)
async def test_what_cannot_be_done_says_what_can(client: Client, verb: str, given: dict[str, str], said: str) -> None:
    answer = await client.post(f"/doubles/meta/{verb}", json=given)
    assert answer.status in (400, 404)
    assert said in await answer.text()


async def test_a_call_without_token_or_proof_is_refused_as_meta_does(client: Client) -> None:
    path = f"/meta/v24.0/{company.PHONE_NUMBER_ID}/messages"
    nobody = await client.post(path, json=TEXT)
    unproved = await client.post(path, json=TEXT, headers={"Authorization": f"Bearer {company.WHATSAPP_TOKEN}"})
    assert (nobody.status, (await nobody.json())["error"]["code"]) == (401, 190)
    assert (unproved.status, "appsecret_proof" in (await unproved.json())["error"]["message"]) == (400, True)
    assert (await (await client.get("/doubles/meta")).json())["shown"] == []


@pytest.mark.parametrize(
    ("app", "customer", "token", "path"),
    [
        ("whatsapp", "34600111222", company.WHATSAPP_TOKEN, f"{company.PHONE_NUMBER_ID}/messages"),
        ("messenger", "7001", company.PAGE_TOKEN, "me/messages"),
    ],
)
async def test_the_customers_phone_is_told_that_the_company_writes(
    client: Client, meta: Meta, app: str, customer: str, token: str, path: str
) -> None:
    said = await (await client.post("/doubles/meta/say", json={"app": app, "customer": customer, "text": "¿Hola?"})).json()
    typing = {"status": "read", "message_id": said["ids"][0], "typing_indicator": {"type": "text"}}
    body = typing if app == "whatsapp" else {"recipient": {"id": customer}, "sender_action": "typing_on"}
    proof = hmac.new(company.APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    watcher: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    meta.watchers.add(watcher)
    headers = {"Authorization": f"Bearer {token}"}
    answer = await client.post(f"/meta/v24.0/{path}", json=body, headers=headers, params={"appsecret_proof": proof})
    assert answer.status == 200
    account = company.PHONE_NUMBER_ID if app == "whatsapp" else ""
    assert watcher.get_nowait() == {"double": "meta", "app": app, "account": account, "customer": customer, "typing": True}


async def test_an_address_that_does_not_know_the_challenge_gets_no_webhooks(client: Client, meta: Meta) -> None:
    given = {"object": "page", "callback_url": str(client.make_url("/doubles/meta")), "verify_token": "word", "fields": "messages"}
    path, headers = f"/meta/v24.0/{company.APP_ID}/subscriptions", {"Authorization": f"Bearer {company.APP_TOKEN}"}
    answer = await client.post(path, json=given, headers=headers)
    assert (await answer.json())["error"]["code"] == 2200
    assert meta.hooks.by_object == {}


async def test_forgetting_empties_ledger_and_phones(client: Client) -> None:
    await client.post("/doubles/meta/say", json={"customer": "34600111222", "text": "Hola"})
    await client.delete("/doubles/meta")
    assert await (await client.get("/doubles/meta")).json() == {"asked": [], "told": [], "shown": [], "faults": []}
