"""Opening hours over weekends, holidays, midnight and the change of the clocks."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from routing.hours import Hours, Stretch
from routing.model import RoutingError

MADRID = ZoneInfo("Europe/Madrid")
DAY = ((time(9), time(14)), (time(16), time(19)))
OFFICE = Hours(MADRID, dict.fromkeys(range(5), DAY), {date(2026, 10, 12): (), date(2026, 10, 17): ((time(10), time(12)),)})
ALWAYS = Hours(MADRID, {weekday: ((time(), time()),) for weekday in range(7)})


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).timestamp()


@pytest.mark.parametrize(
    ("now", "is_open", "changes"),
    [
        ("2026-10-13 08:59", False, "2026-10-13 09:00"),
        ("2026-10-13 09:00", True, "2026-10-13 14:00"),
        ("2026-10-13 14:00", False, "2026-10-13 16:00"),
        ("2026-10-13 19:00", False, "2026-10-14 09:00"),
        ("2026-10-09 19:00", False, "2026-10-13 09:00"),
        ("2026-10-17 11:00", True, "2026-10-17 12:00"),
    ],
)
def test_it_is_open_in_its_stretches_and_says_when_that_changes(now: str, is_open: bool, changes: str) -> None:
    assert OFFICE.is_open(at(now)) is is_open
    assert OFFICE.next_change(at(now)) == at(changes)


def test_what_is_always_open_or_always_closed_never_changes() -> None:
    assert ALWAYS.is_open(at("2026-10-13 00:00"))
    assert ALWAYS.next_change(at("2026-10-13 00:00")) is None
    closed = Hours(MADRID, {})
    assert not closed.is_open(at("2026-10-13 12:00"))
    assert closed.next_change(at("2026-10-13 12:00")) is None


def test_only_open_time_counts_on_the_business_clock() -> None:
    assert OFFICE.open_seconds(at("2026-10-09 18:00"), at("2026-10-13 10:00")) == 2 * 3600
    assert OFFICE.open_seconds(at("2026-10-13 13:00"), at("2026-10-13 17:00")) == 2 * 3600
    assert OFFICE.open_seconds(at("2026-10-13 14:30"), at("2026-10-13 15:00")) == 0


def test_the_day_on_which_the_clocks_go_back_has_twenty_five_hours() -> None:
    assert ALWAYS.open_seconds(at("2026-10-25 00:00"), at("2026-10-26 00:00")) == 25 * 3600


@pytest.mark.parametrize(
    "day",
    [
        ((time(14), time(9)),),
        ((time(9), time(14)), (time(13), time(19))),
        ((time(9), time()), (time(20), time(21))),
    ],
)
def test_stretches_that_overlap_or_run_backwards_are_refused(day: tuple[Stretch, ...]) -> None:
    with pytest.raises(RoutingError, match=r"hours of 0: .* must end after it begins"):
        Hours(MADRID, {0: day})
