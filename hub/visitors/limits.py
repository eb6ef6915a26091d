"""How much strangers may do here: new visitors and bytes per network address and hour, and bytes sent up that no message uses yet."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from hub.errors import TooMany
from hub.kernel.database import Database
from hub.kernel.proxies import Proxies, subscriber
from hub.kernel.rate import Rate
from hub.settings import VisitorSection
from hub.visitors.desk import QUERIES, uploader

MEGABYTE = 1024 * 1024
HOUR_S = 3600.0
SMALLEST = 65536
"""The least that a file counts: rows cost something too."""


class VisitorLimits:
    """Asked before a new visitor gets a token, and before a file is let in."""

    def __init__(self, database: Database, proxies: Proxies, settings: VisitorSection) -> None:
        self._database = database
        self._proxies = proxies
        self._newcomers = Rate(settings.new_per_address, HOUR_S)
        self._bytes = Rate(settings.upload_megabytes_per_address * MEGABYTE, HOUR_S)
        self._each = settings.unused_megabytes_each * MEGABYTE
        self._all = settings.unused_megabytes * MEGABYTE
        self._coming: Counter[str] = Counter()

    def address(self, request: web.Request) -> str:
        """Where a visitor comes from, as it counts here."""
        return subscriber(self._proxies.address(request))

    def newcomer(self, address: str) -> None:
        """Somebody without a token says hello. Raises TooMany."""
        _take(self._newcomers, address, 1)

    @asynccontextmanager
    async def room(self, visitor: str, address: str, size: int) -> AsyncIterator[None]:
        """Room for a file of at most `size` bytes while it comes; its row counts from then on. Raises TooMany."""
        size = max(size, SMALLEST)
        _take(self._bytes, address, size)
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


def _take(rate: Rate, address: str, amount: int) -> None:
    if wait := rate.take(address, amount):
        raise TooMany("too_many", "too much came from this network address; try again later", retry_after=wait)
