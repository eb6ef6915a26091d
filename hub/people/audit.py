"""The audit: the ledger itself, newest first, with the names of those who did it."""

from typing import Any
from uuid import UUID

from hub.errors import Invalid
from hub.kernel.database import Database, Record
from hub.kernel.shapes import Person
from hub.people.model import Audit, AuditEntry, AuditPage
from hub.people.sql import QUERIES

LOOKED_AT = 50_000
"""With a filter one page looks at so many events at most, so that no question runs through years."""


class AuditTrail:
    """Reads pages of the ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, page: AuditPage) -> Audit:
        """The events before `after` (or the newest)."""
        before = _position(page.after) if page.after is not None else await self._database.value(QUERIES.ledger_end) + 1
        lowest = max(0, before - LOOKED_AT)
        rows = await self._database.rows(QUERIES.audit, before, lowest, page.type, _agent(page.agent), page.limit)
        end = rows[-1]["position"] if len(rows) == page.limit else lowest
        return Audit(items=[_entry(row) for row in rows], next=str(end) if end > 1 else None)


def _position(after: str) -> int:
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise Invalid("invalid", "after: is not a position", fields={"after": "is not a position"})
    return int(after)


def _agent(agent: str | None) -> UUID | None:
    try:
        return UUID(agent) if agent else None
    except ValueError:
        raise Invalid("invalid", "agent: is not an id", fields={"agent": "is not an id"}) from None


def _entry(row: Record) -> AuditEntry:
    actor = Person(kind=row["actor_kind"], id=_text(row["actor"]), name=row["actor_name"] or "")
    ids = {name: _text(row[name]) for name in ("agent", "customer", "topic", "message", "work", "queue", "channel")}
    return AuditEntry(position=row["position"], at=row["at"], type=row["type"], actor=actor, data=row["data"], **ids)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
