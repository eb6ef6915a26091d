"""The waiting items, sorted in the order of offering inside lanes of items that the same agents may take."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

#: Sorts items of one queue; ends with the work id, so that no two are equal.
OrderKey = tuple[float, float, str]


class LaneKey(NamedTuple):
    """What decides who may take an item, but for exclusions and delays.

    `require` is sorted (skill, level); `reserved` is the agent for whom the item is kept, or None.
    """

    queue: str
    channel: str
    require: tuple[tuple[str, int], ...]
    reserved: str | None


@dataclass(slots=True)
class Lane:
    """The items of one lane, the next one first."""

    key: LaneKey
    items: list[OrderKey] = field(default_factory=list)


class Waiting:
    """All lanes, found by queue and by the agent for whom they are reserved. Empty lanes do not exist."""

    def __init__(self) -> None:
        self._lanes: dict[str, dict[str | None, dict[LaneKey, Lane]]] = {}

    def add(self, key: LaneKey, item: OrderKey) -> None:
        """Put an item in its place."""
        reserved = self._lanes.setdefault(key.queue, {}).setdefault(key.reserved, {})
        lane = reserved.get(key)
        if lane is None:
            lane = reserved[key] = Lane(key)
        insort(lane.items, item)

    def remove(self, key: LaneKey, item: OrderKey) -> None:
        """Take an item out; it must be there."""
        queue = self._lanes[key.queue]
        lane = queue[key.reserved][key]
        del lane.items[bisect_left(lane.items, item)]
        if not lane.items:
            del queue[key.reserved][key]
            if not queue[key.reserved]:
                del queue[key.reserved]

    def lanes_for(self, queue: str, agent: str) -> Iterator[Lane]:
        """The lanes of a queue that are open to everyone or reserved for this agent."""
        reserved = self._lanes.get(queue, {})
        yield from reserved.get(None, {}).values()
        yield from reserved.get(agent, {}).values()

    def reserved_for(self, agent: str) -> list[str]:
        """Ids of the work kept for this agent, over all queues."""
        lanes = (lane for queue in self._lanes.values() for lane in queue.get(agent, {}).values())
        return [item[-1] for lane in lanes for item in lane.items]

    def of_queue(self, queue: str) -> list[OrderKey]:
        """Every item that waits in the queue, in order."""
        return sorted(item for lane in self._all_lanes(queue) for item in lane.items)

    def ahead(self, queue: str, item: OrderKey) -> int:
        """How many items of the queue come before this one."""
        return sum(bisect_left(lane.items, item) for lane in self._all_lanes(queue))

    def _all_lanes(self, queue: str) -> Iterator[Lane]:
        return (lane for lanes in self._lanes.get(queue, {}).values() for lane in lanes.values())
