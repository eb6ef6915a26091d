"""What every rig begins with: a durable PostgreSQL for the session."""

from collections.abc import AsyncIterator

import pytest

from tests.rig.postgres import RigPostgres


@pytest.fixture(scope="session")
async def rig_postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RigPostgres]:
    """Commits wait for the disk here. A rig that kills it starts it again."""
    async with RigPostgres(tmp_path_factory.mktemp("rig") / "postgres") as server:
        yield server
