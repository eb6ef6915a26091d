"""A floor without a router, and one with it."""

from collections.abc import AsyncIterator

import pytest

from hub.kernel.database import Database
from tests.work.scene import Floor


@pytest.fixture
async def quiet(database: Database) -> AsyncIterator[Floor]:
    """The ledger moves; the test starts a router when it wants one."""
    async with Floor(database).publishing() as floor:
        yield floor


@pytest.fixture
async def floor(quiet: Floor) -> AsyncIterator[Floor]:
    """Everything runs."""
    async with quiet.routing():
        yield quiet
