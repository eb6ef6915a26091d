"""Expected wait: what to tell a customer who asks how long it will take. Pure."""

from dataclasses import dataclass

ENOUGH = 10
"""With fewer answers than this in the last half hour nobody can say."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a queue has done in the last half hour, for one kind of channel; times are seconds, None where nothing was measured.

    `slots` is how many items its available members could have in hand at once.
    """

    answered: int
    abandoned: int
    speed_s: float | None
    handle_s: float | None
    slots: int


def expected_wait(position: int, pace: Pace) -> int | None:
    """Seconds for the item at this place: position x handle time x share that stays / slots, blended with the speed of answer.

    None when fewer than ten were answered or nobody is there.
    """
    if pace.answered < ENOUGH or pace.slots == 0 or pace.speed_s is None:
        return None
    if pace.handle_s is None:
        return round(pace.speed_s)
    staying = pace.answered / (pace.answered + pace.abandoned)
    return round((position * pace.handle_s * staying / pace.slots + pace.speed_s) / 2)
