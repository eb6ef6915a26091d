"""A decision costs about the same however much waits: the engine looks at what is next, never at everything."""

from time import thread_time

import pytest

from benchmarks.figure import percentile
from benchmarks.route_decision import Floor

ROUNDS = 300


@pytest.mark.alone
def test_twenty_times_as_much_waiting_makes_a_decision_hardly_dearer() -> None:
    few, many = _milliseconds(1_000), _milliseconds(20_000)
    assert many < 4 * few  # looking at everything would make it twenty


def _milliseconds(waiting: int) -> float:
    """The time of the processor for nine decisions of ten, with a thousand agents; the best of three, since others use the machine too."""
    return min(_one(waiting) for _ in range(3))


def _one(waiting: int) -> float:
    floor = Floor(clock=thread_time, waiting=waiting)
    floor.fill()
    for _ in range(ROUNDS):
        floor.round()
    return percentile(floor.milliseconds, 0.9)
