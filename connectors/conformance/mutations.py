"""Payloads that went wrong: fields dropped, null, of another type or unknown, cut off, random; the same ones every time."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qsl, urlencode

AT_MOST = 400
STRANGE: tuple[Any, ...] = (None, True, -7, 10**30, 1.5e300, "", "kit", "\x00", "9" * 400, [], {}, [None], {"kit": 1})
WHOLE = (b"", b"null", b"[]", b"{}", b"7", b'"kit"', b"\xff\xfe\x00", b"[" * 20_000, b'{"a":' * 20_000, b"1e999", b"\x00")
UNKNOWN = "kit_unknown"
Path = tuple[str | int, ...]


def mutations(body: bytes) -> Iterator[tuple[str, bytes]]:
    """(what was done, the bytes)."""
    yield from ((f"{one[:12]!r} instead of it", one) for one in WHOLE)
    yield from ((f"cut after {size} bytes", body[:size]) for size in (1, len(body) // 3, len(body) // 2, len(body) - 1) if size > 0)
    chance = random.Random(len(body))  # noqa: S311 - the same every time
    yield from ((f"{size} random bytes", chance.randbytes(size)) for size in (1, 16, 4096))
    changed = list(_changed(body))
    yield from chance.sample(changed, AT_MOST) if len(changed) > AT_MOST else changed


def with_unknown_fields(body: bytes) -> Iterator[tuple[str, bytes]]:
    """A field that nobody knows, in each object: what a provider adds one day."""
    said = _json(body)
    if isinstance(said, dict | list):
        for path in _paths(said):
            if isinstance(_at(said, path), dict):
                changed = deepcopy(said)
                _at(changed, path)[UNKNOWN] = "x"
                yield f"a field {UNKNOWN!r} in {_shown(path)}", _bytes(changed)
    elif fields := _form(body):
        yield f"a field {UNKNOWN!r}", urlencode([*fields, (UNKNOWN, "x")]).encode()


def _changed(body: bytes) -> Iterator[tuple[str, bytes]]:
    said = _json(body)
    if isinstance(said, dict | list):
        for path in _paths(said):
            if path:
                yield from _changed_at(said, path)
    else:
        yield from _changed_form(_form(body))


def _changed_at(said: Any, path: Path) -> Iterator[tuple[str, bytes]]:
    without = deepcopy(said)
    del _at(without, path[:-1])[path[-1]]
    yield f"without {_shown(path)}", _bytes(without)
    for strange in STRANGE:
        changed = deepcopy(said)
        _at(changed, path[:-1])[path[-1]] = strange
        yield f"{str(strange)[:12]!r} as {_shown(path)}", _bytes(changed)


def _changed_form(fields: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    for place, (name, value) in enumerate(fields):
        others = fields[:place] + fields[place + 1 :]
        yield f"without {name}", urlencode(others).encode()
        yield f"{name} twice", urlencode([*fields, (name, value)]).encode()
        for strange in ("", "kit", "\x00", "-1", "9" * 400):
            yield f"{strange[:12]!r} as {name}", urlencode([*others, (name, strange)]).encode()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _form(body: bytes) -> list[tuple[str, str]]:
    if b"\n" in body:
        return []  # a mail has equals signs too
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return []


def _paths(said: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for key, value in inner:
        yield from _paths(value, (*path, key))


def _at(said: Any, path: Path) -> Any:
    for key in path:
        said = said[key]
    return said


def _shown(path: Path) -> str:
    return ".".join(map(str, path)) or "the whole"


def _bytes(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
