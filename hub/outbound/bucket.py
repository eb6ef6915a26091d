"""How many calls a provider allows: a bucket that fills at its rate."""

import asyncio
from collections.abc import Callable


class Bucket:
    """Holds at most one second's worth of calls. `rate` in calls a second, 0 for no limit; `clock` in seconds."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._most = max(1.0, rate)
        self._left = self._most
        self._at = clock()

    @property
    def room(self) -> int:
        """Calls that may be made now."""
        if not self._rate:
            return 1_000_000
        now = self._clock()
        self._left, self._at = min(self._most, self._left + (now - self._at) * self._rate), now
        return max(0, int(self._left))

    @property
    def wait_s(self) -> float:
        """Seconds until the next call may be made."""
        return 0.0 if self.room else (1 - self._left) / self._rate

    def take(self) -> None:
        """One call is made; the bucket may owe it for a while."""
        self._left -= 1 if self._rate else 0

    async def turn(self) -> None:
        """Take a call, and wait until it may be made."""
        wait = self.wait_s if self.room < 1 else 0.0
        self.take()
        await asyncio.sleep(wait)
