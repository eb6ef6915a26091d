"""Reads: work, offers, presence and queues as the console shows them; a batch is one query, plus one for names where there are any."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from hub.kernel.database import Database, Record
from hub.kernel.shapes import ChannelRef, Named
from hub.work.model import (
    OPEN_STATES,
    Activity,
    ChannelLoad,
    Handover,
    Label,
    Offer,
    Preview,
    QueueLoad,
    Reason,
    Status,
    TopicRef,
    Units,
    Why,
    Work,
    WorkPage,
    WorkQuery,
    WrapUpCode,
)
from hub.work.sql import QUERIES
from hub.work.waits import Pace, expected_wait

Row: TypeAlias = Record | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wait:
    """Where an item stands, 0 while it is offered, and how many seconds it will take; None when nobody can say."""

    position: int
    expected_s: int | None


class WorkReading:
    """Answers from the present rows, on any node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def work_views(self, ids: Collection[str], reader: str | None = None) -> dict[str, Work]:
        """Items by id. Unread is counted for the reader, or else for the agent who has the item."""
        rows = await self._database.rows(QUERIES.works, list(ids), reader) if ids else []
        names = await self._names_in(cause for row in rows for cause in (*row["reasons"], row["why"] or {}))
        return {row["id"]: _work(row, names) for row in rows}

    async def offer_views(self, ids: Collection[str]) -> dict[str, Offer]:
        """Offers by id, open or not."""
        rows = await self._database.rows(QUERIES.offers, list(ids)) if ids else []
        names = await self._names_in(row["why"] for row in rows)
        return {row["id"]: _offer(row, names) for row in rows}

    async def open_work_in(
        self, topics: Collection[str], customers: Collection[str], renamed: Collection[str] = ()
    ) -> list[tuple[str, str]]:
        """The items that are open in topics, and those in hand with customers' families, each with that topic or customer."""
        if not (topics or customers or renamed):
            return []
        rows = await self._database.rows(QUERIES.open_work_in, list(topics), list(customers), list(renamed))
        return [(row["id"], row["place"]) for row in rows]

    async def offers_of(self, agent: str) -> list[Offer]:
        """The open offers of an agent, the one that ends first at the head."""
        ids = [row["id"] for row in await self._database.rows(QUERIES.offers_of, agent)]
        views = await self.offer_views(ids)
        return [views[id_] for id_ in ids]

    async def work_of(self, agent: str) -> list[Work]:
        """What an agent has in hand."""
        page = await self.work_page(WorkQuery(state="assigned,wrapping,paused", mine=True, limit=200), agent)
        return page.items

    async def work_page(self, query: WorkQuery, reader: str) -> WorkPage:
        """A part of a list: what is under way the oldest first, what is over the newest first."""
        states = query.states()
        sql = QUERIES.open_work if set(states) <= set(OPEN_STATES) else QUERIES.ended_work
        mine = reader if query.mine else None
        ids = [row["id"] for row in await self._database.rows(sql, states, query.queue, mine, query.after, query.limit + 1)]
        shown = ids[: query.limit]
        views = await self.work_views(shown, reader)
        return WorkPage(items=[views[id_] for id_ in shown], next=shown[-1] if len(ids) > query.limit else None)

    async def statuses(self, agents: Collection[str]) -> dict[str, Status]:
        """Where agents stand."""
        rows = await self._database.rows(QUERIES.statuses, list(agents)) if agents else []
        return {row["agent"]: _status(row) for row in rows}

    async def queue_loads(self) -> list[QueueLoad]:
        """Every queue as of now."""
        return [QueueLoad(**dict(row)) for row in await self._database.rows(QUERIES.queue_loads)]

    async def activities(self) -> list[Activity]:
        """What an agent can be doing, in the order of the menu."""
        rows = await self._database.rows(QUERIES.activities)
        return [Activity(id=row["id"], label=_label(row), routable=row["routable"]) for row in rows]

    async def wrap_up_codes(self) -> list[WrapUpCode]:
        """What can have come of work, in the order of the menu."""
        return [WrapUpCode(id=row["id"], label=_label(row)) for row in await self._database.rows(QUERIES.wrap_up_codes)]

    async def waits(self, ids: Collection[str]) -> dict[str, Wait]:
        """Places and expected waits of the items that wait; two queries for all of them."""
        places = await self._database.rows(QUERIES.places, list(ids)) if ids else []
        if not places:
            return {}
        queues, kinds = {row["queue"] for row in places}, {row["kind"] for row in places}
        rows = await self._database.rows(QUERIES.paces, list(queues), list(kinds))
        paces = {(row["queue"], row["kind"]): _pace(row) for row in rows}
        return {row["id"]: Wait(row["position"], expected_wait(row["position"], paces[row["queue"], row["kind"]])) for row in places}

    async def why(self, work: Work) -> Why:
        """Why an item waits, and for how long."""
        wait = (await self.waits([work.id])).get(work.id)
        if wait is None:
            return Why(reasons=work.reasons, position=None, expected_wait_s=None)
        return Why(reasons=work.reasons, position=wait.position, expected_wait_s=wait.expected_s)

    async def _names_in(self, causes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        return await self.names({cause["agent"] for cause in causes if cause.get("agent")})

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """The names of colleagues by id."""
        return {row["id"]: row["name"] for row in await self._database.rows(QUERIES.names, list(ids))} if ids else {}


def _work(row: Row, names: Mapping[str, str]) -> Work:
    return Work(
        id=row["id"],
        state=row["state"],
        queue=Named(id=row["queue_id"], name=row["queue_name"]),
        channel=ChannelRef(id=row["channel_id"], connector=row["connector"], name=row["channel_name"]),
        customer=Named(id=row["customer_id"], name=row["customer_name"]),
        topic=TopicRef(id=row["topic_id"], code=row["topic_code"], subject=row["subject"]),
        agent=Named(id=row["agent_id"], name=row["agent_name"]) if row["agent_id"] else None,
        waited_s=round(row["waited_s"], 1),
        first_queued_at=row["first_queued_at"],
        reasons=[_reason(cause, names) for cause in row["reasons"]] if row["state"] in ("queued", "offered") else [],
        why=_reason(row["why"], names) if row["why"] else None,
        preview=_preview(row),
        turn=row["turn"],
        turn_since=row["turn_since"],
        unread=row["unread"],
        asides=row["asides"],
        wrap_until=row["wrap_until"],
        due_at=row["due_at"],
        priority=row["priority"],
        code=row["code"],
        note=row["note"],
    )


def _offer(row: Row, names: Mapping[str, str]) -> Offer:
    return Offer(
        id=row["id"],
        work=row["work_id"],
        agent=row["agent_id"],
        customer=Named(id=row["customer_id"], name=row["customer_name"]),
        queue=Named(id=row["queue_id"], name=row["queue_name"]),
        channel=ChannelRef(id=row["channel_id"], connector=row["connector"], name=row["channel_name"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        waited_s=round(row["waited_s"], 1),
        first_queued_at=row["first_queued_at"],
        why=_reason(row["why"], names) if row["why"] else None,
        preview=_preview(row),
        subject=row["subject"],
        due_at=row["due_at"],
        handed=_handover(row),
    )


def _handover(row: Row) -> Handover | None:
    if not row["handed_by"]:
        return None
    return Handover(by=Named(id=row["handed_by"], name=row["handed_by_name"]), note=row["handed_note"] or "")


def _preview(row: Row) -> Preview | None:
    if not row["direction"]:
        return None
    author = Named(id=row["author_id"], name=row["author_name"]) if row["author_name"] else None
    return Preview(direction=row["direction"], text=row["text"], at=row["at"], author=author)


def _reason(cause: Mapping[str, Any], names: Mapping[str, str]) -> Reason:
    """A kept cause; a time at which something ends becomes the seconds that are left."""
    told = {key: value for key, value in cause.items() if key not in ("agent", "until")}
    if "until" in cause:
        told["left_s"] = max(0.0, round(cause["until"] - datetime.now(UTC).timestamp(), 1))
    agent = cause.get("agent")
    return Reason(**told, agent=Named(id=agent, name=names.get(agent, "")) if agent else None)


def _status(row: Row) -> Status:
    return Status(
        agent=row["agent"],
        activity=row["activity"],
        since=row["since"],
        routing_status=row["routing_status"],
        units=Units(used=row["units_used"], max=row["units_max"]),
        channels=msgspec.convert(row["channels"], type=list[ChannelLoad]),
        after_work=row["after_work"],
    )


def _label(row: Row) -> Label:
    return Label(es=row["label_es"], en=row["label_en"])


def _pace(row: Row) -> Pace:
    return Pace(row["answered"], row["abandoned"], row["speed_s"], row["handle_s"], row["slots"])
