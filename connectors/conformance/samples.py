"""Recorded payloads with the events that they must become: the files in a connector's `samples/`.

Each file is one JSON object:
  "body"      what was sent: an object or list (as JSON), or a text. Instead: "form" (fields), "base64", or "file" (beside it)
  "delivery"  {"kind", "id", "headers"?}: what the hub keeps, for channels without webhook
  "request"   {"method"?, "headers"?, "query"?, "path"?}: of the webhook that brought it, where they matter
  "events"    [{"event": "Message", ...}]: every field that is not as in an empty event
  "malformed" true, instead of events, for what nobody can read
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import urlencode

from connectors.arriving import Delivery, Event, WebhookRequest

KNOWN = ("about", "body", "form", "base64", "file", "delivery", "request", "events", "malformed")


class InvalidSample(ValueError):
    """A file in `samples/` that is not as it must be."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded payload."""

    name: str
    body: bytes
    events: Sequence[Mapping[str, Any]]
    malformed: bool = False
    delivery: Delivery | None = None
    """What the hub keeps; None for what comes by webhook."""
    method: str = "POST"
    headers: Mapping[str, str] | None = None
    query: Mapping[str, str] | None = None
    path: str = ""

    def request(self, url: str, at: float) -> WebhookRequest:
        """The webhook that brought it, unsigned."""
        query = dict(self.query or {})
        address = f"{url}{self.path}{'?' if query else ''}{urlencode(query)}"
        return WebhookRequest(self.method, address, dict(self.headers or {}), query, self.body, at, self.path)


def read_samples(folder: Traversable) -> list[Sample]:
    """All of a folder, by name; none where there is no folder. Raises InvalidSample."""
    if not folder.is_dir():
        return []
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".json"))
    return [_sample(folder, name) for name in names]


def _sample(folder: Traversable, name: str) -> Sample:
    try:
        said = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        _check_keys(said)
        headers, body = _body(folder, said)
        request = said.get("request", {})
        return Sample(
            name.removesuffix(".json"),
            body,
            tuple(said.get("events", ())),
            bool(said.get("malformed", False)),
            _delivery(said["delivery"], body) if "delivery" in said else None,
            str(request.get("method", "POST")),
            {**headers, **{key.lower(): str(value) for key, value in request.get("headers", {}).items()}},
            request.get("query"),
            str(request.get("path", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InvalidSample(f"samples/{name}: {error}") from error


def _check_keys(said: Mapping[str, Any]) -> None:
    if unknown := said.keys() - set(KNOWN):
        raise ValueError(f"{', '.join(sorted(unknown))} is not known; known are {', '.join(KNOWN)}")


def _body(folder: Traversable, said: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
    """The header that goes with it, and the bytes."""
    if "file" in said:
        return {}, folder.joinpath(said["file"]).read_bytes()
    if "base64" in said:
        return {}, b64decode(said["base64"], validate=True)
    if "form" in said:
        return {"content-type": "application/x-www-form-urlencoded"}, urlencode(said["form"]).encode()
    body = said["body"]
    if isinstance(body, str):
        return {"content-type": "text/plain"}, body.encode()
    return {"content-type": "application/json"}, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _delivery(said: Mapping[str, Any], body: bytes) -> Delivery:
    return Delivery(said["kind"], said["id"], body, dict(said.get("headers", {})))


# ── Events in JSON ───────────────────────────────────────────────────────────────────────────────────────────────────


def in_words(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as a sample writes them: the name of each, and what is not as in an empty one."""
    return [{"event": type(one).__name__, **_fields(one)} for one in events]


def _fields(thing: Any) -> dict[str, Any]:
    return {one.name: _words(value) for one in fields(thing) if not _usual(one, value := getattr(thing, one.name))}


def _usual(field: Any, value: Any) -> bool:
    if field.default is not MISSING:
        return type(value) is type(field.default) and value == field.default
    return field.default_factory is not MISSING and value == field.default_factory()


def _words(value: Any) -> Any:
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {str(key): _words(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_words(inner) for inner in value]
    return value
