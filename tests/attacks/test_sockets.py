"""Sockets: who gets in, what garbage does, and what one visitor learns of another."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import socketio

from tests.attacks.house import Bubble, House
from tests.people.conftest import Browser
from tests.rig.sockets import Cut, Socket

FOREIGN = ["null", "https://evil.example", "http://127.0.0.1.evil.example", "http://[", "file://"]
AGENT_EVENTS = ("register", "watch", "typing")
VISITOR_EVENTS = ("hello", "message", "typing", "received", "read", "profile", "rate", "end")
GARBAGE: tuple[Any, ...] = (
    None, True, 7, -1, 2**80, 1.5, "", "x", "\x00", [], [1], {}, b"\x00\xff", ("two", "things"), (1, 2, 3, 4),
    {"id": [], "text": {}, "number": "x", "score": [], "customer": [], "position": "x", "on": []},
    {"id": str(uuid4()), "text": 7, "number": -1, "score": True, "customer": "x", "position": -5, "token": 7, "name": 7, "email": []},
    {"id": str(uuid4()), "text": "\x00\u2028", "number": 2**70, "score": 10**30, "customer": "x", "position": 2**70, "after": 2**70},
    {"id": str(uuid4()), "text": "x", "attachments": "x", "page": {"url": {}, "title": []}, "claims": {"name": {}, "\x00": "\x00"}},
    {"id": str(uuid4()), "text": "x", "attachments": [None, {}, "x"], "page": [1], "claims": [1], "locale": {}, "identity": 7},
    {"id": str(uuid4()), "text": "x", "attachments": [str(uuid4())] * 11},
    {"id": "\x00", "text": "x" * 9000, "name": "\x00\u2028", "email": "\x00" * 400, "locale": "\x00\u2028", "token": "\u2028." + "x" * 50},
    {"token": "x" * 5000, "identity": "\u2028.\u2028", "score": 5, "text": "\u2028\x00", "page": {"url": "\u2028\x00", "title": "\x00"}},
    {"id": str(uuid4()), "text": "x", "page": {"\x00": ["\x00"] * 50, "url": "\x00"}, "locale": "\x00", "claims": {"name": "\u2028\x00"}},
)  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
async def test_no_console_opens_on_another_site(house: House, origin: str) -> None:
    ana = await house.browser("ana")
    for auth in ({"csrf": ana.csrf}, {"token": house.company.tokens["ana"]}):
        with pytest.raises(Cut):
            await _window(house, ana, auth, Origin=origin).open()


@pytest.mark.parametrize(
    "auth",
    [{}, {"csrf": ""}, {"csrf": "x"}, {"csrf": "\ud800"}, {"csrf": 7}, {"token": "hilo_x"}, {"token": "hilo_\ud800"}, {"token": [1]}],
)
async def test_no_console_opens_without_the_word_of_its_session(house: House, auth: dict[str, Any]) -> None:
    ana = await house.browser("ana")
    with pytest.raises(Cut):
        await _window(house, ana, auth).open()


async def test_no_console_opens_with_the_word_of_another(house: House) -> None:
    ana, luis = await house.browser("ana"), await house.browser("luis")
    with pytest.raises(Cut):
        await _window(house, ana, {"csrf": luis.csrf}).open()


@pytest.mark.parametrize("origin", FOREIGN)
async def test_no_chat_opens_on_a_page_that_is_not_the_shops(house: House, origin: str) -> None:
    bubble = Socket(house.url, "/visitor", {"channel": house.company.bubble}, lambda _: None, {"Origin": origin})
    with pytest.raises(Cut):
        await bubble.open()


async def test_who_is_shut_out_while_coming_in_stays_out(house: House) -> None:
    name = await house.new_colleague()
    leaver, olga = await house.browser(name), await house.browser("olga")
    window = _window(house, leaver, {"csrf": leaver.csrf})
    async with house.hub.storage.database.transaction() as connection:
        await connection.execute("LOCK TABLE queue_member IN ACCESS EXCLUSIVE MODE")
        coming = asyncio.create_task(window.open())
        await house.blocked("queue_member")
        assert (await olga.ask("PATCH", f"/agents/{house.ids[name]}", {"enabled": False}))[0] == 200
    with pytest.raises(Cut):
        await coming


@pytest.mark.parametrize("event", AGENT_EVENTS)
async def test_garbage_from_a_console_is_answered_with_an_error(house: House, event: str) -> None:
    ana = await house.browser("ana")
    window = _window(house, ana, {"csrf": ana.csrf})
    await window.open()
    await _throw(house, window, event, "/agent")
    assert (await window.call("register", {"position": None}))["snapshot"]
    await window.close()


@pytest.mark.parametrize("event", VISITOR_EVENTS)
@pytest.mark.parametrize("known", [False, True], ids=["stranger", "known"])
async def test_garbage_from_a_visitor_is_answered_with_an_error(house: House, event: str, known: bool) -> None:
    bubble = Bubble(house, {"channel": house.company.bubble})
    await bubble.socket.open()
    if known:
        bubble.hello = await bubble.socket.call("hello", {})
        await bubble.say("Hello")
    await _throw(house, bubble.socket, event, "/visitor")
    assert "token" in await bubble.socket.call("hello", {"token": bubble.hello.get("token")})
    await bubble.socket.close()


@pytest.mark.parametrize("event", VISITOR_EVENTS)
async def test_half_a_character_from_a_visitor_is_answered_with_an_error(house: House, event: str) -> None:
    """Written by hand: no library sends it."""
    half = r'"\ud800"'
    fields = ",".join(f'"{name}":{half}' for name in ("text", "name", "email", "locale", "token", "identity", "score", "number", "after"))
    said = f'{{"id":"{uuid4()}",{fields},"page":{{"url":{half},{half}:1}},"claims":{{"name":{half}}}}}'
    before = len(house.log.tracebacks)
    async with _raw(house) as socket:
        await socket.send_str('42/visitor,1["hello",{}]')
        await _answer(socket, "43/visitor,1")
        await socket.send_str(f'42/visitor,2["{event}",{said}]')
        answer = await _answer(socket, "43/visitor,2")
    assert "not_now" not in answer
    assert house.log.tracebacks[before:] == []


@asynccontextmanager
async def _raw(house: House) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A visitor's connection without a library."""
    url = f"{house.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as client, client.ws_connect(url) as socket:
        await _answer(socket, "0{")
        await socket.send_str("40/visitor," + json.dumps({"channel": house.company.bubble}))
        await _answer(socket, "40/visitor,")
        yield socket


