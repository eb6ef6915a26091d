"""What a call of the hub's is for, and that a fault can befall every call of every pretend provider, and only those it is meant for."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.double import Double, Fault
from sandbox.meta import Meta, company
from sandbox.meta.purposes import purpose as of_meta
from sandbox.telegram import BOT_TOKEN, Telegram
from sandbox.telegram.purposes import purpose as of_telegram
from sandbox.trips import Purpose
from sandbox.twilio import Twilio
from sandbox.twilio.purposes import purpose as of_twilio

Client = TestClient[web.Request, web.Application]
DOUBLES: tuple[Double, ...] = (Twilio(), Telegram(), Meta())
PLACE = re.compile(r"\{(\w+)[^{}]*\}")
METHODS = sorted(Telegram().bots[BOT_TOKEN].methods)


def filled(path: str) -> str:
    """An address with something in each of its places."""
    return PLACE.sub(lambda found: company.PHONE_NUMBER_ID if found[1] == "number" else "9", path)


CALLS = [(double, one.method.replace("*", "POST"), filled(one.path)) for double in DOUBLES for one in double.provider_routes()]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application()
    for one in DOUBLES:
        app.add_routes(one.routes())
    async with TestClient(TestServer(app)) as found:
        yield found
    for one in DOUBLES:
        one.forget()


@pytest.mark.parametrize(("double", "method", "path"), CALLS, ids=[f"{method} {path}" for _, method, path in CALLS])
async def test_a_fault_befalls_any_call_of_any_provider(client: Client, double: Double, method: str, path: str) -> None:
    double.faults.append(Fault("500"))
    async with client.request(method, path) as answer:
        assert (answer.status, await answer.text()) == (500, "oops")
    assert double.faults == []


@pytest.mark.parametrize("method", METHODS)
async def test_a_fault_befalls_every_method_of_the_bot_api_by_its_name(client: Client, method: str) -> None:
    telegram = DOUBLES[1]
    telegram.faults.append(Fault("429", path=f"/{method}"))
    async with client.get(f"/telegram/bot{BOT_TOKEN}/get{method}") as answer:
        assert answer.status == 404, "another method is another"
    async with client.post(f"/telegram/bot{BOT_TOKEN}/{method}", json={}) as answer:
        assert answer.status == 429
        assert (await answer.json())["parameters"] == {"retry_after": 1}


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("sendMessage", "send"),
        ("sendPhoto", "send"),
        ("sendMediaGroup", "send"),
        ("sendChatAction", "signal"),
        ("answerCallbackQuery", "signal"),
        ("editMessageText", "change"),
        ("editMessageCaption", "change"),
        ("deleteMessages", "change"),
        ("setMessageReaction", "change"),
        ("getFile", "file"),
        ("getUpdates", "updates"),
        ("deleteWebhook", "setup"),
        ("getMe", "setup"),
    ],
)
def test_the_purposes_of_the_bot_api(path: str, what: str) -> None:
    assert of_telegram(f"/telegram/bot{BOT_TOKEN}/{path}") == Purpose("telegram", what)
    assert of_telegram(f"/telegram/file/bot{BOT_TOKEN}/photos/file_1.jpg").what == "file"


@pytest.mark.parametrize(
    ("method", "path", "body", "purpose"),
    [
        ("POST", "/Messages.json", b"To=%2B34600&Body=Hola", Purpose("sms", "send")),
        ("POST", "/Messages.json", b"To=whatsapp%3A%2B34600&Body=Hola", Purpose("whatsapp", "send")),
        ("GET", "/Messages.json", b"", Purpose("", "history")),
        ("DELETE", "/Messages/SM1.json", b"", Purpose("", "change")),
        ("GET", "/Messages/MM1/Media.json", b"", Purpose("", "file")),
        ("GET", "/Messages/MM1/Media/ME1", b"", Purpose("", "file")),
        ("POST", "/v2/Indicators/Typing.json", b"", Purpose("whatsapp", "signal")),
        ("GET", "/v1/ContentAndApprovals", b"", Purpose("", "template")),
        ("POST", "/IncomingPhoneNumbers/PN1.json", b"", Purpose("", "setup")),
    ],
)
def test_the_purposes_of_twilios_api(method: str, path: str, body: bytes, purpose: Purpose) -> None:
    assert of_twilio(f"/twilio{path}", method, body) == purpose


@pytest.mark.parametrize(
    ("method", "path", "body", "what"),
    [
        ("POST", "/1400000000000001/messages", b'{"to": "34600", "type": "text"}', "send"),
        ("POST", "/1400000000000001/messages", b'{"to": "34600", "type": "reaction"}', "change"),
        ("POST", "/1400000000000001/messages", b'{"status": "read", "message_id": "wamid.1"}', "signal"),
        ("POST", "/me/messages", b'{"recipient": {"id": "1"}, "message": {"text": "Hola"}}', "send"),
        ("POST", "/me/messages", b'{"recipient": {"id": "1"}, "sender_action": "typing_on"}', "signal"),
        ("POST", "/me/messages", b'{"recipient": {"id": "1"}, "sender_action": "react"}', "change"),
        ("POST", "/me/messages", b"not JSON", "send"),
        ("POST", "/1400000000000001/media", b"", "file"),
        ("POST", "/me/message_attachments", b"", "file"),
        ("GET", "/1000000000000007", b"", "file"),
        ("GET", "/1300000000000001/message_templates", b"", "template"),
        ("GET", "/me/conversations", b"", "history"),
        ("GET", "/1400000000000001", b"", "setup"),
        ("POST", "/me/subscribed_apps", b"", "setup"),
    ],
)
def test_the_purposes_of_the_graph_api(method: str, path: str, body: bytes, what: str) -> None:
    assert of_meta(f"/meta/v24.0{path}", method, body, company.PAGE_TOKEN) == Purpose("messenger", what)


@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        ({"what": "change"}, [("sendMessage", 400), ("setMessageReaction", 500)]),
        ({"what": "file"}, [("sendPhoto", 400), ("getFile", 500)]),
        ({"app": "telegram", "what": "send"}, [("sendChatAction", 400), ("sendMediaGroup", 500)]),
        ({"app": "sms"}, [("sendMessage", 400), ("getFile", 400)]),
    ],
)
async def test_a_fault_befalls_only_what_it_is_for(client: Client, fault: dict[str, str], calls: list[tuple[str, int]]) -> None:
    async with client.post("/doubles/telegram/faults", json={"kind": "500", **fault}) as answer:
        assert answer.status == 204
    for method, status in calls:
        async with client.post(f"/telegram/bot{BOT_TOKEN}/{method}", json={"chat_id": 7}) as answer:
            assert answer.status == status, method


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "500", "what": "tea"}, "one of send, change"),
        ({"kind": "500", "colour": 1}, "no colour"),
        ({}, "'kind' must be"),
    ],
)
async def test_a_fault_that_is_none_is_refused_and_says_why(client: Client, fault: dict[str, Any], said: str) -> None:
    async with client.post("/doubles/meta/faults", json=fault) as answer:
        assert (answer.status, said in await answer.text()) == (400, True)
