"""What a benchmark reports: a value, and the limit that it is held against."""

from typing import TypedDict


class Figure(TypedDict):
    """One line of `make bench`. `ratio` is value ÷ limit; both are None where there is no limit."""

    name: str
    value: float
    unit: str
    limit: float | None
    ratio: float | None


def figure(name: str, value: float, unit: str, limit: float | None = None) -> Figure:
    """A figure with its ratio, rounded to what was measured."""
    ratio = None if limit is None else round(value / limit, 4)
    return Figure(name=name, value=round(value, 4), unit=unit, limit=None if limit is None else round(limit, 4), ratio=ratio)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all are below, such as 0.99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
