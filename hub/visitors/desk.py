"""The visitors' desk: reads what a visitor may see and writes what a visitor does. Knows nothing of sockets."""

import json
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from connectors.contract import Delivery
from hub.channels.model import OpenChannel
from hub.errors import Invalid, NotFound, TooMany
from hub.inbound.group import Incoming
from hub.inbound.inbox import read
from hub.inbound.intake import Taken
from hub.kernel.database import Database, Record, queries
from hub.visitors.tokens import FileLinks

QUERIES = queries(__package__)

TEXT_LIMIT = 8000
FILES_LIMIT = 10
BURST, BURST_S = 30, 10.0


class Wait(Protocol):
    """A place in a queue, and how many seconds it will take; None when nobody can say."""

    @property
    def position(self) -> int: ...

    @property
    def expected_s(self) -> int | None: ...


class Waits(Protocol):
    """Knows how long those who wait will wait, by the ids of their work."""

    async def waits(self, ids: Collection[str]) -> Mapping[str, Wait]: ...


class Takes(Protocol):
    """Takes a delivery in; see `hub.inbound.intake`."""

    async def take(self, incoming: Incoming) -> Taken: ...


class VisitorDesk:
    """What visitors can do."""

    def __init__(self, database: Database, intake: Takes, waits: Waits, links: FileLinks) -> None:
        self._links = links
        self._database = database
        self._intake = intake
        self._waits = waits
        self._bursts: dict[str, deque[float]] = {}

    async def write(self, channel: OpenChannel, visitor: str, said: dict[str, Any], known: Sequence[dict[str, str]]) -> dict[str, Any]:
        """One message; the answer is given after the commit, and the same id again gives the same answer."""
        id_, text = _checked(said)
        self._slow_down(visitor)
        files = await self._uploads(visitor, said.get("attachments") or [])
        body: dict[str, Any] = {
            "id": id_,
            "visitor": visitor,
            "text": text,
            "page": said.get("page") if isinstance(said.get("page"), dict) else None,
            "locale": str(said.get("locale", ""))[:2],
            "attachments": files,
            "claims": said.get("claims") if isinstance(said.get("claims"), dict) else {},
            "proves": list(known),
        }
        delivery = Delivery("message", f"{visitor}:{id_}", json.dumps(body, ensure_ascii=False).encode())
        taken = await self._intake.take(read(channel, delivery))
        if not taken.messages:
            raise Invalid("unreadable", taken.problem or "the message could not be read")
        message = taken.messages[0]
        at = await self._database.value(QUERIES.written_at, message.id)
        return {"id": id_, "number": message.number, "at": msgspec.to_builtins(at)}

    async def history(self, visitor: str, after: int) -> list[dict[str, Any]]:
        """What this visitor sees of the conversation, oldest first."""
        identity = await self._database.row(QUERIES.identity, visitor)
        if identity is None:
            return []
        rows = await self._database.rows(QUERIES.history, identity["id"], after)
        return [self._view(row, visitor) for row in reversed(rows)]

    async def messages(self, ids: Sequence[UUID]) -> list[tuple[str, dict[str, Any]]]:
        """Visitor and view of messages, for pushing."""
        return [(row["visitor"], self._view(row, row["visitor"])) for row in await self._database.rows(QUERIES.by_ids, list(ids))]

    def _view(self, row: Record, visitor: str) -> dict[str, Any]:
        view = visitor_message(row)
        files = [{**one, "url": self._links.address(visitor, one["id"], time.time())} for one in view["attachments"]]
        return {**view, "attachments": files}

    async def states(self, visitors: Sequence[str]) -> dict[str, dict[str, Any]]:
        """How it stands for each visitor: phase, place, expected wait, who answers, how far it was read."""
        rows = {row["visitor"]: row for row in await self._database.rows(QUERIES.states, list(visitors))}
        waits = await self._waits.waits([str(row["work"]) for row in rows.values() if row["state"] in ("queued", "offered")])
        return {visitor: _state(rows.get(visitor), waits) for visitor in visitors}

    async def visitors_of(self, customers: Sequence[UUID]) -> list[str]:
        """The visitors in the families of these customers."""
        return [row["value"] for row in await self._database.rows(QUERIES.visitors_of, list(customers))]

    async def is_somebody_elses(self, visitor: str, known: Sequence[Mapping[str, str]]) -> bool:
        """Whether the shop has signed this visitor as another one of its customers before."""
        kinds, values = [one["kind"] for one in known], [one["value"] for one in known]
        return bool(await self._database.value(QUERIES.signed_otherwise, visitor, kinds, values))

    async def root(self, visitor: str) -> tuple[str, str] | None:
        """Root and name of a visitor's customer; None before the first message."""
        row = await self._database.row(QUERIES.identity, visitor)
        return (str(row["root_id"]), row["name"]) if row else None

    async def reached(self, visitor: str, number: object, state: str) -> None:
        """The visitor's screen has everything up to a number, or it was read."""
        identity = await self._database.row(QUERIES.identity, visitor)
        if identity is not None and isinstance(number, int) and 0 < number < 2**62:
            await self._database.rows(QUERIES.reached, identity["id"], number, state)

    async def claim(self, visitor: str, said: dict[str, Any]) -> None:
        """A name or an address that the visitor gives: a hint for the agent."""
        identity = await self._database.row(QUERIES.identity, visitor)
        if identity is None:
            return
        async with self._database.transaction() as connection:
            for kind in ("name", "email"):
                if value := str(said.get(kind) or "").strip()[:300]:
                    await connection.execute(QUERIES.add_claim, identity["customer_id"], kind, value)
            if name := str(said.get("name") or "").strip()[:200]:
                await connection.execute(QUERIES.name_customer, identity["customer_id"], name)
            await connection.execute(QUERIES.tell_claimed, identity["customer_id"])

    async def upload(self, visitor: str, name: str, content_type: str, sha256: bytes, size: int) -> str:
        """Remember a file that was sent up; only this visitor may use it."""
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.upload_blob, sha256, size)
            return str(await connection.fetchval(QUERIES.add_upload, name, content_type, size, sha256, uploader(visitor)))

    async def file(self, visitor: str, id_: str) -> Record:
        """A file of the visitor's own conversation. Raises NotFound."""
        identity = await self._database.row(QUERIES.identity, visitor)
        row = await self._database.row(QUERIES.file, UUID(id_), identity["id"]) if identity else None
        if row is None:
            raise NotFound("not_found", "there is no such file in this conversation")
        return row

    async def brand(self, channel: UUID) -> dict[str, Any]:
        """Name and colour to show."""
        row = await self._database.row(QUERIES.brand, channel)
        return {"name": row["name"], "color": row["color"], "locale": row["locale"], "logo": None} if row else {}

    async def _uploads(self, visitor: str, ids: object) -> list[dict[str, Any]]:
        if not isinstance(ids, list) or len(ids) > FILES_LIMIT:
            raise Invalid("too_many_files", f"at most {FILES_LIMIT} files a message")
        if not ids:
            return []
        try:
            wanted = [UUID(str(one)) for one in ids]
        except ValueError:
            raise Invalid("invalid", "attachments: not an id") from None
        rows = await self._database.rows(QUERIES.uploads, wanted, uploader(visitor))
        return [{"id": str(row["id"]), "name": row["name"], "content_type": row["content_type"], "size": row["size"]} for row in rows]

    def _slow_down(self, visitor: str) -> None:
        now = time.monotonic()
        if len(self._bursts) > 10_000:
            self._bursts = {who: times for who, times in self._bursts.items() if times and times[-1] > now - BURST_S}
        times = self._bursts.setdefault(visitor, deque())
        while times and times[0] < now - BURST_S:
            times.popleft()
        if len(times) >= BURST:
            raise TooMany("too_fast", "too many messages at once; they can be sent again in a moment", retry_after=BURST_S)
        times.append(now)


