"""Reads the ledger for people: pages of a family's events, the events of a span of its thread, and single ones for the sockets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.kernel.database import Database, Record, queries
from hub.kernel.shapes import Person, ThreadEvent

QUERIES = queries(__package__)
BEYOND = 2**63 - 1
"""Higher than any position."""

THREAD_TYPES = (
    "work.assigned",
    "work.transferred",
    "work.released",
    "work.completed",
    "customer.joined",
    "customer.parted",
    "topic.opened",
    "topic.reopened",
    "topic.closed",
    "topic.moved",
    "topic.split",
    "message.moved",
    "topic.set_aside",
    "topic.put_back",
)
"""What a thread shows between its messages; the statement `between` and the index `event_thread` name the same."""


class RootedEvent(ThreadEvent):
    """An event for the sockets: with the root of the customer it happened to."""

    root: str | None


class Timeline:
    """The ledger as colleagues read it. Families are given as the ids of all their members."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, family: Sequence[str], before: int | None, limit: int) -> list[ThreadEvent]:
        """The newest events before a position, newest first, of every type."""
        found = await self._database.rows(QUERIES.newest, family, BEYOND if before is None else before, limit)
        events = await self.described([row["position"] for row in found])
        return list(reversed(events))

    async def between(self, family: Sequence[str], start: datetime, end: datetime) -> list[ThreadEvent]:
        """What the thread shows between its messages from `start` until before `end`, oldest first."""
        found = await self._database.rows(QUERIES.between, family, start, end)
        return list(await self.described([row["position"] for row in found]))

    async def described(self, positions: Sequence[int]) -> Sequence[RootedEvent]:
        """Events by their positions, in order, with names."""
        if not positions:
            return []
        return [_event(row) for row in await self._database.rows(QUERIES.described, positions)]


def _event(row: Record) -> RootedEvent:
    actor = Person(kind=row["actor_kind"], id=_text(row["actor"]), name=row["actor_name"])
    root = _text(row["root_id"])
    return RootedEvent(position=row["position"], at=row["at"], type=row["type"], actor=actor, data=_data(row), root=root)


def _data(row: Record) -> dict[str, Any]:
    """The event's own words, and what its ids point to."""
    said = {key: value for key, value in row["data"].items() if key != "other"}
    things = {
        "agent": _named(row["agent"], row["agent_name"]),
        "queue": _named(row["queue"], row["queue_name"]),
        "customer": _named(row["other"], row["other_name"]),
        "topic": row["topic"] and {"id": str(row["topic"]), "code": row["topic_code"], "subject": row["topic_subject"]},
        "channel": row["channel"] and {"id": str(row["channel"]), "connector": row["connector"], "name": row["channel_name"]},
        "message": row["message"] and {"id": str(row["message"]), "direction": row["direction"], "text": row["text"]},
        "work": _text(row["work"]),
    }
    return {**said, **{name: thing for name, thing in things.items() if thing}, **_of_type(row)}


def _of_type(row: Record) -> dict[str, Any]:
    if row["type"] in ("customer.joined", "topic.split", "message.moved"):
        return {"undone": row["undone"]}
    if row["type"] == "work.transferred":  # the event's agent is who had it; readers want to know who has it now
        return {"agent": _named(row["target"], row["target_name"]), "from": _named(row["agent"], row["agent_name"])}
    if row["type"] == "work.completed":
        return {"code": row["code"], "note": row["note"]}
    return {}


def _named(id_: object, name: str | None) -> dict[str, str] | None:
    return None if id_ is None else {"id": str(id_), "name": name or ""}


def _text(id_: object) -> str | None:
    return None if id_ is None else str(id_)
