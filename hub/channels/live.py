"""What colleagues' sockets hear of channels: that one came up or went down."""

from collections.abc import Mapping, Sequence

from hub.kernel.ledger import EventRow
from hub.kernel.push import EVERYBODY, Projection, Push


def projections() -> Mapping[str, Projection]:
    """Event type -> projection."""
    return {"channel.state": _states}


async def _states(events: Sequence[EventRow]) -> list[Push]:
    return [
        Push("channel.changed", {"id": str(event.channel), "state": event.data["state"]}, frozenset({EVERYBODY}), event.position, event.at)
        for event in events
    ]
