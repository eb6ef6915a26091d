"""The figures of a whole hub come from messages that went all the way."""

from collections.abc import AsyncIterator

import pytest

from benchmarks import intake, offers, resources
from benchmarks.hub import Company, Running, company, running, signed_in
from benchmarks.load import LoadError

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
async def made() -> AsyncIterator[Company]:
    """A data folder with a company."""
    async with company() as one:
        yield one


@pytest.fixture(scope="module")
async def hub(made: Company) -> AsyncIterator[Running]:
    """A hub on it."""
    async with running(made.folder, "serve") as one:
        yield one


async def test_every_webhook_is_seen_at_the_supervisors_socket(made: Company, hub: Running) -> None:
    assert await intake.rate(made, hub, 60) > 0


async def test_each_message_at_a_steady_rate_has_its_time(made: Company, hub: Running) -> None:
    times = await intake.lateness(made, hub, 10)
    assert len(times) == 10 * intake.PACED_S
    assert min(times) > 0


async def test_a_new_customers_message_is_offered(made: Company, hub: Running) -> None:
    times = await offers.offer_times(made, hub, 3)
    assert len(times) == 3
    assert min(times) > 0


async def test_sockets_take_memory(hub: Running) -> None:
    assert await resources.with_sockets(hub) > resources.memory(hub) / 2 > 0


async def test_a_wrong_word_on_the_command_line_gives_no_figure(made: Company) -> None:
    with pytest.raises(LoadError, match="ended without an address"):
        async with running(made.folder, "nonsense"):
            pass


async def test_a_refused_call_gives_no_figure(hub: Running) -> None:
    with pytest.raises(LoadError, match="401"):
        async with signed_in(hub.address, "nobody@demo.example"):
            pass
