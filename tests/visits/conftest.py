"""A whole hub with a counter."""

from collections.abc import AsyncIterator

import pytest

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from tests.attacks.house import House, lived_in
from tests.rig.waiting import eventually


async def open_counter(house: House, name: str) -> str:
    """One more counter, once it is open."""
    made = await house.hub.channels.add("counter", name, {})
    house.hub.supervisor.changed()
    await eventually(lambda: _is_open(house, made.id), what=f"{name} is open")
    return str(made.id)


async def _is_open(house: House, channel: object) -> bool:
    return channel in house.hub.supervisor.open


@pytest.fixture(scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A whole hub that answers, with the counter of the shop."""
    postgres.create_database("visits")
    url = postgres.url("visits")
    await migrate(url)
    async with lived_in(url, tmp_path_factory.mktemp("visits")) as opened:
        await open_counter(opened, "Shop")
        yield opened
