"""How much somebody may do in a stretch of time."""

from hub.kernel.rate import Rate


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_used_up_comes_back_with_time() -> None:
    clock = Clock()
    rate = Rate(10, 60.0, clock)
    assert [rate.take("a") for _ in range(10)] == [0.0] * 10
    assert rate.take("a") == 6.0
    assert rate.take("b") == 0.0
    clock.now = 6.0
    assert rate.take("a") == 0.0
    assert rate.take("a") > 0


def test_a_refused_use_takes_nothing() -> None:
    rate = Rate(10, 60.0, Clock())
    assert rate.take("a", 11) > 0
    assert rate.take("a", 10) == 0.0


def test_what_is_forgotten_was_never_used() -> None:
    rate = Rate(1, 60.0, Clock())
    rate.take("a")
    rate.forget("a")
    assert rate.wait("a") == 0.0
