"""What colleagues' sockets hear of what happened between the messages of a thread they have open."""

from collections.abc import Mapping, Sequence

from hub.kernel.ledger import EventRow
from hub.kernel.push import Projection, Push, customer_room
from hub.timeline.reading import THREAD_TYPES, Timeline


def projections(timeline: Timeline) -> Mapping[str, Projection]:
    """Event type -> projection."""

    async def thread_events(events: Sequence[EventRow]) -> list[Push]:
        described = await timeline.described([event.position for event in events])
        return [
            Push("thread.event", event, frozenset({customer_room(event.root)}), event.position, event.at)
            for event in described
            if event.root
        ]

    return dict.fromkeys(THREAD_TYPES, thread_events)
