"""Opening hours as an administrator writes them, as routing reads them. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from hub.answers.model import OpeningHours, SpecialDay, Stretch
from hub.errors import Invalid
from routing.hours import Hours
from routing.hours import Stretch as Span
from routing.model import RoutingError

YEARS_AHEAD = 2
"""A date that comes back every year is known for this year and as many more: nobody asks for what is further away."""
NO_PLACES = ("Etc/", "posix/", "right/", "SystemV/")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def zones() -> tuple[str, ...]:
    """The names of time zones, those with a place in them."""
    return tuple(sorted(one for one in available_timezones() if "/" in one and not one.startswith(NO_PLACES)))


def hours_of(given: OpeningHours, today: date) -> Hours:
    """As routing reads them. Raises Invalid, naming the field."""
    if given.zone not in zones() and given.zone != "UTC":
        raise refuse("hours.zone", f"there is no time zone {given.zone!r}; write it as Europe/Madrid")
    week = {number: _spans(DAYS[number], stretches) for number, stretches in enumerate(given.week)}
    dates = dict(_dates(given.days, today))
    return Hours(ZoneInfo(given.zone), week, dates)


def kept_hours(kept: Any, now: float) -> Hours | None:
    """The hours of a queue as they are kept, as routing reads them; None for always open."""
    given = msgspec.convert(kept, OpeningHours | None)
    return None if given is None else hours_of(given, today_in_utc(now))


def state_at(hours: Hours | None, now: float) -> tuple[bool, datetime | None]:
    """Whether it is open, and when that changes next (null: never), in the queue's own zone."""
    if hours is None:
        return True, None
    change = hours.next_change(now)
    return hours.is_open(now), None if change is None else datetime.fromtimestamp(change, hours.zone)


def refuse(field: str, problem: str) -> Invalid:
    """The refusal of one field."""
    return Invalid("invalid", f"{field}: {problem}", fields={field: problem})


def _dates(days: Iterable[SpecialDay], today: date) -> Iterator[tuple[date, tuple[Span, ...]]]:
    for number, day in enumerate(days):
        field = f"hours.days.{number}"
        try:
            first = date.fromisoformat(day.date)
        except ValueError:
            raise refuse(field, f"{day.date} is no date") from None
        spans = _spans(field, day.stretches)
        if not day.yearly:
            yield first, spans
            continue
        for year in range(today.year - 1, today.year + YEARS_AHEAD + 1):
            if not (first.month == 2 and first.day == 29) or year % 4 == 0:  # no year divided by a hundred is near
                yield first.replace(year=year), spans


def _spans(field: str, stretches: Iterable[Stretch]) -> tuple[Span, ...]:
    spans = tuple((time.fromisoformat(one.opens), time.fromisoformat(one.closes)) for one in stretches)
    try:
        Hours(ZoneInfo("UTC"), {0: spans})
    except RoutingError:
        raise refuse(field, "each stretch must end after it begins, and follow the one before") from None
    return spans


def today_in_utc(now: float) -> date:
    """The date of a moment, near enough to choose years by."""
    return datetime.fromtimestamp(now, UTC).date()
