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
    """webhook, poll, socket, live (the customer holds a socket to the hub) or none (an agent records what came)."""
    address: str
    """The kind of identity it reaches: email, phone, visitor, account, ..."""
    also: tuple[str, ...] = ()
    """Other kinds of identity that it reaches, beside `address` (which an agent may type): a provider's own id of a person."""
    parse: str = "inline"
    """inline, or worker: hostile or heavy payloads are parsed in a process that can be killed."""
    summary: Mapping[str, str] = field(default_factory=dict)
    """One sentence for the gallery: what it is for, what one needs to have."""
    groups: Mapping[str, Any] = field(default_factory=dict)
    """Titles of the form's groups: name -> {es, en}. The group `advanced` has one already."""
    text_limit: int = 0
    """The most that one message takes, 0 for no limit; counted as `text_unit` says. What is longer, the hub cuts into parts."""
    text_unit: str = "characters"
    """characters, utf16, utf8, or gsm7 (an SMS: septets, or UTF-16 units as soon as one character is not in GSM 03.38)."""
    parts: int = 1
    """Into how many messages one of ours may be cut; 1: what is too long is refused before it is sent."""
    html: bool = False
    subject: bool = False
    copies: bool = False
    """Whether a message can have cc and bcc."""
    attachments: int = 0
    """Files in one message of an agent's."""
    attachment_bytes: int = 0
    """Bytes of all of them together."""
    files_per_part: int = 0
    """Files that the provider takes in one call, 0 for all of them."""
    caption: int = -1
    """How much text may go with a file in one call; 0: text goes by itself; -1: as much as a text may have."""
    media_types: tuple[str, ...] = ()
    """Types that the provider shows, as `image/jpeg` or `audio/*`; empty for all. Another type goes as a link to the file."""
    media_bytes: Mapping[str, int] = field(default_factory=dict)
    """Bytes a file by its kind (image, audio, video, sticker, file), where they differ. What is larger goes as a link."""
    typing: bool = False
    delivered: bool = False
    read: bool = False
    reactions: bool = False
    edits: bool = False
    deletions: bool = False
    """Reactions, edits, deletions: whether an agent may make them."""
    emojis: tuple[str, ...] = ()
    """The signs that a reaction may be; empty for all."""
    quotes: bool = False
    """Whether an answer can name the message it answers."""
    buttons: int = 0
    """How many buttons a message may have; more, or 0: numbered lines."""
    templates: bool = False
    consent: str = ""
    """What writing first takes: empty for nothing, or opt_in (the customer agreed before) as most providers' rules have it."""
    starts: bool = False
    """Whether we may write first, to an address that never wrote to us."""
    invites: bool = False
    """Whether it makes links that bring a known customer to it."""
    outgoing: str = ""
    """The setting without which a channel only receives; empty: every channel can answer."""
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
    window: tuple[Mapping[str, Any], ...] = ()
    """What may be written how long after the customer's last message: [{hours = 24, allows = "free"}, {hours = 168, allows = "tagged"},
    {allows = "template"}]. Steps in order, the last one without hours. allows: free, tagged (by humans only), template, closed.
    Empty: free for ever."""
    shares: tuple[str, ...] = ()
    """Settings that name what the provider calls at one address for all its channels (a Meta app has one for all its pages). What comes to
    a channel is shown to all of its kind with the same values there, and each takes what is its own. Empty: every channel stands alone."""
    sandbox: bool = False
    """Whether the pretend outside world plays this provider."""
    docs: Mapping[str, str] = field(default_factory=dict)


RECEIVES = ("webhook", "poll", "socket", "live", "none")
UNITS = ("characters", "utf16", "utf8", "gsm7")
ALLOWS = ("free", "tagged", "template", "closed")


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
    if manifest.text_unit not in UNITS:
        raise InvalidManifest(f"{name}: 'text_unit' must be one of {', '.join(UNITS)}, not {manifest.text_unit!r}")
    for step in manifest.window:
        if step.get("allows") not in ALLOWS:
            raise InvalidManifest(f"{name}: every step of 'window' needs 'allows', one of {', '.join(ALLOWS)}")
    if any("hours" not in step for step in manifest.window[:-1]) or (manifest.window and "hours" in manifest.window[-1]):
        raise InvalidManifest(f"{name}: every step of 'window' but the last has 'hours'")
