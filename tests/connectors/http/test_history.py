"""A system that has a history is asked what was missed, and what became of messages."""

import pytest

from connectors.contract import Receipt, Surroundings, Sweeps, Traces
from connectors.errors import AuthFailed, Unavailable
from connectors.http.connector import HttpWithHistory, Settings, build
from connectors.http.history import PAGES
from connectors.settings import InvalidSettings
from tests.connectors.http.world import NOW, SECRET, channel, message, opened, request


async def test_what_was_missed_comes_page_by_page_with_the_ids_of_the_webhooks() -> None:
    async with opened(history=True) as (shop, http):
        assert isinstance(http, HttpWithHistory)
        shop.pages = [{"events": [message("1"), message("2")], "next": "p2"}, {"events": [message("3")]}]
        found = [one for batch in [batch async for batch in http.sweep(NOW)] for one in batch.deliveries]
    assert [(one["since"], one["after"]) for one in map(shop.said, range(2))] == [(NOW, ""), (NOW, "p2")]
    assert found == list(channel().receive(request(message("1"), message("2"), message("3"))).deliveries)


async def test_what_became_of_messages_is_told_in_receipts() -> None:
    async with opened(history=True) as (shop, http):
        assert isinstance(http, HttpWithHistory)
        shop.answer = {"events": [{"type": "receipt", "id": "shop-9", "state": "delivered"}]}
        (one,) = await http.trace(["shop-9", "shop-10"])
        assert shop.said() == {"type": "trace", "ids": ["shop-9", "shop-10"]}
        assert http.parse(one) == [Receipt("delivered", external_id="shop-9")]


async def test_a_history_without_end_is_given_up() -> None:
    async with opened(history=True) as (shop, http):
        assert isinstance(http, HttpWithHistory)
        shop.answer = {"events": [], "next": "again"}
        with pytest.raises(Unavailable, match="no end"):
            assert [one async for one in http.sweep(NOW)]
    assert len(shop.got) == PAGES


@pytest.mark.parametrize(("status", "answer", "error"), [(200, {}, Unavailable), (500, {}, Unavailable), (401, {}, AuthFailed)])
async def test_what_cannot_be_had_is_not_taken_for_nothing(status: int, answer: dict[str, str], error: type[Exception]) -> None:
    async with opened(history=True) as (shop, http):
        assert isinstance(http, HttpWithHistory)
        shop.status, shop.answer = status, answer
        with pytest.raises(error):
            await http.trace(["shop-9"])


async def test_the_check_asks_for_the_fate_of_no_message() -> None:
    async with opened(history=True) as (shop, http):
        ping, history = await http.check()
        assert (ping.ok, history.ok, shop.said()) == (True, False, {"type": "trace", "ids": []})
        assert "switch that off" in history.todo["en"]
        shop.answer = {"events": []}
        assert [step.ok for step in await http.check()] == [True, True]


def test_a_system_without_a_history_is_not_asked() -> None:
    alone = build(Settings(secret=SECRET, url="https://shop.example/hilo"), Surroundings("a", "", bytes(32)))
    assert not isinstance(alone, Sweeps)
    assert not isinstance(alone, Traces)


def test_a_history_needs_somebody_to_ask() -> None:
    with pytest.raises(InvalidSettings, match="history"):
        build(Settings(secret=SECRET, history=True), Surroundings("a", "", bytes(32)))
