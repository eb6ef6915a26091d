"""What every rig begins with: a durable PostgreSQL for the session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rig.counts import LONG
from tests.rig.postgres import RigPostgres, private_postgres

LONG_S = 1800


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The full counts take their time."""
    if LONG:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.timeout(LONG_S))


@pytest.fixture(scope="session")
async def rig_postgres() -> AsyncIterator[RigPostgres]:
    """Commits wait for the disk here. A rig that kills it starts it again."""
    async with private_postgres() as server:
        yield server
