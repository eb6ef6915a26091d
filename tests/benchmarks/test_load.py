"""The load program counts only what went all the way."""

from collections.abc import AsyncIterator

import pytest

from benchmarks import load
from benchmarks.bare import bare_server, deliveries, listening, prepare, rate
from benchmarks.load import Arrivals, LoadError, delivery, flood, key_of, pace, text
from hub.kernel.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
async def address(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A running bare pipeline."""
    await prepare(postgres)
    async with bare_server(postgres.url("bare")) as running:
        yield running


def test_a_text_has_150_characters_and_gives_its_key_back() -> None:
    assert len(text("abc")) == 150
    assert key_of(text("abc")) == "abc"


async def test_messages_are_counted_when_they_reach_the_socket(address: str) -> None:
    assert await rate(address, 100) > 0


async def test_a_steady_rate_gives_one_time_per_message(address: str) -> None:
    arrivals = Arrivals(20)
    async with listening(address, arrivals):
        times = await pace(address, deliveries(f"{address}/hook", 20), arrivals, 200)
    assert len(times) == 20
    assert min(times) > 0


async def test_a_refused_message_gives_no_figure(address: str) -> None:
    forged = delivery(f"{address}/hook", b"not the secret", "key", b"{}")
    with pytest.raises(ExceptionGroup) as caught:
        await flood(address, [forged], Arrivals(1))
    assert caught.group_contains(LoadError, match="401")


async def test_a_message_that_never_reaches_the_socket_gives_no_figure(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE_S", 0.2)
    with pytest.raises(LoadError, match="of 3 messages 0 reached the socket"):
        await flood(address, deliveries(f"{address}/hook", 3), Arrivals(3))
