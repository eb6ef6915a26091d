"""The line before the transactions: each channel has its own, and they take turns, so that a flood on one holds up nobody else."""

import asyncio
import itertools
from uuid import UUID

from hub.inbound.group import Prepared


class Line:
    """Deliveries that wait. `most`: of one channel; whoever brings more waits with them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._channels: dict[UUID, asyncio.Queue[tuple[int, Prepared]]] = {}
        self._number = itertools.count()
        self._some = asyncio.Event()
        self._turn = 0

    async def put(self, one: Prepared) -> None:
        """Stand in line, behind what came from the same channel before."""
        channel = one.incoming.channel.id
        if channel not in self._channels:
            self._channels[channel] = asyncio.Queue(self._most)
        await self._channels[channel].put((next(self._number), one))
        self._some.set()

    async def group(self, size: int) -> list[Prepared]:
        """Whoever waits, at most so many, one of each channel in turn, in the order in which they came; waits for the first."""
        while not (waiting := self._waiting()):
            self._some.clear()
            await self._some.wait()
        group: list[tuple[int, Prepared]] = []
        while waiting and len(group) < size:
            group += [one.get_nowait() for one in waiting[: size - len(group)]]
            waiting = [one for one in waiting if not one.empty()]
        return [one for _, one in sorted(group, key=lambda numbered: numbered[0])]

    def _waiting(self) -> list["asyncio.Queue[tuple[int, Prepared]]"]:
        """The channels that have something, another one first each time."""
        self._turn += 1
        found = [one for one in self._channels.values() if not one.empty()]
        first = self._turn % len(found) if found else 0
        return found[first:] + found[:first]
