"""When something last came in on a channel is written down."""

import asyncio

from hub.inbound.arrivals import Arrivals
from tests.inbound.scene import Entrance
from tests.rig.waiting import eventually


async def test_a_channel_on_which_something_came_in_says_when(entrance: Entrance) -> None:
    arrivals = Arrivals(entrance.database)
    writing = asyncio.create_task(arrivals.run())
    sql = "SELECT last_in_at > now() - interval '1 minute' FROM channel_state WHERE channel_id = $1"
    assert not await entrance.database.value(sql, entrance.channel.id)
    arrivals.note([entrance.channel.id])
    assert await eventually(lambda: entrance.database.value(sql, entrance.channel.id), what="the channel says when")
    writing.cancel()
