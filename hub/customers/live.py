"""What colleagues' sockets hear of records: that one changed, that two were joined or parted, how a topic stands."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hub.customers.records import QUERIES, topic_view
from hub.kernel.database import Database
from hub.kernel.ledger import EventRow
from hub.kernel.push import Projection, Push, agent_room, customer_room

CHANGES = (
    "customer.created",
    "customer.changed",
    "customer.identified",
    "customer.invited",
    "customer.tagged",
    "customer.untagged",
    "customer.distinct",
    "consent.given",
    "consent.withdrawn",
    "commitment.made",
    "commitment.done",
    "commitment.reopened",
)
"""After these the record is fetched again."""
TOPICS = (
    *("topic.opened", "topic.reopened", "topic.closed", "topic.moved", "topic.changed", "topic.split", "message.moved"),
    *("topic.set_aside", "topic.put_back"),
)


def projections(database: Database) -> Mapping[str, Projection]:
    """Event type -> projection."""

    async def changes(events: Sequence[EventRow]) -> list[Push]:
        roots = await _roots(database, [event.customer for event in events])
        return [
            Push("customer.changed", {"id": str(roots[event.customer])}, _rooms(roots, event.customer), event.position, event.at)
            for event in events
            if event.customer in roots
        ]

    async def families(events: Sequence[EventRow]) -> list[Push]:
        others = {event.position: UUID(event.data["other"]) for event in events}
        roots = await _roots(database, [event.customer for event in events] + list(others.values()))
        return [_family_push(event, others[event.position], roots) for event in events if event.customer in roots]

    async def topics(events: Sequence[EventRow]) -> list[Push]:
        rows = {row["id"]: row for row in await database.rows(QUERIES.topics_by_id, list({id_ for one in events for id_ in _topics(one)}))}
        return [_topic_push(event, rows[id_]) for event in events for id_ in _topics(event) if id_ in rows]

    return {
        **dict.fromkeys(CHANGES, changes),
        **dict.fromkeys(("customer.joined", "customer.parted"), families),
        **dict.fromkeys(TOPICS, topics),
    }


async def _roots(database: Database, customers: Sequence[UUID | None]) -> dict[UUID | None, UUID]:
    rows = await database.rows(QUERIES.roots, [one for one in set(customers) if one is not None])
    return {row["id"]: row["root_id"] for row in rows}


def _rooms(roots: Mapping[UUID | None, UUID], *customers: UUID | None) -> frozenset[str]:
    """Whoever has one of them open, as it was opened or as its root is now."""
    return frozenset(customer_room(one) for customer in customers for one in (customer, roots.get(customer)) if one)


def _topics(event: EventRow) -> list[UUID]:
    """The topic that an event is about, and the other one between which messages were moved."""
    others = [UUID(event.data[name]) for name in ("from", "to") if event.type in ("topic.split", "message.moved") and name in event.data]
    return [*([event.topic] if event.topic else []), *others]


def _family_push(event: EventRow, other: UUID, roots: Mapping[UUID | None, UUID]) -> Push:
    data = {"join": event.data["join"], "root": str(roots[event.customer]), "customer": str(other)}
    return Push(event.type, data, _rooms(roots, event.customer, other), event.position, event.at)


def _topic_push(event: EventRow, row: Any) -> Push:
    agents = [agent_room(row["agent_id"])] if row["agent_id"] else []
    data = {**msgspec.to_builtins(topic_view(row)), "root": str(row["root_id"])}
    return Push("topic.changed", data, frozenset({customer_room(row["root_id"]), *agents}), event.position, event.at)
