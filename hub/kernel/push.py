"""What is told to sockets: one event, the rooms whom it concerns, and the projections that make it of the ledger's events."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from hub.kernel.ledger import EventRow


@dataclass(frozen=True, slots=True)
class Push:
    """One event for sockets: kept ones carry the ledger's position, passing ones (typing) None. `rooms` are whom it concerns."""

    type: str
    data: Any
    rooms: frozenset[str]
    position: int | None = None
    at: datetime | None = None


Projection = Callable[[Sequence[EventRow]], Awaitable[Iterable[Push]]]


def agent_room(agent: object) -> str:
    """The room of one colleague's sockets."""
    return f"agent:{agent}"


def customer_room(root: object) -> str:
    """The room of those who have a customer open."""
    return f"customer:{root}"


def queue_room(queue: object) -> str:
    """The room of a queue's members."""
    return f"queue:{queue}"


SUPERVISORS = "supervisors"
EVERYBODY = "everybody"


async def projected(projections: Mapping[str, Sequence[Projection]], events: Sequence[EventRow]) -> list[Push]:
    """What a batch of events means to sockets, in order; each projection runs once for all of its events."""
    mine: dict[Projection, list[EventRow]] = {}
    for event in events:
        for projection in projections.get(event.type, ()):
            mine.setdefault(projection, []).append(event)
    return sorted([push for projection, rows in mine.items() for push in await projection(rows)], key=place)


def place(push: Push) -> int:
    """Where a push stands in the order of the ledger; what passes comes first."""
    return push.position or 0


def wire(push: Push) -> dict[str, Any]:
    """As it goes over the socket."""
    at = push.at or datetime.now(UTC)
    return {"position": push.position, "type": push.type, "at": plain(at), "data": plain(push.data)}


def plain(value: Any) -> Any:
    """Structs, times and ids as JSON has them."""
    return msgspec.to_builtins(value, str_keys=True)
