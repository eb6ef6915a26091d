"""What colleagues' sockets hear of messages: one query for a batch, whoever is concerned."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hub.conversations.model import PushedMessage
from hub.conversations.reading import Conversations, Pushed
from hub.kernel.ledger import EventRow
from hub.kernel.push import SUPERVISORS, Projection, Push, agent_room, customer_room, queue_room


def projections(conversations: Conversations) -> Mapping[str, Projection]:
    """Event type -> projection."""

    async def messages(events: Sequence[EventRow]) -> list[Push]:
        ids = list({event.message for event in events if event.message is not None})
        views = {UUID(pushed.view.id): (pushed.view, _rooms(pushed)) for pushed in await conversations.pushed(ids)}
        return [_push(event, *views[event.message]) for event in events if event.message in views]

    return {"message.created": messages, "message.changed": messages}


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
