"""How much somebody may do in a stretch of time: a level per key that each use raises and that sinks by itself. Pure but for the clock."""

import time
from collections.abc import Callable

MOST_KEYS = 20_000
"""Above this many keys those that have sunk to nothing are forgotten."""


class Rate:
    """`most` per `window_s` seconds for each key. One node's own."""

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._window_s = window_s
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str, amount: int = 1) -> float:
        """Use `amount` if there is room: 0 then, else the seconds to wait, and nothing is taken."""
        if wait := self.wait(key, amount):
            return wait
        if len(self._levels) > MOST_KEYS:
            self._levels = {one: kept for one, kept in self._levels.items() if self._level(one) > 0}
        self._levels[key] = (self._level(key) + amount, self._clock())
        return 0.0

    def wait(self, key: str, amount: int = 1) -> float:
        """In how many seconds there is room for `amount`; 0 when there is now."""
        return max(0.0, (self._level(key) + amount - self._most) / self._most * self._window_s)

    def forget(self, key: str) -> None:
        """As if nothing had been used."""
        self._levels.pop(key, None)

    def _level(self, key: str) -> float:
        level, at = self._levels.get(key, (0.0, 0.0))
        return max(0.0, level - (self._clock() - at) / self._window_s * self._most)
