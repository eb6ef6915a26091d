"""Whatever Twilio does to a call, the class of the error says what happens next."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from connectors.egress import WebEgress
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed
from connectors.twilio_api.refusals import LATER, REPAIRED, STOPPED, WINDOW, WORDS, failure, refusal
from connectors.twilio_api.sending import create
from connectors.twilio_api.transport import EgressHttpClient
from tests.connectors.twilio_api.world import World, outgoing
from tests.source import ROOT

FAULTS = [
    ("429", RateLimited, False),
    ("500", Ambiguous, False),  # nobody can tell it from the next one
    ("500_after", Ambiguous, True),
    ("401", AuthFailed, False),
    ("refuse", Rejected, False),
    ("cut_before", Ambiguous, False),
    ("cut", Ambiguous, True),
    ("garbage", Ambiguous, True),
    ("hang", Ambiguous, True),
]


@pytest.mark.parametrize(("kind", "error", "done"), FAULTS)
async def test_a_fault_while_sending_has_its_class(world: World, kind: str, error: type[ConnectorError], done: bool) -> None:
    channel, _ = await world.sms(timeout_s=0.3 if kind == "hang" else 15.0)
    world.fails(kind, ms=7000 if kind == "429" else 0)
    with pytest.raises(error) as raised:
        await channel.send(outgoing())
    assert type(raised.value) is error
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == 7
    await world.double.webhooks.settled()
    assert bool(world.shown()) is done


@pytest.mark.parametrize("kind", ["500", "cut", "garbage", "429"])
async def test_a_fault_while_asking_leaves_no_doubt(world: World, kind: str) -> None:
    channel, _ = await world.sms()
    world.fails(kind, times=3)
    with pytest.raises(Unavailable):
        [batch async for batch in channel.sweep(0.0)]


async def test_an_address_that_the_operator_has_not_named_is_never_called(world: World) -> None:
    channel, _ = await world.sms(base_url="http://127.0.0.1:9", hook=False)
    with pytest.raises(Rejected) as raised:
        await channel.send(outgoing())
    assert raised.value.code == "forbidden_address"


async def test_a_lost_answer_is_found_again_by_the_callback(world: World) -> None:
    channel, hook = await world.sms()
    world.fails("cut")
    with pytest.raises(Ambiguous):
        await channel.send(outgoing(hook=hook, part=1, parts=2))
    receipt: Any = await hook.event(lambda one: getattr(one, "state", "") == "delivered")
    assert (receipt.message, receipt.part) == (outgoing().id, 1)
    assert receipt.external_id == world.shown()[0].id


def test_a_full_queue_waits_longer_than_a_burst() -> None:
    waits = [refusal(400, {"code": code, "message": ""}) for code in (20429, 21611, 63038)]
    assert [one.retry_after for one in waits if isinstance(one, RateLimited)] == [5.0, 60.0, 3600.0]


def test_every_known_code_has_a_word_and_is_final() -> None:
    for code, word in WORDS.items():
        found = refusal(400, {"code": code, "message": "no"})
        assert (type(found), found.code) == (Rejected, word)
        assert failure(str(code), "no") == f"{word}: {code} no"


DICTIONARY: dict[str, str] = json.loads((Path(__file__).parent / "recorded" / "dictionary.json").read_text())
"""Twilio's own titles: https://www.twilio.com/docs/api/errors."""


def test_every_code_that_we_know_stands_in_twilio_s_dictionary() -> None:
    assert {int(code) for code in DICTIONARY} == {*WORDS, *LATER, *STOPPED, *WINDOW, *REPAIRED}
    assert not WORDS.keys() & {*LATER, *STOPPED, *WINDOW, *REPAIRED}


@pytest.mark.parametrize(
    ("code", "title", "word"),
    [
        (21610, "unsubscribed", "opted_out"),
        (30007, "filtered", "filtered"),
        (30034, "Unregistered Number", "sender_not_registered"),
        (63014, "blocked by user", "blocked"),
        (63022, "vname certificate", "sender_not_registered"),
        (63026, "flagged as spam", "filtered"),
        (63031, "same 'From' and 'To'", "same_number"),
        (63033, "opted out", "opted_out"),
        (63034, "exceeds size limit", "too_large"),
        (63042, "Template disabled", "template"),
        (63050, "Opted Out", "opted_out"),
        (63051, "Locked", "account_locked"),
        (30002, "suspended", "account_locked"),
        (30454, "exceeded the messages limit", "rate_limited"),
        (63119, "rate limit", "rate_limited"),
        (63016, "Outside messaging window", "window_closed"),
    ],
)
def test_what_twilio_calls_it_is_what_the_agent_reads(code: int, title: str, word: str) -> None:
    assert title in DICTIONARY[str(code)]
    assert failure(str(code)).split(":")[0] == word


@pytest.mark.parametrize("code", [30008, 30410, 63009, 63012, 63023, 12345])
def test_what_says_nothing_of_the_message_is_shown_as_twilio_says_it(code: int) -> None:
    assert failure(str(code), "words") == f"provider: {code} words"


RAISED = {
    "account_locked",
    "credentials",
    "rate_limited",
    "invalid_number",
    "no_link",
    "no_reply_possible",
    "file_gone",
    "unknown_template",
    "window_closed",
}


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_console_has_a_sentence_for_every_word(language: str) -> None:
    known = json.loads((ROOT / "agent_ui" / "messages" / f"{language}.json").read_text(encoding="utf-8"))
    assert {word for word in {*WORDS.values(), *RAISED} if f"undelivered_{word}" not in known} == set()


@pytest.mark.parametrize(
    ("status", "said", "error", "code"),
    [
        (400, {"code": 63016, "message": "outside"}, WindowClosed, "window_closed"),
        (400, {"code": 21611, "message": "queue full"}, RateLimited, "rate_limited"),
        (400, {"code": 21730, "message": "maintenance"}, Unavailable, "provider"),
        (403, {"code": 63112, "message": "disabled"}, AuthFailed, "account_locked"),
        (403, {"code": 20010, "message": "disabled"}, AuthFailed, "account_locked"),
        (401, {"code": 20003, "message": "Authenticate"}, AuthFailed, "credentials"),
        (403, {"code": 20403, "message": "forbidden"}, AuthFailed, "forbidden"),
        (404, {"code": 20404, "message": "not found"}, Rejected, "not_found"),
        (400, {"type": "x", "title": "Bad", "detail": "because", "status": 400, "code": 20001}, Rejected, "provider"),
        (400, None, Rejected, "provider"),
        (400, ["?"], Rejected, "provider"),
        (400, {"code": True, "message": None}, Rejected, "provider"),
    ],
)
def test_a_refusal_has_its_class(status: int, said: Any, error: type[ConnectorError], code: str) -> None:
    found = refusal(status, said)
    assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    ("code", "told"), [("", "provider"), ("²", "provider: ²"), ("99999", "provider: 99999"), ("63018", "rate_limited: 63018")]
)
def test_a_failure_without_a_known_code_is_told_all_the_same(code: str, told: str) -> None:
    assert failure(code) == told


@pytest.mark.parametrize("said", [{}, {"sid": None}, {"status": "queued"}])
async def test_a_message_that_was_taken_without_an_id_is_in_doubt(said: dict[str, Any]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps(said).encode()
        writer.write(b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with WebEgress(named=[place]) as egress:
            client = Client("AC" + "0" * 32, "token", http_client=EgressHttpClient(egress))
            client.api.base_url = f"http://{place}"
            with pytest.raises(Ambiguous):
                await create(client, {"to": "+34600000000", "from_": "+34600000001", "body": "Hola"})
