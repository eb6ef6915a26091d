"""Finds customers: the newest when nothing is asked, else by words of a name, an address or a tracking code."""

import base64
import re
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from hub.customers.model import AddressView, Found, FoundPage
from hub.errors import Invalid
from hub.kernel.database import Database, Record, queries

QUERIES = queries(__package__)
HIGHEST = 2**63 - 1
LAST_ID = UUID(int=2**128 - 1)
FIRST_ID = UUID(int=0)
SHORT = 3
"""Fewer letters than this have no trigram of their own."""


class Place(msgspec.Struct, array_like=True):
    """Where a page ended: by number (newest first), by id (those without a message), or by rank, name and id."""

    number: Annotated[int, Meta(ge=0, le=HIGHEST)] = HIGHEST
    silent: UUID | None = None
    rank: Annotated[int, Meta(ge=-1, le=2)] = -1
    key: Annotated[str, Meta(pattern="^[^\x00]*$")] = ""
    id: UUID = FIRST_ID


class Finder:
    """Looks for customers. What a colleague may see is for the caller to say; today everybody sees everybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, wanted: str, after: str | None, limit: int) -> FoundPage:
        """One page. Raises Invalid when `after` was not given by us."""
        place = _read(after)
        wanted = wanted.replace("\x00", "").strip()
        rows, next_ = await (self._search(wanted, place, limit) if wanted else self._newest(place, limit))
        return FoundPage(items=await self._with_addresses(rows), next=next_)

    async def _newest(self, place: Place, limit: int) -> tuple[list[Record], str | None]:
        rows: list[Record] = []
        if not place.silent:
            rows = await self._database.rows(QUERIES.newest, place.number, limit + 1)
            if len(rows) > limit:
                return rows[:limit], _write(Place(number=rows[limit - 1]["key"]))
        silent = await self._database.rows(QUERIES.silent, place.silent or LAST_ID, limit - len(rows) + 1)
        found = [*rows, *silent]
        if len(found) <= limit:
            return found, None
        shown = silent[: limit - len(rows)]
        return found[:limit], _write(Place(silent=shown[-1]["id"] if shown else LAST_ID))

    async def _search(self, wanted: str, place: Place, limit: int) -> tuple[list[Record], str | None]:
        rows = await self._rows(wanted, place, limit + 1)
        if len(rows) <= limit:
            return rows, None
        last = rows[limit - 1]
        return rows[:limit], _write(Place(rank=last["rank"], key=last["name_key"], id=last["id"]))

    async def _rows(self, wanted: str, place: Place, limit: int) -> list[Record]:
        """Those whose name begins so, then those that contain it; when there is nothing at all, those that resemble it."""
        words = [] if "@" in wanted else (await self._database.value(QUERIES.words_of, wanted)).split()
        rows: list[Record] = []
        if words and place.rank < 1:
            rows = await self._database.rows(QUERIES.beginning, wanted, place.key, place.id, limit)
        if len(rows) < limit and len(wanted) >= SHORT:
            start = (place.key, place.id) if place.rank == 1 else ("", FIRST_ID)
            rows += await self._containing(wanted, words, start, limit - len(rows))
        if rows or place.rank >= 0 or not words or len(wanted) < SHORT:
            return rows
        return await self._database.rows(QUERIES.resembling, wanted, limit - 1)

    async def _containing(self, wanted: str, words: Sequence[str], start: tuple[str, UUID], limit: int) -> list[Record]:
        """The longest word leads through the index, the others sift."""
        patterns = sorted((f"% {word}%" for word in words), key=len, reverse=True)
        longest = patterns[0] if patterns else None
        parts = (longest, patterns[1:], address_patterns(wanted), wanted.upper(), wanted if words else None)
        return await self._database.rows(QUERIES.containing, *parts, *start, limit, wanted.lower())

    async def _with_addresses(self, rows: Sequence[Record]) -> list[Found]:
        known: dict[Any, list[Record]] = {row["id"]: [] for row in rows}
        for row in await self._database.rows(QUERIES.identities_of, list(known)) if known else []:
            known[row["root_id"]].append(row)
        return [_found(row, known[row["id"]]) for row in rows]


def address_patterns(wanted: str) -> list[str]:
    """What is looked for inside addresses: a mail's domain, and four or more digits of a phone number."""
    patterns = []
    domain = re.sub(r"([\\%_])", r"\\\1", wanted.lower()).removeprefix("@")
    if domain and (wanted.startswith("@") or "." in wanted) and "@" not in domain:
        patterns.append(f"%@{domain}%")
    digits = re.sub(r"[\s().+/-]", "", wanted).removeprefix("00")
    if digits.isdecimal() and len(digits) >= 4:
        patterns.append(f"%{digits}%")
    return patterns


def display_name(name: str, addresses: Sequence[Record]) -> str:
    """A customer's name; without one, what his addresses call him, else the first of them."""
    named = [row["name"] for row in addresses if row["name"]]
    values = [row["value"] for row in addresses]
    return next(iter([name] * bool(name) + named + values), "")


def _found(row: Record, addresses: Sequence[Record]) -> Found:
    views = [AddressView(kind=one["kind"], value=one["value"]) for one in addresses]
    return Found(id=str(row["id"]), name=display_name(row["name"], addresses), identities=views)


def _write(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def _read(after: str | None) -> Place:
    if after is None:
        return Place()
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)), type=Place)
    except (ValueError, msgspec.MsgspecError):
        raise Invalid("invalid", "after: pass what `next` said", fields={"after": "pass what `next` said"}) from None
