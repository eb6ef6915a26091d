"""What tests of the way in begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.kernel.database import Database
from tests.inbound.scene import Entrance, open_entrance


@pytest.fixture
async def entrance(database: Database, tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(database, tmp_path) as opened:
        yield opened
