"""Reads JSON that others wrote: a wrong type is a MalformedPayload, never another error; pure."""

import mimetypes
import re
from collections.abc import Mapping
from typing import Any

from connectors.errors import MalformedPayload

TEXT_LIMIT = 100_000
DOCUMENT = "application/octet-stream"
OURS = "hilo:"
PART = re.compile(r"[0-9]{0,4}")
"""How that begins which travels with a message of ours: other systems on the same number may write there too."""


def text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """A text, or nothing at all. Raises MalformedPayload for another type or a monstrous length."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPayload(f"a text is expected, not {type(value).__name__}")
    if len(value) > limit:
        raise MalformedPayload(f"a text of {len(value)} characters, at most {limit} are read")
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def needed(given: Mapping[str, Any], key: str, limit: int = 500) -> str:
    """A text that must be there; a number is read as one. Raises MalformedPayload."""
    value = given.get(key)
    found = text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, limit)
    if not found:
        raise MalformedPayload(f"{key!r} is missing")
    return found


def part(value: Any) -> dict[str, Any]:
    """An object, empty where there is none. Raises MalformedPayload for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedPayload(f"an object is expected, not {type(value).__name__}")
    return value


def parts(value: Any) -> list[dict[str, Any]]:
    """A list of objects, empty where there is none."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedPayload(f"a list is expected, not {type(value).__name__}")
    return [part(one) for one in value]


def number(value: Any) -> float | None:
    """A number, also one that is written as text; None where there is none. Raises MalformedPayload."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found = float(value)
            if abs(found) < 1e15:
                return found
    except (ValueError, OverflowError):
        pass
    raise MalformedPayload(f"a number is expected, not {str(value)[:40]!r}")


def content_type(value: Any, fallback: str = DOCUMENT) -> str:
    """A media type without its parameters."""
    return text(value, 200).split(";")[0].strip().lower() or fallback


def file_name(given: Any, kind: str, media_type: str) -> str:
    """A name for a file that may have none."""
    return text(given, 500) or kind + (mimetypes.guess_extension(media_type) or "")


def our_id(value: Any) -> tuple[str, int]:
    """Our own message id and part, as `opaque` wrote them; ("", 0) for what another system wrote."""
    if not isinstance(value, str):
        return "", 0
    id_, _, count = value.removeprefix(OURS).partition("/")
    if not value.startswith(OURS) or not id_ or len(value) > 100 or not PART.fullmatch(count):
        return "", 0
    return id_, int(count or "0")


def opaque(id_: str, part_: int) -> str:
    """What travels with a message of ours and comes back with its fate."""
    return f"{OURS}{id_}/{part_}"
