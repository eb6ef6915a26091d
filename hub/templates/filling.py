"""Fills a template in: every variable once, and no other. Pure."""

import re
from collections.abc import Mapping, Sequence

from hub.errors import Invalid

PLACE = re.compile(r"\{\{\s*([^{}\s]{1,100})\s*\}\}")
LONGEST_VALUE = 1024


def places(text: str) -> tuple[str, ...]:
    """The variables of a text, in the order in which they first stand there."""
    return tuple(dict.fromkeys(PLACE.findall(text)))


def filled(text: str, variables: Sequence[str], given: Mapping[str, str]) -> str:
    """The text as the customer will read it. Raises Invalid naming the variable."""
    wanted = variables or places(text)
    for name in given:
        if name not in wanted:
            raise _refuse(name, f"this template has no such variable; it has {', '.join(wanted) or 'none'}")
    for name in wanted:
        _check(name, given.get(name, ""))
    return PLACE.sub(lambda place: given.get(place[1], place[0]), text)


def _check(name: str, value: str) -> None:
    if not value.strip():
        raise _refuse(name, "is empty; every variable of a template needs a value")
    if len(value) > LONGEST_VALUE:
        raise _refuse(name, f"{len(value)} characters, at most {LONGEST_VALUE}")
    if any(sign in value for sign in "\n\r\t"):
        raise _refuse(name, "has a line end or a tab, which providers refuse in a variable")


def _refuse(name: str, problem: str) -> Invalid:
    field = f"template.variables.{name}"
    return Invalid("invalid", f"{field}: {problem}", fields={field: problem})
