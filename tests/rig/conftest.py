"""What every rig begins with: a durable PostgreSQL for the session."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rig.postgres import RigPostgres


@pytest.fixture(scope="session")
async def rig_postgres() -> AsyncIterator[RigPostgres]:
    """Commits wait for the disk here. A rig that kills it starts it again. (Every start of pytest closes its own folder to other users.)"""
    with tempfile.TemporaryDirectory(prefix="hilo-rig-") as folder:
        async with RigPostgres(Path(folder) / "postgres") as server:
            yield server