async def _answer(socket: aiohttp.ClientWebSocketResponse, beginning: str) -> str:
    """The next frame that begins so."""
    async with asyncio.timeout(10):
        while not (frame := await socket.receive_str()).startswith(beginning):
            pass
    return frame


async def _throw(house: House, socket: Socket, event: str, namespace: str) -> None:
    before = len(house.log.tracebacks)
    for garbage in GARBAGE:
        try:
            answer = await socket.client.call(event, garbage, namespace=namespace, timeout=5)
        except socketio.exceptions.TimeoutError:
            pytest.fail(f"no answer to {garbage!r}")
        error = (answer or {}).get("error", {})
        assert error.get("code") not in ("internal", "not_now"), (garbage, error)
        assert "Traceback" not in str(answer)
    assert house.log.tracebacks[before:] == []


async def test_forged_server_events_reach_nobody(house: House) -> None:
    victim, attacker = await house.visitor(), await house.visitor()
    for name in ("event", "message.created", "offer.created", "session.ended", "connect", "disconnect"):
        await attacker.socket.client.emit(
            name, {"type": "message", "data": {"text": "forged"}, "to": f"visitor:{victim.id}"}, namespace="/visitor"
        )
    await victim.say("Is anybody there?")
    await house.customer_of(victim.id)
    assert "forged" not in str(victim.heard)
    assert "error" not in await victim.say("And now?")


@pytest.mark.parametrize(
    "frame",
    ["9", "4", "42", "42/visitor,", '42/visitor,["message"', '42/visitor,{"a":1}', "42/visitor,[]", "42/visitor,[7]",
     "42/visitor," + "[" * 5000,
     "451-/visitor," + '["message",{"_placeholder":true,"num":9}]', "4599999-", "43/visitor,1[]", "4" + "9" * 500, "b" + "A" * 9, "\x00"],
    ids=lambda frame: ascii(frame[:20]),
)  # fmt: skip
async def test_broken_frames_harm_only_their_own_socket(house: House, frame: str) -> None:
    bystander = await house.visitor()
    async with _raw(house) as socket:
        await socket.send_str(frame)
        await socket.send_bytes(b"\x00\xff" * 8)
    assert "error" not in await bystander.say("Still here?")


