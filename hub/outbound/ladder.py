"""When to try again: short steps first (they pass greylisting), then longer ones, then no more. Pure."""

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
MAIL = (MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)
QUICK = (2.0, 5.0, 15.0, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
GIVE_UP = {"mail": 5 * DAY}
GIVE_UP_ELSE = DAY


def next_try(kind: str, attempts: int) -> float | None:
    """Seconds to wait after this many attempts; None when it has been tried for long enough (mail 5 days, others one)."""
    steps = MAIL if kind == "mail" else QUICK
    spent = sum(steps[:attempts]) + max(0, attempts - len(steps)) * steps[-1]
    if spent > GIVE_UP.get(kind, GIVE_UP_ELSE):
        return None
    return steps[min(attempts, len(steps)) - 1]
