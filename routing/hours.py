"""Opening hours: whether it is open at a time, and when that changes next, in the company's own time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routing.model import RoutingError

#: Opening and closing time of one stretch of a day; a closing time of 00:00 is the end of the day.
Stretch = tuple[time, time]

_LONGEST_SEARCH_DAYS = 400


@dataclass(frozen=True, slots=True)
class Hours:
    """Stretches by weekday (0 is Monday), and dates that have their own; an empty tuple is a day closed."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Stretch, ...]]
    dates: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for day, stretches in [*self.week.items(), *self.dates.items()]:
            _check_day(str(day), stretches)

    def is_open(self, now: float) -> bool:
        """Whether it is open at this time, seconds since the epoch."""
        today = datetime.fromtimestamp(now, self.zone).date()
        return any(opens <= now < closes for opens, closes in self._stretches(today))

    def next_change(self, now: float) -> float | None:
        """When it opens or closes next; None when nothing changes within the next 400 days."""
        today = datetime.fromtimestamp(now, self.zone).date()
        was_open = self.is_open(now)
        for days in range(_LONGEST_SEARCH_DAYS):
            ends = [end for stretch in self._stretches(today + timedelta(days=days)) for end in stretch]
            # Where one stretch ends as the next begins, nothing changes.
            changes = [end for end in ends if end > now and self.is_open(end) is not was_open]
            if changes:
                return min(changes)
        return None

    def open_seconds(self, start: float, end: float) -> float:
        """How much of the time between two points was open: what a business-hours clock shows."""
        first = datetime.fromtimestamp(start, self.zone).date()
        last = datetime.fromtimestamp(end, self.zone).date()
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        stretches = (stretch for day in days for stretch in self._stretches(day))
        return sum(max(0.0, min(end, closes) - max(start, opens)) for opens, closes in stretches)

    def _stretches(self, day: date) -> list[tuple[float, float]]:
        stretches = self.dates.get(day, self.week.get(day.weekday(), ()))
        return [(self._at(day, opens), self._at(day + timedelta(days=closes == time()), closes)) for opens, closes in stretches]

    def _at(self, day: date, clock: time) -> float:
        return datetime.combine(day, clock, self.zone).timestamp()


def _check_day(day: str, stretches: tuple[Stretch, ...]) -> None:
    last = time()
    for number, (opens, closes) in enumerate(stretches):
        ended = number > 0 and last == time()
        if ended or opens < last or (closes <= opens and closes != time()):
            raise RoutingError(f"hours of {day}: {opens:%H:%M} to {closes:%H:%M} must end after it begins and follow the one before")
        last = closes
