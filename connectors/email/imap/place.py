"""Where reading a mailbox goes on, and in which portions: decisions about numbers, without input or output."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

BATCH = 16
BATCH_BYTES = 8 * 1024 * 1024
FIRST_SPAN, LEAST_FOUND, LONGEST_SPAN = 512, 64, 1 << 32
DAY_S = 86_400.0
FIRST_S: Mapping[str, float] = {"day": DAY_S, "week": 7 * DAY_S, "month": 31 * DAY_S, "all": float("inf")}
"""How far back the first look at a mailbox goes, by the word in the settings."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a folder: its size in bytes as the server says, and when it came there (seconds since the epoch), if that is told."""

    uid: int
    size: int
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was when it was opened. `next_uid`: above the UID of every mail in it."""

    validity: int
    next_uid: int
    count: int


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder has been read. UIDs mean something only together with the folder's UIDVALIDITY."""

    validity: int
    uid: int = 0
    """Read up to here."""
    old: int = 0
    """Mails up to this UID were there before the folder was first looked at (or was numbered anew): only the recent of them are read."""
    acting: tuple[int, ...] = ()
    """Stored by us, and perhaps not marked or moved yet."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mailbox has been read: what the cursor of a mail channel says."""

    mailbox: str
    since: float
    places: Mapping[str, Place] = field(default_factory=dict)

    def place(self, name: str, folder: Folder) -> Place:
        """Where this folder goes on; from the beginning when its numbers mean something else than before (RFC 3501 2.3.1.1)."""
        known = self.places.get(name)
        if known is None or known.validity != folder.validity:
            return Place(folder.validity, old=folder.next_uid - 1)
        return known

    def at(self, name: str, place: Place) -> "Progress":
        return replace(self, places={**self.places, name: place})

    def as_cursor(self) -> dict[str, object]:
        places = {
            name: {"validity": one.validity, "uid": one.uid, "old": one.old, "acting": list(one.acting)}
            for name, one in self.places.items()
        }
        return {"mailbox": self.mailbox, "since": self.since, "folders": places}


def mailbox_id(host: str, user: str) -> str:
    """Which mailbox a cursor is of: in another one the same numbers are other mails."""
    return hashlib.sha256(f"{host.lower()}\0{user}".encode()).hexdigest()[:16]


def progress_of(cursor: Mapping[str, Any] | None, mailbox: str, *, first: str, now: float) -> Progress:
    """What a stored cursor says; a fresh beginning when there is none, or when it is another mailbox's."""
    if not cursor or cursor.get("mailbox") != mailbox:
        return Progress(mailbox, max(now - FIRST_S[first], 0.0))
    places = {
        str(name): Place(one["validity"], one["uid"], one["old"], tuple(one["acting"])) for name, one in cursor.get("folders", {}).items()
    }
    return Progress(mailbox, float(cursor["since"]), places)


def is_wanted(found: Found, place: Place, since: float) -> bool:
    """Whether a mail is read: all that are new, and of those that were there before the recent ones."""
    return found.uid > place.old or found.at is None or found.at >= since


def next_span(span: int, count: int) -> int:
    """How many UIDs to ask for next, after so many held `count` mails: numbers may have gaps of any size."""
    return min(span * 4, LONGEST_SPAN) if count < LEAST_FOUND else FIRST_SPAN


def portions(mails: Iterable[Found], alone: Iterable[int] = (), *, limit: int) -> Iterator[Sequence[Found]]:
    """Mails in portions of bounded number and size, in order. `alone`: UIDs that are fetched by themselves, as all over `limit` are."""
    single = set(alone)
    portion: list[Found] = []
    for one in mails:
        lonely = one.uid in single or one.size > limit
        full = len(portion) == BATCH or sum(other.size for other in portion) + one.size > BATCH_BYTES
        if portion and (lonely or full):
            yield portion
            portion = []
        portion.append(one)
        if lonely:
            yield portion
            portion = []
    if portion:
        yield portion
