"""The pretend Telegram, new for every test."""

from collections.abc import AsyncIterator

import pytest

from tests.connectors.telegram.world import World, opened


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as one:
        yield one