async def test_a_huge_packet_closes_only_its_own_socket(house: House) -> None:
    bystander, attacker = await house.visitor(), await house.visitor()
    await attacker.socket.client.emit("message", {"id": str(uuid4()), "text": "x" * 1_200_000}, namespace="/visitor")
    async with asyncio.timeout(10):
        await attacker.socket.cut.wait()
    assert "error" not in await bystander.say("Still here?")


async def test_a_socket_that_never_stops_is_told_to_wait(house: House) -> None:
    attacker = await house.visitor()
    answers = [await attacker.socket.call("profile", {"name": "x"}) for _ in range(250)]
    assert "error" not in answers[0]
    assert answers[-1]["error"]["code"] == "too_fast"


async def test_a_visitor_who_floods_is_slowed_down(house: House) -> None:
    attacker = await house.visitor()
    answers = [await attacker.say(str(number)) for number in range(31)]
    assert [answer.get("error", {}).get("code") for answer in answers] == [None] * 30 + ["too_fast"]


async def test_one_socket_stays_one_visitor(house: House) -> None:
    first, second = await house.visitor(), await house.visitor()
    assert (await first.socket.call("hello", {"token": None}))["visitor"] == first.id
    answer = await first.socket.call("hello", {"token": second.hello["token"]})
    assert answer["error"]["code"] == "another_visitor"


async def test_a_customer_who_does_not_exist_cannot_be_watched(house: House) -> None:
    ana = await house.browser("ana")
    window = _window(house, ana, {"csrf": ana.csrf})
    await window.open()
    for nobody in (str(uuid4()), "x", "\x00", "customer:1", house.ids["ana"]):
        assert (await window.call("watch", {"customer": nobody}))["error"]["code"] == "not_found"
    await window.close()


async def test_a_visitor_hears_neither_notes_nor_others(house: House) -> None:
    rosa, marta, ana = await house.visitor(), await house.visitor(), await house.browser("ana")
    await rosa.say("Hello, I am Rosa")
    await marta.say("Hello, I am Marta")
    customer = await house.customer_of(rosa.id)
    for kind, text in (("note", "between us: difficult"), ("reply", "Hello Rosa")):
        body: dict[str, Any] = {"id": str(uuid4()), "kind": kind, "text": text}
        more = {"channel": house.company.channels["webchat"]} if kind == "reply" else {}
        assert (await ana.ask("POST", f"/customers/{customer}/messages", body | more))[0] == 201
    await rosa.hears("Hello Rosa")
    fresh = await house.visitor(rosa.hello["token"])
    assert "Hello Rosa" in str(fresh.hello)
    assert "between us" not in str([rosa.heard, fresh.hello, marta.heard])
    assert "Rosa" not in str([marta.heard, (await house.visitor(marta.hello["token"])).hello])


async def test_a_token_that_was_changed_is_a_stranger(house: House) -> None:
    rosa, marta = await house.visitor(), await house.visitor()
    await rosa.say("My secret")
    token, other = rosa.hello["token"], marta.hello["token"]
    for forged in (
        token[:-1],
        token + "A",
        rosa.id,
        rosa.id + ".",
        rosa.id + "." + other.partition(".")[2],
        token.upper(),
        " " + token,
        rosa.id.upper() + token[36:],
    ):
        thief = await house.visitor(forged)
        assert thief.id != rosa.id
        assert "My secret" not in str(thief.hello)
        await thief.socket.close()


@pytest.mark.parametrize("forged", ["", "e30.x", "e30." + "0" * 64, "eyJhY2NvdW50IjoiMSJ9." + "0" * 64])
async def test_an_identity_that_the_shop_did_not_sign_proves_nothing(house: House, forged: str) -> None:
    visitor = await house.visitor()
    await visitor.socket.call("hello", {"token": visitor.hello["token"], "identity": forged})
    await visitor.say(
        "I am the boss", proves=[{"kind": "email", "value": "boss@shop.example"}], known=[{"kind": "email", "value": "boss@shop.example"}]
    )
    customer = await house.customer_of(visitor.id)
    kinds = await house.hub.storage.database.rows("SELECT kind FROM identity WHERE customer_id = $1", customer)
    assert [row["kind"] for row in kinds] == ["visitor"]


def _window(house: House, browser: Browser, auth: dict[str, Any], **headers: str) -> Socket:
    return Socket(house.url, "/agent", auth, lambda _: None, {"Cookie": f"hilo_session={browser.cookie}", **headers})
