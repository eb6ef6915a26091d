"""Checks what is written into a customer's fields against what the company keeps."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from hub.errors import Invalid

LONGEST = 2000


def checked(values: Mapping[str, Any], known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The values to store; None for not known. `known`: id, kind, choices of each. Raises Invalid: what is wrong, and what is allowed."""
    rows = {row["id"]: row for row in known}
    wrong: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in values.items():
        problem = _problem(rows.get(name), value, list(rows))
        if problem:
            wrong[f"fields.{name}"] = problem
        kept[name] = None if value == "" else value
    if wrong:
        raise Invalid("invalid", "; ".join(f"{name}: {problem}" for name, problem in wrong.items()), fields=wrong)
    return kept


def _problem(row: Mapping[str, Any] | None, value: Any, known: list[str]) -> str | None:
    if row is None:
        return f"there is no such field; known are {', '.join(known) or 'none'}"
    if value is None or value == "":
        return None
    if row["kind"] == "choice":
        return None if value in row["choices"] else f"must be one of {', '.join(row['choices'])}"
    fits, expected = KINDS[row["kind"]]
    return None if fits(value) else f"must be {expected}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and "\x00" not in value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_link(value: Any) -> bool:
    if not _is_text(value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(letter.isspace() for letter in value)


KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, f"text of at most {LONGEST} characters"),
    "number": (_is_number, "a number"),
    "date": (_is_date, "a date such as 2026-11-28"),
    "yes_no": (lambda value: isinstance(value, bool), "true or false"),
    "link": (_is_link, "a link that begins with http:// or https://"),
}
