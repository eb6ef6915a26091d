"""Reads conversations: pages of the thread, and messages in batches for the sockets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from hub.conversations.model import (
    ConversationPage,
    Draft,
    Mention,
    Mentions,
    Message,
    MessageVersion,
    PageQuery,
    PushedMessage,
)
from hub.conversations.views import message_view, pushed_view
from hub.errors import NotFound
from hub.kernel.database import Database, Record, queries
from hub.kernel.shapes import Named, ThreadEvent
from hub.kernel.web import Principal

QUERIES = queries(__package__)
BEYOND = 2**63 - 1
ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
FOREVER = datetime(9999, 12, 30, tzinfo=UTC)


class Customers(Protocol):
    """Knows customers, and who may see them."""

    async def customer_for(self, principal: Principal, customer: str) -> Named: ...

    async def family(self, root: str) -> list[str]: ...


class Timeline(Protocol):
    """Reads what happened between messages."""

    async def between(self, family: Sequence[str], start: datetime, end: datetime) -> list[ThreadEvent]: ...


@dataclass(frozen=True, slots=True)
class Pushed:
    """A message for the sockets, the agents who are at work on its topic, and the queues where that work is."""

    view: PushedMessage
    at_work: Sequence[UUID]
    queues: Sequence[UUID]


class Conversations:
    """Threads as colleagues read them. Everything is looked up through the caller."""

    def __init__(self, database: Database, customers: Customers, timeline: Timeline, viewers: Callable[[str], list[Named]]) -> None:
        self._database = database
        self._customers = customers
        self._timeline = timeline
        self._viewers = viewers

    async def page(self, principal: Principal, customer: str, query: PageQuery) -> ConversationPage:
        """A page of the thread of a family, with what happened in the same span. Raises NotFound."""
        root = await self._customers.customer_for(principal, customer)
        family = await self._customers.family(root.id)
        before = int(query.before) if query.before else None
        found = await self._numbers(family, query, before)
        shown, older = found[: query.limit], len(found) > query.limit
        messages = await self.message_views([row["id"] for row in shown])
        own = await self._database.row(QUERIES.own, principal.agent, family)
        assert own is not None
        start = shown[-1]["at"] if older else ALWAYS
        return ConversationPage(
            customer=root,
            messages=list(messages.values()),
            events=await self._events(family, before, start),
            next=str(shown[-1]["number"]) if older else None,
            read=own["read"],
            draft=_draft(own),
            viewers=self._viewers(root.id),
            scheduled=list((await self.message_views(own["scheduled"])).values()) if before is None else [],
        )

    async def message_views(self, ids: Sequence[str | UUID]) -> dict[str, Message]:
        """Messages by id, in the order of the thread."""
        return {str(row["id"]): message_view(row) for row in await self._rows(ids)}

    async def pushed(self, ids: Sequence[str | UUID]) -> list[Pushed]:
        """Messages for the sockets, each with whom they concern."""
        return [Pushed(pushed_view(row), row["at_work"], row["queues"]) for row in await self._rows(ids)]

    async def moved(self, moves: Sequence[str]) -> dict[str, list[UUID]]:
        """The messages of moves."""
        found: dict[str, list[UUID]] = {move: [] for move in moves}
        for row in await self._database.rows(QUERIES.moved, list(found)):
            found[str(row["move_id"])].append(row["message_id"])
        return found

    async def roots(self, customers: Sequence[UUID]) -> dict[UUID | None, UUID]:
        """The roots of customers."""
        rows = await self._database.rows(QUERIES.roots, customers) if customers else []
        return {row["id"]: row["root_id"] for row in rows}

    async def root_of_address(self, kind: str, value: str) -> Named | None:
        """The customer behind an address."""
        row = await self._database.row(QUERIES.root_of_address, kind, value)
        return Named(id=str(row["root_id"]), name=row["name"]) if row else None

    async def one(self, principal: Principal, message: str) -> Message:
        """One message that the caller may see. Raises NotFound."""
        await self.owner_for(principal, message)
        return (await self.message_views([message]))[message]

    async def mentions(self, agent: str) -> Mentions:
        """Where a colleague was mentioned."""
        return Mentions(items=[_mention(row) for row in await self._database.rows(QUERIES.mentions, agent)])

    async def versions(self, principal: Principal, message: str) -> list[MessageVersion]:
        """What a message that the caller may see said before it was edited, oldest first. Raises NotFound."""
        await self.owner_for(principal, message)
        return [MessageVersion(at=row["at"], text=row["text"]) for row in await self._database.rows(QUERIES.versions, message)]

    async def owner_for(self, principal: Principal, message: str) -> Record:
        """The customer and the HTML of a message that the caller may see. Raises NotFound."""
        row = await self._database.row(QUERIES.owner, message)
        if row is None:
            raise NotFound("not_found", f"there is no message {message}")
        await self._customers.customer_for(principal, str(row["customer_id"]))
        return row

    async def _numbers(self, family: list[str], query: PageQuery, before: int | None) -> list[Record]:
        end = BEYOND if before is None else before
        if query.topic is None:
            return await self._database.rows(QUERIES.page, family, end, query.limit + 1)
        return await self._database.rows(QUERIES.topic_page, family, end, query.limit + 1, query.topic)

    async def _events(self, family: list[str], before: int | None, start: datetime) -> list[ThreadEvent]:
        """Pages share the time between them without a gap: each ends where the next message of the thread begins."""
        end = None if before is None else await self._database.value(QUERIES.time_of, family, before)
        return await self._timeline.between(family, start, end or FOREVER)

    async def _rows(self, ids: Sequence[str | UUID]) -> list[Record]:
        return await self._database.rows(QUERIES.views, list(ids)) if ids else []


def _mention(row: Record) -> Mention:
    return Mention(
        message=str(row["id"]),
        number=row["number"],
        at=row["at"],
        text=row["text"],
        customer=Named(id=str(row["customer"]), name=row["customer_name"]),
        author=None if row["author"] is None else Named(id=str(row["author"]), name=row["author_name"]),
        unread=row["unread"],
    )


def _draft(row: Record) -> Draft | None:
    if row["kind"] is None:
        return None
    channel, topic = _text(row["channel_id"]), _text(row["topic_id"])
    return Draft(kind=row["kind"], text=row["text"], channel=channel, topic=topic, subject=row["subject"], html=row["html"])


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)
