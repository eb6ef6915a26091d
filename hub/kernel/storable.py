"""Words from a socket as they can be kept: PostgreSQL knows neither the character NUL nor half of a character. Pure."""

import re
from typing import Any

DEEPEST = 8
"""Nothing that a socket says is nested further; what is below is left out."""
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any, depth: int = DEEPEST) -> Any:
    """The same with U+FFFD where a character cannot be kept."""
    if isinstance(value, str):
        return UNKEEPABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(str(key)): storable(one, depth - 1) for key, one in value.items()} if depth else None
    if isinstance(value, list):
        return [storable(one, depth - 1) for one in value] if depth else None
    return value
