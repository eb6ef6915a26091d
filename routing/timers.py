"""Deadlines in the order in which they come; one that no longer counts is recognised by its owner when it comes."""

from enum import StrEnum
from heapq import heappop, heappush
from typing import NamedTuple


class Deadline(StrEnum):
    """What ends at a time."""

    OFFER = "offer"
    STEP = "step"
    BAR = "bar"


class Timer(NamedTuple):
    """A time, what ends then, and the work it concerns."""

    at: float
    what: Deadline
    work: str


class Timers:
    """A heap of timers."""

    def __init__(self) -> None:
        self._heap: list[Timer] = []

    def set(self, at: float, what: Deadline, work: str) -> None:
        """Remember that something ends."""
        heappush(self._heap, Timer(at, what, work))

    def first(self) -> Timer | None:
        """The timer that comes next."""
        return self._heap[0] if self._heap else None

    def drop_first(self) -> None:
        """Forget the timer that comes next."""
        heappop(self._heap)
