"""Webhooks that nobody of ours sent, and secrets that must not be found anywhere."""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from connectors.http.connector import signature
from tests.attacks.house import House
from tests.people.conftest import PASSWORD
from tests.rig.company import SECRET
from tests.rig.waiting import eventually
from tests.rig.webhooks import body_of, message


def _signed(body: bytes, secret: str = SECRET, at: str = "") -> dict[str, str]:
    at = at or str(int(time.time()))
    return {"X-Hilo-Timestamp": at, "X-Hilo-Signature": signature(secret, at, body)}


BODY = body_of([message("intruder", "forged")])
REFUSED: dict[str, tuple[bytes, dict[str, str]]] = {
    "no signature": (BODY, {}),
    "a signature without a time": (BODY, {"X-Hilo-Signature": signature(SECRET, "", BODY)}),
    "another secret": (BODY, _signed(BODY, "another")),
    "no secret": (BODY, _signed(BODY, "")),
    "one byte more": (BODY + b" ", _signed(BODY)),
    "one letter changed": (BODY.replace(b"forged", b"forgeD"), _signed(BODY)),
    "an hour old": (BODY, _signed(BODY, at=str(int(time.time()) - 3600))),
    "an hour ahead": (BODY, _signed(BODY, at=str(int(time.time()) + 3600))),
    "another time": (BODY, _signed(BODY) | {"X-Hilo-Timestamp": str(int(time.time()) - 1)}),
    "a time that is no number": (BODY, _signed(BODY, at="1e9")),
    "a time of many digits": (BODY, _signed(BODY, at="9" * 5000)),
    "digits of another script": (BODY, {"X-Hilo-Timestamp": "٣", "X-Hilo-Signature": "x"}),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_webhook_without_the_right_signature_is_refused_and_not_kept(house: House, name: str) -> None:
    body, headers = REFUSED[name]
    before = await house.hub.storage.database.value("SELECT count(*) FROM delivery")
    assert await _post(house, house.company.hook, body, headers) == 403
    assert await house.hub.storage.database.value("SELECT count(*) FROM delivery") == before


async def test_the_right_signature_is_taken(house: House) -> None:
    body = body_of([message(f"friend{uuid4().hex[:6]}", f"true {uuid4()}")])
    assert await _post(house, house.company.hook, body, _signed(body)) == 200


@pytest.mark.parametrize("hook", ["x", "%00", "0" * 64, "' OR 1=1"])
async def test_an_unknown_hook_is_not_there(house: House, hook: str) -> None:
    assert await _post(house, hook, BODY, _signed(BODY)) == 404


async def test_the_hook_of_a_chat_takes_no_webhooks(house: House) -> None:
    assert await _post(house, house.company.bubble, BODY, _signed(BODY)) == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_only_post_is_taken(house: House, method: str) -> None:
    async with (
        aiohttp.ClientSession() as client,
        client.request(method, f"{house.url}/hooks/{house.company.hook}", headers=_signed(b"")) as answer,
    ):
        assert answer.status == 405


@pytest.mark.parametrize("in_pieces", [False, True], ids=["at once", "in pieces"])
async def test_a_webhook_that_is_too_large_is_refused(house: House, in_pieces: bool) -> None:
    large = b"x" * (4 * 1024 * 1024 + 1)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    sent = pieces() if in_pieces else io.BytesIO(large)
    assert await _post(house, house.company.hook, sent, _signed(large)) == 413


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
async def test_a_webhook_that_drips_is_sent_away_and_not_kept(house: House, monkeypatch: pytest.MonkeyPatch, signed: bool) -> None:
    monkeypatch.setattr("hub.kernel.web.BODY_S", 0.3)
    before = await house.hub.storage.database.value("SELECT count(*) FROM delivery")
    gone = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield BODY[:-1]
        await gone.wait()
        yield BODY[-1:]

    asking = asyncio.ensure_future(_post(house, house.company.hook, drip(), _signed(BODY) if signed else {}))
    assert await asyncio.wait_for(asking, 10) == 408
    gone.set()
    assert await house.hub.storage.database.value("SELECT count(*) FROM delivery") == before


async def test_a_delivery_that_was_overheard_and_is_repeated_changes_nothing(house: House) -> None:
    sender = f"heard{uuid4().hex[:6]}"
    body = body_of([message(sender, "once"), {"type": "consent", "from": {"kind": "account", "value": sender}, "given": False}])
    signed = _signed(body)
    assert await _post(house, house.company.hook, body, signed) == 200
    customer = await house.customer_of(sender)
    before = await house.hub.storage.database.value("SELECT count(*) FROM delivery")
    for name in ("", "another", "one more"):
        assert await _post(house, house.company.hook, body, {**signed, "X-Hilo-Delivery": name, "Content-Type": "text/plain"}) == 200
    assert await house.hub.storage.database.value("SELECT count(*) FROM delivery") == before
    assert [one["text"] for one in await house.thread(customer, await house.browser("olga"))] == ["once"]


async def test_other_words_under_the_same_id_make_no_second_message(house: House) -> None:
    sender, id_ = f"twice{uuid4().hex[:6]}", uuid4().hex
    for text in ("the first words", "other words"):
        body = body_of([message(sender, text, id_)])
        assert await _post(house, house.company.hook, body, _signed(body)) == 200
    last = body_of([message(sender, "the end")])
    assert await _post(house, house.company.hook, last, _signed(last)) == 200
    customer, olga = await house.customer_of(sender), await house.browser("olga")
    said = await eventually(lambda: _thread_to(house, customer, olga, "the end"), what="the last message is in the thread")
    assert said == ["the first words", "the end"]


async def _thread_to(house: House, customer: str, reader: Any, last: str) -> list[str] | None:
    said = [one["text"] for one in await house.thread(customer, reader)]
    return said if last in said else None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"events": 1}', b"[" * 100_000, b'{"events": [' + b"[" * 50_000])
async def test_a_signed_webhook_that_cannot_be_read_is_set_aside(house: House, body: bytes) -> None:
    body += b" " * (uuid4().int % 1000)
    assert await _post(house, house.company.hook, body, _signed(body)) == 200


@pytest.mark.parametrize("field", ["text", "id", "name", "value", "kind"])
async def test_a_signed_webhook_with_characters_that_cannot_be_kept_does_no_harm(house: House, field: str) -> None:
    body = body_of([message(f"odd{uuid4().hex[:6]}", "REPLACE")])
    for evil in (b"\\u0000", b"\\ud800", b"\\u202e"):
        spoiled = body.replace(b"REPLACE", uuid4().hex.encode() + evil) if field == "text" else _spoil(body, field, evil)
        assert await _post(house, house.company.hook, spoiled, _signed(spoiled)) == 200
    good, mark = f"good{uuid4().hex[:8]}", f"still here {uuid4()}"
    body = body_of([message(good, mark)])
    assert await _post(house, house.company.hook, body, _signed(body)) == 200
    await house.customer_of(good)


def _spoil(body: bytes, field: str, evil: bytes) -> bytes:
    name = f'"{field}": "'.encode()
    return body.replace(name, name + uuid4().hex.encode() + evil)


async def test_no_answer_and_no_line_of_the_log_holds_a_secret(house: House) -> None:
    olga, words = await house.browser("olga"), f"private words {uuid4()}"
    visitor = await house.visitor()
    await visitor.say(words)
    customer = await house.customer_of(visitor.id)
    paths = (
        "/channels",
        "/agents",
        "/session",
        "/tokens",
        "/audit?limit=200",
        "/quarantine",
        "/customers",
        "/work",
        "/openapi.json",
        "/me/preferences",
    )
    answers = [str(await olga.ask("GET", path)) for path in (*paths, f"/customers/{customer}")]
    secrets = [SECRET, PASSWORD, house.password_hash, house.company.tokens["ana"], str(olga.cookie)]
    assert [secret for secret in secrets for answer in answers if secret in answer] == []
    log = "\n".join(house.log.lines)
    assert log
    assert [secret for secret in (*secrets, words, str(olga.csrf), visitor.hello["token"], "forged", "my order") if secret in log] == []


async def _post(house: House, hook: str, body: Any, headers: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as client, client.post(f"{house.url}/hooks/{hook}", data=body, headers=headers) as answer:
        await answer.read()
        return answer.status
