"""What colleagues' sockets hear of side conversations: one query for a batch, only those whom it concerns."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from hub.asides.model import Aside, AsideChanged
from hub.asides.reading import Asides
from hub.kernel.ledger import EventRow
from hub.kernel.push import Projection, Push, agent_room, customer_room

OWN = ("aside.opened", "aside.answered", "aside.closed", "aside.reopened", "aside.canceled")
WORDS = ("message.created", "message.changed")


def projections(asides: Asides) -> Mapping[str, Projection]:
    """Event type -> projection."""

    async def changed(events: Sequence[EventRow]) -> list[Push]:
        """What several events of a batch tell of the same words is told once."""
        known = await asides.among({event.topic for event in events if event.type in WORDS and event.topic})
        latest = {(str(aside), event.message): event for event in events if (aside := _aside_of(event, known))}
        told = [(event, aside) for (aside, _), event in latest.items()]
        if not told:
            return []
        ids = {aside for _, aside in told}
        views, at_work = await asides.views(ids), await asides.at_work(ids)
        messages = await asides.messages([event.message for event, _ in told if event.message])
        return [
            Push("aside.changed", AsideChanged(aside=views[id_], message=messages.get(str(event.message))), rooms, event.position, event.at)
            for event, id_ in told
            if id_ in views and (rooms := _rooms(views[id_], at_work.get(id_)))
        ]

    return dict.fromkeys((*OWN, *WORDS), changed)


def _aside_of(event: EventRow, known: set[UUID]) -> str | UUID | None:
    if event.type in OWN:
        return str(event.data["aside"])
    return event.topic if event.topic in known else None


def _rooms(aside: Aside, agent: str | None) -> frozenset[str]:
    """Those who have the customer open, who has the matter in hand, who asked, and whom they ask."""
    agents = {aside.by.id, *(one.id for one in aside.colleagues), *([agent] if agent else [])}
    return frozenset({customer_room(aside.root), *(agent_room(one) for one in agents)})
