"""A connector's manifest: what kind of channel it is, as data. Read from `manifest.toml`, checked, never guessed."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, get_origin, get_type_hints

from connectors.contract import CONTRACT


class InvalidManifest(ValueError):
    """A manifest that names the wrong key, a wrong type, or another version of the contract."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a channel can and cannot do. Limits are the provider's own."""

    contract: int
    id: str
    title: Mapping[str, str]
    kind: str
    """The capacity kind that routing weighs: chat, mail, message, voice, task."""
    icon: str
    receives: str
    """webhook, poll, socket or live (the customer holds a socket to the hub)."""
    address: str
    """The kind of identity it reaches: email, phone, visitor, account, ..."""
    parse: str = "inline"
    """inline, or worker: hostile or heavy payloads are parsed in a process that can be killed."""
    text_limit: int = 0
    """Characters a message, 0 for no limit; counted as `text_unit` says."""
    text_unit: str = "characters"
    html: bool = False
    subject: bool = False
    copies: bool = False
    """Whether a message can have cc and bcc."""
    attachments: int = 0
    attachment_bytes: int = 0
    media_types: tuple[str, ...] = ()
    typing: bool = False
    delivered: bool = False
    read: bool = False
    reactions: bool = False
    edits: bool = False
    deletions: bool = False
    starts: bool = False
    """Whether we may write first, to an address that never wrote to us."""
    live: bool = False
    idempotent: bool = False
    """Whether sending the same id again cannot make a second message at the customer's."""
    slow: bool = False
    """Whether a few seconds before sending are nothing: the agent may undo."""
    rate: float = 0.0
    """Messages a second that the provider allows, 0 for no limit."""
    concurrency: int = 8
    """Sends in flight at once."""
    offer_timeout: float = 60.0
    """Seconds an agent has to take such work, where the queue says nothing else."""
    window_hours: float = 0.0
    """Hours after the customer's last message in which free text is allowed, 0 for always."""
    docs: Mapping[str, str] = field(default_factory=dict)


RECEIVES = ("webhook", "poll", "socket", "live")


def read_manifest(text: str, *, name: str) -> Manifest:
    """Check and build a manifest. Raises InvalidManifest naming the key and what is allowed."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidManifest(f"{name}: {error}") from error
    _check_keys(given, name)
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    manifest = Manifest(**given)
    _check_values(manifest, name)
    return manifest


def _check_keys(given: Mapping[str, Any], name: str) -> None:
    known = {one.name: one for one in fields(Manifest)}
    for key in given.keys() - known.keys():
        raise InvalidManifest(f"{name}: unknown key {key!r}; known are {', '.join(known)}")
    for key, one in known.items():
        if key not in given and one.default is MISSING and one.default_factory is MISSING:
            raise InvalidManifest(f"{name}: the key {key!r} is missing")
    for key, value in given.items():
        _check_type(key, value, get_type_hints(Manifest)[key], name)


def _check_type(key: str, value: Any, hint: Any, name: str) -> None:
    origin = get_origin(hint)
    allowed: tuple[type, ...] = (list,) if origin is tuple else (dict,) if origin is not None else (hint,)
    if hint is float:
        allowed = (float, int)
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        raise InvalidManifest(f"{name}: {key!r} must be {allowed[0].__name__}, not {type(value).__name__}")


def _check_values(manifest: Manifest, name: str) -> None:
    if manifest.contract != CONTRACT:
        raise InvalidManifest(f"{name}: written for contract {manifest.contract}, this hub speaks {CONTRACT}")
    if manifest.receives not in RECEIVES:
        raise InvalidManifest(f"{name}: 'receives' must be one of {', '.join(RECEIVES)}, not {manifest.receives!r}")
    if manifest.parse not in ("inline", "worker"):
        raise InvalidManifest(f"{name}: 'parse' must be inline or worker, not {manifest.parse!r}")
