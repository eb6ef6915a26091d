"""What colleagues' sockets hear of messages: one query for a batch, whoever is concerned."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hub.conversations.model import PushedMessage
from hub.conversations.reading import Conversations, Pushed
from hub.kernel.ledger import EventRow
from hub.kernel.push import SUPERVISORS, Projection, Push, agent_room, customer_room, queue_room

MOVES = ("topic.split", "message.moved")


def projections(conversations: Conversations) -> Mapping[str, Projection]:
    """Event type -> projection."""

    async def messages(events: Sequence[EventRow]) -> list[Push]:
        ids = list({event.message for event in events if event.message is not None})
        views = {UUID(pushed.view.id): (pushed.view, _rooms(pushed)) for pushed in await conversations.pushed(ids)}
        return [_push(event, *views[event.message]) for event in events if event.message in views]

    async def moves(events: Sequence[EventRow]) -> list[Push]:
        """What was moved is told as it is now to those whom it reached; those whom it left are told that it is gone."""
        found = await conversations.moved([event.data["move"] for event in events])
        pushed = await conversations.pushed(list({id_ for ids in found.values() for id_ in ids}))
        views = {UUID(one.view.id): one for one in pushed}
        roots = await conversations.roots([event.customer for event in events if event.customer])
        told = [(event, [views[id_] for id_ in found[event.data["move"]] if id_ in views]) for event in events]
        return [push for event, moved in told for push in _moved(event, moved, roots.get(event.customer))]

    return {"message.created": messages, "message.changed": messages, **dict.fromkeys(MOVES, moves)}


def _moved(event: EventRow, moved: Sequence[Pushed], root: UUID | None) -> list[Push]:
    if not event.data.get("away"):
        return [Push("message.changed", one.view, _rooms(one), event.position, event.at) for one in moved]
    gone = [one.view.id for one in moved if one.view.root != str(root)]  # the two may have been joined since
    return [Push("message.gone", {"root": str(root), "messages": gone}, frozenset({customer_room(root)}), event.position, event.at)]


def _push(event: EventRow, view: PushedMessage, rooms: frozenset[str]) -> Push:
    return Push(event.type, view, rooms, event.position, event.at)


def _rooms(pushed: Pushed) -> frozenset[str]:
    """Those who have the customer open, who is at work on it, who wrote it (in his other windows), who is mentioned; and, for the previews
    of their lists, the queue's members and the supervisors, as long as they are few.
    """
    view = pushed.view
    writer = [view.author.id] if view.author.kind == "human" and view.author.id else []
    agents: list[Any] = [*pushed.at_work, *writer, *view.mentions]
    lists = {SUPERVISORS, *(queue_room(queue) for queue in pushed.queues)}
    return frozenset({customer_room(view.root), *lists, *(agent_room(agent) for agent in agents)})
