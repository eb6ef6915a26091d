"""A form that a customer filled in within the provider's app, as lines to read; pure."""

import json
from collections.abc import Iterator
from typing import Any

MACHINERY = ("flow_token",)
"""What travels with the answers and is none."""
LINES, LENGTH = 100, 500


def answers(written: str) -> list[str]:
    """`name: value`, a line each, of an object in JSON; nothing for what is no such thing."""
    try:
        given = json.loads(written)
    except (ValueError, RecursionError):
        return []
    return [line[:LENGTH] for line in _lines(given, "")][:LINES] if isinstance(given, dict) else []


def _lines(given: dict[str, Any], before: str) -> Iterator[str]:
    for name, value in given.items():
        if name in MACHINERY or value in (None, "", [], {}):
            continue
        if isinstance(value, dict) and not before:
            yield from _lines(value, f"{name}.")
        else:
            yield f"{before}{name}: {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value[:LINES])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
