"""The page's own routes: mailboxes in both directions, what travelled, faults, and the shop with its signed customer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiosmtplib
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from hub.visitors.tokens import BadIdentity, read_identity
from sandbox.app import build
from sandbox.identity import token
from sandbox.mail import Fault, MailWorld
from sandbox.people import CUSTOMERS
from sandbox.post import Post
from sandbox.travels import Travels
from sandbox.world import Place

Client = TestClient[web.Request, web.Application]
LUCIA = CUSTOMERS[0]
HELLO = {"from": f"{LUCIA.name} <{LUCIA.email}>", "to": "support@demo.example", "subject": "Un cuenco", "text": "Falta uno."}


@pytest.fixture
async def company() -> AsyncIterator[MailWorld]:
    """Where the customers' mail goes: a mail server that is not the sandbox's own."""
    async with MailWorld() as one:
        yield one


@pytest.fixture
async def post(company: MailWorld) -> Post:
    return Post(Travels(), hub_host=company.host, hub_port=company.port)


@pytest.fixture
async def client(post: Post) -> AsyncIterator[Client]:
    place = Place(hub="http://127.0.0.1:9", support="support@demo.example", channel="key", secret="the shop's secret")
    async with TestClient(TestServer(build(place, post))) as one:
        yield one


async def deliver(post: Post, to: str, subject: str = "Re: Un cuenco") -> int:
    """Hand a mail to the relay as the hub does; the code of the answer."""
    raw = (
        f"From: Barro y Lino <support@demo.example>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <1@demo.example>\r\n\r\nHoy sale.\r\n"
    )
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=post.port, start_tls=False, local_hostname="demo.example")
    async with client:
        try:
            await client.sendmail("support@demo.example", [to], raw)
        except aiosmtplib.SMTPResponseException as error:
            return error.code
        except aiosmtplib.SMTPRecipientsRefused as error:
            return error.recipients[0].code
    return 250


async def items(client: Client, path: str, **query: str) -> list[dict[str, Any]]:
    answer = await client.get(path, params=query)
    found: list[dict[str, Any]] = (await answer.json())["items"]
    return found


async def test_a_mailbox_holds_what_was_written_and_what_was_answered(client: Client, post: Post) -> None:
    assert (await client.post("/mail", json=HELLO)).status == 200
    assert await deliver(post, LUCIA.email) == 250
    mine, answer = await items(client, "/world/mails", address=LUCIA.email.upper())
    assert (mine["mine"], mine["subject"], mine["text"].strip()) == (True, "Un cuenco", "Falta uno.")
    assert (answer["mine"], answer["headers"]["From"]) == (False, "Barro y Lino <support@demo.example>")
    assert await items(client, "/world/mails", address="grace@okafor.example") == []


async def test_a_mail_that_was_refused_travelled_but_was_not_sent(client: Client, company: MailWorld) -> None:
    company.faults.append(Fault("552"))
    assert (await client.post("/mail", json=HELLO)).status == 422
    (travel,) = await items(client, "/world/travels")
    assert (travel["direction"], travel["failed"], travel["answer"][:3]) == ("in", True, "552")
    assert await items(client, "/world/mails", address=LUCIA.email) == []


@pytest.mark.parametrize(("kind", "code"), [("451", 451), ("552", 552), ("450", 450), ("refuse", 550)])
async def test_a_fault_meets_every_mail_until_it_is_switched_off(client: Client, post: Post, kind: str, code: int) -> None:
    await client.put("/world/fault", json={"kind": kind})
    assert [await deliver(post, LUCIA.email), await deliver(post, LUCIA.email)] == [code, code]
    assert (await (await client.get("/world")).json())["fault"] == kind
    await client.put("/world/fault", json={"kind": ""})
    assert await deliver(post, LUCIA.email) == 250
    assert [one["failed"] for one in await items(client, "/world/travels")] == [True, True, False]


async def test_an_unknown_fault_is_told_what_is_allowed(client: Client) -> None:
    answer = await client.put("/world/fault", json={"kind": "fire"})
    assert answer.status == 400
    assert "drop_after_dot" in (await answer.json())["error"]


async def test_the_last_mail_can_be_delivered_again_byte_for_byte(client: Client, company: MailWorld) -> None:
    assert (await client.post("/world/again")).status == 409
    await client.post("/mail", json=HELLO)
    assert (await client.post("/world/again")).status == 200
    first, second = company.letters
    assert first.raw == second.raw
    assert len(await items(client, "/world/mails", address=LUCIA.email)) == 1


async def test_what_travels_is_told_as_it_happens(client: Client, post: Post) -> None:
    events = await client.get("/world/events")
    assert await next_line(events) == ": ready"
    await deliver(post, LUCIA.email, "Ready to go")
    told = json.loads((await next_line(events)).removeprefix("data: "))
    assert (told["what"], told["direction"], told["channel"]) == ("Ready to go", "out", "email")
    events.close()


async def next_line(events: ClientResponse) -> str:
    async with asyncio.timeout(5):
        while not (line := (await events.content.readline()).decode().strip()):
            pass
        return line


async def test_the_page_tells_what_it_saw_of_the_chat(client: Client) -> None:
    assert (await client.post("/world/travels", json={"direction": "in", "answer": "#7", "took_ms": 6.25})).status == 204
    (travel,) = await items(client, "/world/travels")
    assert (travel["channel"], travel["answer"], travel["took_ms"]) == ("webchat", "#7", 6.2)
    assert (await client.post("/world/travels", json={"direction": "up"})).status == 400


async def test_the_shop_carries_one_script_line_and_a_customer_that_the_hub_believes(client: Client) -> None:
    page = await (await client.get("/shop", params={"customer": "lucia", "lang": "en"})).text()
    assert '<script async src="http://127.0.0.1:9/widget.js" data-channel="key"' in page
    assert '<html lang="en"' in page
    known = read_identity(token(LUCIA, "the shop's secret"), "the shop's secret", time.time())
    assert {one["kind"]: one["value"] for one in known.proves} == {"account": "lucia", "email": LUCIA.email}
    assert known.name == LUCIA.name


async def test_a_token_of_another_secret_or_of_yesterday_is_not_believed() -> None:
    with pytest.raises(BadIdentity):
        read_identity(token(LUCIA, "another"), "the shop's secret", time.time())
    with pytest.raises(BadIdentity):
        read_identity(token(LUCIA, "s", now=time.time() - 86400), "s", time.time())


async def test_a_stranger_at_the_shop_has_no_token_and_nothing_of_the_address_reaches_the_page(client: Client) -> None:
    page = await (await client.get("/shop", params={"customer": "<script>", "theme": '"><script>alert(1)</script>', "lang": "xx"})).text()
    assert "alert(1)" not in page
    assert 'data-customer="null"' in page
    assert '<html lang="es"' in page
