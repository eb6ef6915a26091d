"""When something last came in on a channel is written down."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from hub.inbound.arrivals import Arrivals
from tests.inbound.scene import Entrance

SAYS = "SELECT last_in_at > now() - interval '1 minute' FROM channel_state WHERE channel_id = $1"


async def test_a_channel_on_which_something_came_in_says_when_and_that_is_told_once_it_is_written(entrance: Entrance) -> None:
    told: asyncio.Queue[tuple[list[UUID], bool]] = asyncio.Queue()

    async def tell(channels: Iterable[UUID]) -> None:
        told.put_nowait((list(channels), await entrance.database.value(SAYS, entrance.channel.id)))

    assert not await entrance.database.value(SAYS, entrance.channel.id)
    arrivals = Arrivals(entrance.database, tell)
    writing = asyncio.create_task(arrivals.run())
    arrivals.note([entrance.channel.id])
    async with asyncio.timeout(15):
        assert await told.get() == ([entrance.channel.id], True)
    writing.cancel()
