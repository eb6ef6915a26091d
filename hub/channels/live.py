"""What colleagues' sockets hear of channels: their tiles, whenever something about one changed."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from uuid import UUID

from hub.channels.shapes import ChannelTile
from hub.kernel.ledger import EventRow
from hub.kernel.push import EVERYBODY, SUPERVISORS, Projection, Push

AT_ONCE = ("channel.created", "channel.changed", "channel.state", "channel.first_arrival")
BY_AND_BY = ("message.created", "message.changed", "delivery.quarantined")
"""What moves the figures of a tile: told to those who look after channels, a little later."""


class ChannelsLive:
    """Tells of channels. `tiles`: the tiles of some channels, archived ones too."""

    def __init__(self, tiles: Callable[[Iterable[UUID]], Awaitable[list[ChannelTile]]]) -> None:
        self._tiles = tiles

    def projections(self) -> Mapping[str, Projection]:
        """Event type -> projection."""
        return dict.fromkeys(AT_ONCE, self._everybody)

    def unhurried(self) -> Mapping[str, Projection]:
        """The same, gathered."""
        return dict.fromkeys(BY_AND_BY, self._supervisors)

    async def arrived(self, channels: Iterable[UUID], push: Callable[[str, ChannelTile, list[str]], Awaitable[None]]) -> None:
        """When something last came in on these is written down now: that is no event of the ledger, so it passes."""
        for tile in await self._tiles(channels):
            await push("channel.changed", tile, [SUPERVISORS])

    async def _everybody(self, events: Sequence[EventRow]) -> list[Push]:
        return await self._pushes(events, EVERYBODY)

    async def _supervisors(self, events: Sequence[EventRow]) -> list[Push]:
        return await self._pushes(events, SUPERVISORS)

    async def _pushes(self, events: Sequence[EventRow], room: str) -> list[Push]:
        """One push a channel, at the place of its last event."""
        last = {event.channel: event for event in events if event.channel is not None}
        if not last:
            return []
        tiles = {tile.id: tile for tile in await self._tiles([UUID(str(one)) for one in last])}
        return [
            Push("channel.changed", tiles[str(id_)], frozenset({room}), event.position, event.at)
            for id_, event in last.items()
            if str(id_) in tiles
        ]
