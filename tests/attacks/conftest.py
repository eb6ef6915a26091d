"""One house for all attacks; each brings its own people, so that none meets another's traces."""

from collections.abc import AsyncIterator

import pytest

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from tests.attacks.house import House, lived_in


@pytest.fixture(scope="session")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A whole hub that answers."""
    postgres.create_database("attacks")
    url = postgres.url("attacks")
    await migrate(url)
    async with lived_in(url, tmp_path_factory.mktemp("attacks")) as opened:
        yield opened
