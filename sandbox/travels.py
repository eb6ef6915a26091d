"""What has travelled between the pretend world and the hub, and who is told of it as it happens."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

KEPT = 200
BACKLOG = 100


@dataclass(frozen=True, slots=True)
class Travel:
    """One delivery. `direction` as the hub sees it; `took_ms` from the first byte to the answer."""

    at: str
    direction: Literal["in", "out"]
    channel: Literal["email", "webchat"]
    what: str
    where: str
    answer: str
    failed: bool
    took_ms: float

    def described(self) -> dict[str, object]:
        return asdict(self)


def now() -> str:
    """ISO-8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Travels:
    """The last deliveries, newest last."""

    def __init__(self) -> None:
        self._kept: deque[Travel] = deque(maxlen=KEPT)
        self._watchers: set[asyncio.Queue[Travel | None]] = set()

    def add(self, travel: Travel) -> None:
        self._kept.append(travel)
        self._tell(travel)

    def close(self) -> None:
        """Nothing travels any more: whoever watches gets None."""
        self._tell(None)

    def _tell(self, travel: Travel | None) -> None:
        for watcher in self._watchers:
            if not watcher.full():
                watcher.put_nowait(travel)

    def all(self) -> list[Travel]:
        return list(self._kept)

    @contextmanager
    def watched(self) -> Iterator[asyncio.Queue[Travel | None]]:
        """A queue of what travels from now on, None at the end. A watcher that does not read misses what comes after a hundred."""
        watcher: asyncio.Queue[Travel | None] = asyncio.Queue(BACKLOG)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
