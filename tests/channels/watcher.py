"""An admin's socket that keeps the newest tile of each channel, and waits until one is as a test wants it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.attacks.house import House
from tests.rig.sockets import Socket


class Watcher:
    """What was told of channels."""

    def __init__(self) -> None:
        self.tiles: dict[str, dict[str, Any]] = {}
        self._changed = asyncio.Event()

    def hear(self, event: dict[str, Any]) -> None:
        """One event of the socket."""
        if event["type"] == "channel.changed":
            self.tiles[event["data"]["id"]] = event["data"]
            self._changed.set()

    async def sees(self, channel: str, as_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The tile of a channel, once it is as wanted."""
        try:
            async with asyncio.timeout(10):
                while channel not in self.tiles or not as_wanted(self.tiles[channel]):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"the tile never was as wanted; the last one: {self.tiles.get(channel)}") from None
        return self.tiles[channel]


@asynccontextmanager
async def watching(house: House, who: str = "olga") -> AsyncIterator[Watcher]:
    """Somebody's socket, registered."""
    watcher = Watcher()
    token = (await house.hub.people.tokens.issue(house.ids[who], "watching")).token
    socket = Socket(house.url, "/agent", {"token": token}, watcher.hear)
    await socket.open()
    try:
        await socket.call("register", {"position": None})
        yield watcher
    finally:
        await socket.close()
