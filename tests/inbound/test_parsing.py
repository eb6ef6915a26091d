"""What waits together is read together; whatever one of it does, the others are read."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.contract import Delivery, Message, Surroundings
from connectors.errors import MalformedPayload
from hub.inbound import parsing
from hub.inbound.parsing import Parsers

SETTINGS = {"address": "support@demo.example", "relay_host": "127.0.0.1", "relay_tls": "none", "listen_port": 2525}
SURROUNDINGS = Surroundings("a channel", "http://127.0.0.1", bytes(32))


@pytest.fixture(scope="module")
async def parsers() -> AsyncIterator[Parsers]:
    async with Parsers("") as running:
        yield running


def mail(number: int, sender: str = "From: rosa@shop.example\r\n") -> Delivery:
    return Delivery("mail", str(number), f"{sender}Subject: {number}\r\nMessage-ID: <{number}@x>\r\n\r\nHola".encode())


async def read(parsers: Parsers, *deliveries: Delivery) -> list[str]:
    """The subject of each, or the kind of its error."""
    given = (parsers.parse("email", SETTINGS, SURROUNDINGS, one) for one in deliveries)
    results = await asyncio.gather(*given, return_exceptions=True)
    return [_word(one) for one in results]


def _word(result: object) -> str:
    if not isinstance(result, list):
        return type(result).__name__
    (event,) = result
    assert isinstance(event, Message)
    return event.subject


async def test_each_gets_its_own_answer(parsers: Parsers) -> None:
    assert await read(parsers, *map(mail, range(40))) == [str(number) for number in range(40)]


async def test_one_that_cannot_be_read_says_so_alone(parsers: Parsers) -> None:
    words = await read(parsers, mail(1), mail(2, sender=""), mail(3))
    assert words == ["1", MalformedPayload.__name__, "3"]


async def test_those_that_take_too_long_together_are_read_one_by_one(parsers: Parsers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "TOGETHER_S", 0.0001)
    assert await read(parsers, *map(mail, range(5))) == [str(number) for number in range(5)]


async def test_settings_that_nobody_can_read_are_told_to_everybody(parsers: Parsers) -> None:
    results = await asyncio.gather(*(parsers.parse("email", {}, SURROUNDINGS, mail(n)) for n in range(3)), return_exceptions=True)
    assert ["address" in str(one) for one in results] == [True, True, True]