def visitor_message(row: Record) -> dict[str, Any]:
    """A message as the chat bubble shows it."""
    incoming = row["direction"] == "in"
    author = "visitor" if incoming else "system" if row["author_kind"] == "system" else "agent"
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "at": msgspec.to_builtins(row["at"]),
        "from": author,
        "name": "" if incoming else (row["author"] or "").split(" ")[0],
        "text": row["text"],
        "attachments": row["attachments"],
        "state": row["state"],
        "channel": "webchat",
    }


def _state(row: Record | None, waits: Mapping[str, Wait]) -> dict[str, Any]:
    if row is None or row["state"] is None:
        return {"phase": "new", "position": None, "expected_wait_s": None, "agent": None, "read_to": 0}
    wait = waits.get(str(row["work"]))
    phase = phase_of(row["state"], row["topic_state"])
    return {
        "phase": phase,
        "position": wait.position if wait else None,
        "expected_wait_s": wait.expected_s if wait else None,
        "agent": {"name": row["agent"].split(" ")[0]} if phase == "talking" and row["agent"] else None,
        "read_to": row["read_to"],
    }


def phase_of(work: str, topic: str) -> str:
    """While somebody wraps up, the talk can still go on: for the visitor it is over when its matter is closed."""
    if work in ("queued", "offered"):
        return "queued"
    return "talking" if work in ("assigned", "paused") or (work == "wrapping" and topic == "open") else "closed"


def _checked(said: dict[str, Any]) -> tuple[str, str]:
    text = said.get("text")
    try:
        id_ = str(UUID(str(said.get("id"))))
    except ValueError:
        raise Invalid("invalid", "id: a UUID is expected") from None
    if not isinstance(text, str) or not (text.strip() or said.get("attachments")):
        raise Invalid("empty", "text: something is expected")
    if len(text) > TEXT_LIMIT:
        raise Invalid("too_long", f"text: at most {TEXT_LIMIT} characters")
    return id_, text


def uploader(visitor: str) -> str:
    """Whose a file is, as its row says it."""
    return f"visitor:{visitor}"
