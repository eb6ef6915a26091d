"""The pretend mail world keeps what it takes, writes to the hub, and misbehaves on request."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiosmtplib
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.mail import Fault, MailWorld, routes

RAW = b"From: Soporte <support@demo.example>\r\nSubject: =?utf-8?q?S=C3=AD?=\r\nMessage-ID: <1@demo.example>\r\n\r\nHola\r\n"
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def world() -> AsyncIterator[MailWorld]:
    async with MailWorld() as one:
        yield one


@pytest.fixture
async def client(world: MailWorld) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(routes(world))
    async with TestClient(TestServer(app)) as one:
        yield one


async def deliver(world: MailWorld, *recipients: str, timeout: float = 5.0) -> int:
    """Hand a mail to the relay as the hub does; the code of the answer, 0 for none."""
    hub = aiosmtplib.SMTP(hostname=world.host, port=world.port, timeout=timeout, start_tls=False, local_hostname="demo.example")
    await hub.connect()
    try:
        await hub.sendmail("support@demo.example", list(recipients) or ["ana@shop.example"], RAW)
    except aiosmtplib.SMTPRecipientsRefused as error:
        return error.recipients[0].code
    except aiosmtplib.SMTPResponseException as error:
        return error.code
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
        return 0
    finally:
        hub.close()
    return 250


async def items(client: Client, **query: str) -> list[dict[str, Any]]:
    answer = await client.get("/mail", params=query)
    found: list[dict[str, Any]] = (await answer.json())["items"]
    return found


async def test_what_the_hub_sent_is_in_the_ledger(world: MailWorld, client: Client) -> None:
    assert await deliver(world) == 250
    (letter,) = await items(client)
    assert letter["from"] == "support@demo.example"
    assert letter["to"] == ["ana@shop.example"]
    assert (letter["subject"], letter["text"].strip(), letter["html"]) == ("Sí", "Hola", "")
    assert letter["message_id"] == "<1@demo.example>"
    assert letter["headers"]["From"] == "Soporte <support@demo.example>"
    assert letter["attachments"] == []


async def test_the_ledger_is_newest_last_and_can_be_filtered_and_emptied(world: MailWorld, client: Client) -> None:
    await deliver(world, "ana@shop.example")
    await deliver(world, "luis@shop.example")
    assert [one["to"] for one in await items(client)] == [["ana@shop.example"], ["luis@shop.example"]]
    assert [one["to"] for one in await items(client, to="LUIS@shop.example")] == [["luis@shop.example"]]
    await client.delete("/mail")
    assert await items(client) == []


async def test_who_waits_for_a_letter_is_told(world: MailWorld) -> None:
    waiting = asyncio.create_task(world.wait_for(lambda one: "luis@shop.example" in one.recipients))
    await deliver(world, "ana@shop.example")
    await deliver(world, "luis@shop.example")
    assert (await waiting).recipients == ("luis@shop.example",)


@pytest.mark.parametrize(
    ("kind", "code", "kept"),
    [("450", 450, 0), ("451", 451, 0), ("552", 552, 0), ("refuse", 550, 0), ("drop_after_dot", 0, 1), ("hang", 0, 1)],
)
async def test_a_fault_is_committed_as_often_as_asked(world: MailWorld, client: Client, kind: str, code: int, kept: int) -> None:
    await client.post("/mail/faults", json={"kind": kind, "times": 2})
    assert [await deliver(world, timeout=0.5) for _ in range(3)] == [code, code, 250]
    assert len(world.letters) == 2 * kept + 1


async def test_a_slow_relay_answers_in_the_end(world: MailWorld, client: Client) -> None:
    await client.post("/mail/faults", json={"kind": "slow_ms", "ms": 50})
    assert await deliver(world) == 250


@pytest.mark.parametrize("fault", [{"kind": "explode"}, {}, {"kind": "450", "times": 0}, {"kind": "slow_ms", "ms": "1"}, []])
async def test_an_unknown_fault_is_refused_with_what_is_allowed(client: Client, fault: object) -> None:
    answer = await client.post("/mail/faults", json=fault)
    assert answer.status == 400
    assert (await answer.json())["error"]


async def test_a_customer_writes_to_the_hub(world: MailWorld, client: Client) -> None:
    async with MailWorld() as hub:  # any SMTP server will do for the hub
        world.hub_port = hub.port
        answer = await client.post(
            "/mail",
            json={
                "from": "Ana Pérez <ana@shop.example>",
                "to": "support@demo.example",
                "subject": "Pedido 4471",
                "text": "¿Dónde está?",
                "html": "<p>¿Dónde está?",
                "in_reply_to": "<1@demo.example>",
                "references": ["<0@demo.example>", f"<{'x' * 90}@demo.example>"],
                "headers": {"Auto-Submitted": "no", "Message-ID": "<7@shop.example>"},
                "attachments": [{"name": "a.txt", "text": "x"}],
            },
        )
        assert await answer.json() == {"code": 250, "reply": "2.0.0 taken", "message_id": "<7@shop.example>"}
        (letter,) = hub.letters
        mail = letter.message()
        assert letter.sender == "ana@shop.example"
        assert mail["In-Reply-To"] == "<1@demo.example>"
        assert mail["References"] == f"<0@demo.example> <{'x' * 90}@demo.example>"
        assert mail["Auto-Submitted"] == "no"
        assert [part.get_content_type() for part in mail.walk()][-1] == "application/octet-stream"


async def test_the_hubs_refusal_is_passed_on(world: MailWorld, client: Client) -> None:
    async with MailWorld() as hub:
        world.hub_port = hub.port
        hub.faults.append(Fault("refuse"))
        answer = await client.post("/mail", json={"from": "a@b.example", "to": "x@y.example", "text": "x"})
        assert answer.status == 422
        assert (await answer.json())["code"] == 550


async def test_a_hub_that_is_away_is_named(world: MailWorld, client: Client) -> None:
    async with MailWorld() as gone:
        world.hub_port = gone.port
    answer = await client.post("/mail", json={"from": "a@b.example", "to": "x@y.example", "text": "x"})
    assert answer.status == 502
    assert str(world.hub_port) in (await answer.json())["error"]


@pytest.mark.parametrize(
    "given", [{}, {"from": "a@b.example"}, [], {"from": "a@b.example", "to": "c@d.example", "attachments": [{"name": "x"}]}]
)
async def test_a_mail_that_is_none_is_refused(client: Client, given: object) -> None:
    answer = await client.post("/mail", json=given)
    assert answer.status == 400
    assert (await answer.json())["error"]
