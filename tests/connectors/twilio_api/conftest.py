"""The pretend Twilio, fresh for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.connectors.twilio_api.world import World, opened


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The pretend Twilio on a port of its own."""
    async with opened() as one:
        yield one
