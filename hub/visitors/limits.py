"""How much strangers may do here: new visitors and bytes per network address and hour, and bytes sent up that no message uses yet."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from hub.errors import TooMany
from hub.kernel.database import Database
from hub.kernel.proxies import Proxies, subscriber
from hub.settings import VisitorSection
from hub.visitors.desk import QUERIES, uploader

MEGABYTE = 1024 * 1024
HOUR_S = 3600.0
SMALLEST = 65536
"""The least that a file counts: rows cost something too."""
MOST_KEYS = 20_000
"""Above this many addresses those that have sunk to nothing are forgotten."""


class Rate:
    """A level per key that each use raises and that sinks to nothing within an hour. One node's own; pure but for the clock."""

    def __init__(self, per_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_hour = per_hour
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str, amount: int) -> None:
        """Use `amount`. Raises TooMany with the seconds to wait, and takes nothing then."""
        level = self._level(key) + amount
        if level > self._per_hour:
            wait = (level - self._per_hour) / self._per_hour * HOUR_S
            raise TooMany("too_many", "too much came from this network address; try again later", retry_after=wait)
        if len(self._levels) > MOST_KEYS:
            self._levels = {one: kept for one, kept in self._levels.items() if self._level(one) > 0}
        self._levels[key] = (level, self._clock())

    def _level(self, key: str) -> float:
        level, at = self._levels.get(key, (0.0, 0.0))
        return max(0.0, level - (self._clock() - at) / HOUR_S * self._per_hour)


class VisitorLimits:
    """Asked before a new visitor gets a token, and before a file is let in."""

    def __init__(self, database: Database, proxies: Proxies, settings: VisitorSection) -> None:
        self._database = database
        self._proxies = proxies
        self._newcomers = Rate(settings.new_per_address)
        self._bytes = Rate(settings.upload_megabytes_per_address * MEGABYTE)
        self._each = settings.unused_megabytes_each * MEGABYTE
        self._all = settings.unused_megabytes * MEGABYTE
        self._coming: Counter[str] = Counter()

    def address(self, request: web.Request) -> str:
        """Where a visitor comes from, as it counts here."""
        return subscriber(self._proxies.address(request))

    def newcomer(self, address: str) -> None:
        """Somebody without a token says hello. Raises TooMany."""
        self._newcomers.take(address, 1)

    @asynccontextmanager
    async def room(self, visitor: str, address: str, size: int) -> AsyncIterator[None]:
        """Room for a file of at most `size` bytes while it comes; its row counts from then on. Raises TooMany."""
        size = max(size, SMALLEST)
        self._bytes.take(address, size)
        self._coming[visitor] += size
        mine, everybodys = self._coming[visitor], self._coming.total()  # before the look at the rows: whoever comes later counts us
        try:
            row = await self._database.row(QUERIES.unused, uploader(visitor), SMALLEST)
            if row and (mine + row["mine"] > self._each or everybodys + row["everybodys"] > self._all):
                raise TooMany("no_room", "too many files wait to be sent with a message; send them, or try again later", retry_after=HOUR_S)
            yield
        finally:
            self._coming[visitor] -= size
            if not self._coming[visitor]:
                del self._coming[visitor]
