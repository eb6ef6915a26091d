"""Opening hours as they are written down."""

from datetime import UTC, date, datetime

import pytest

from hub.answers.model import OpeningHours, SpecialDay, Stretch
from hub.answers.opening import hours_of, state_at
from hub.errors import Invalid

OFFICE = [Stretch(opens="09:00", closes="14:00"), Stretch(opens="16:00", closes="19:00")]
WEEK = [OFFICE, OFFICE, OFFICE, OFFICE, [Stretch(opens="09:00", closes="14:00")], [], []]


def hours(*days: SpecialDay, zone: str = "Europe/Madrid") -> OpeningHours:
    return OpeningHours(zone=zone, week=WEEK, days=list(days))


def state(given: OpeningHours, moment: str) -> tuple[bool, str]:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    is_open, changes = state_at(hours_of(given, at.date()), at.timestamp())
    return is_open, "" if changes is None else changes.isoformat()


def test_a_queue_without_hours_is_always_open() -> None:
    assert state_at(None, 0.0) == (True, None)


def test_at_noon_it_is_open_and_closes_for_lunch() -> None:
    assert state(hours(), "2026-11-16T11:00") == (True, "2026-11-16T14:00:00+01:00")


def test_at_the_weekend_it_opens_on_monday_in_the_zones_own_time() -> None:
    assert state(hours(), "2026-03-28T12:00") == (False, "2026-03-30T09:00:00+02:00")  # the clocks change in between


def test_a_holiday_that_comes_every_year_is_closed_in_any_year() -> None:
    christmas = SpecialDay(date="2020-12-25", name="Navidad", yearly=True)
    assert state(hours(christmas), "2026-12-25T10:00") == (False, "2026-12-28T09:00:00+01:00")


def test_a_holiday_of_one_year_is_a_working_day_in_the_next() -> None:
    assert state(hours(SpecialDay(date="2025-12-24")), "2026-12-24T10:00")[0]


def test_a_special_day_may_have_hours_of_its_own() -> None:
    eve = SpecialDay(date="2026-12-24", stretches=[Stretch(opens="10:00", closes="12:00")])
    assert state(hours(eve), "2026-12-24T10:30") == (True, "2026-12-24T12:00:00+01:00")


def test_the_twenty_ninth_of_february_is_a_holiday_in_leap_years() -> None:
    leap = SpecialDay(date="2024-02-29", yearly=True)
    assert not state(hours(leap), "2028-02-29T10:00")[0]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (hours(zone="Madrid"), "hours.zone"),
        (hours(SpecialDay(date="2026-02-30")), "hours.days.0"),
        (OpeningHours(zone="UTC", week=[[Stretch(opens="10:00", closes="09:00")], *WEEK[1:]]), "monday"),
        (OpeningHours(zone="UTC", week=[*WEEK[:6], [OFFICE[1], OFFICE[0]]]), "sunday"),
    ],
)
def test_what_is_wrong_is_named(given: OpeningHours, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        hours_of(given, date(2026, 1, 1))
    assert list(refused.value.fields or {}) == [field]
