"""What has arrived for one channel and is not stored yet, and who waits for the answer."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from connectors.contract import Delivery
from connectors.email.judging import Judge

BATCH = 24


@dataclass(slots=True, eq=False)
class Waiting:
    """A delivery whose sender waits for the answer: `stored` says whether it may be yes."""

    delivery: Delivery
    stored: "asyncio.Future[bool]"

    def settle(self, *, stored: bool) -> None:
        if not self.stored.done():
            self.stored.set_result(stored)


@dataclass(slots=True, eq=False)
class Mailbox:
    """The deliveries for one address. Bounded by the sessions, each of which brings one mail at a time."""

    address: str
    judge: Judge = field(default_factory=Judge)
    waiting: deque[Waiting] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    open: bool = True

    def put(self, delivery: Delivery) -> "asyncio.Future[bool]":
        """Queue a delivery; the future tells whether it was stored."""
        one = Waiting(delivery, asyncio.get_running_loop().create_future())
        if self.open:
            self.waiting.append(one)
            self.arrived.set()
        else:
            one.settle(stored=False)
        return one.stored

    async def next_batch(self) -> list[Waiting]:
        """All that waits, at most BATCH; waits for the first. The taker settles each."""
        while not self.waiting:
            self.arrived.clear()
            await self.arrived.wait()
        return [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]

    def close(self) -> None:
        self.open = False
        while self.waiting:
            self.waiting.popleft().settle(stored=False)
