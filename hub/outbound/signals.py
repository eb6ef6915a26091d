"""What is gone in a moment: that an agent writes, and that messages were read. Sent once, best effort, and never waited for."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from uuid import UUID

from connectors.contract import Address, Signal, Signals
from connectors.errors import ConnectorError
from hub.channels.model import OpenChannel
from hub.kernel.database import GONE, Database, Record, queries

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

TYPING_EVERY_S = 4.0
TIMEOUT_S = 10.0
AT_ONCE = 50
"""Signals under way on this node; what is more is dropped."""
REMEMBERED = 20_000


class AgentSignals:
    """Passes on what agents do at the console, to channels whose connector can. `channels`: those that are open on this node."""

    def __init__(
        self, database: Database, channels: Callable[[], Mapping[UUID, OpenChannel]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._typing = _Latest()
        self._read = _Latest()
        self._under_way: set[asyncio.Task[None]] = set()

    def typing(self, root: str, on: bool) -> None:
        """An agent writes to a customer; told at most every four seconds."""
        now = self._clock()
        if on and now >= self._typing.get(root, -TYPING_EVERY_S) + TYPING_EVERY_S:
            self._typing.put(root, now)
            self._begin(self._tell_typing(root))

    def read(self, root: str, number: int) -> None:
        """An agent has seen a customer's messages up to a number; each is told once."""
        self._begin(self._tell_read(root, number))

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._under_way) >= AT_ONCE or not any(isinstance(one.connector, Signals) for one in self._channels().values()):
            work.close()
            return
        task = asyncio.create_task(work, name="signal")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _tell_typing(self, root: str) -> None:
        for row in (await self._last(root, None))[:1]:
            channel = self._channels().get(row["channel_id"])
            if channel is not None and channel.manifest.typing:
                await self._send(channel, "typing", row)

    async def _tell_read(self, root: str, number: int) -> None:
        for row in await self._last(root, number):
            channel, key = self._channels().get(row["channel_id"]), f"{row['channel_id']} {row['identity_id']}"
            if channel is not None and self._read.get(key, 0) < row["number"]:
                self._read.put(key, row["number"])
                await self._send(channel, "read", row)

    async def _last(self, root: str, number: int | None) -> list[Record]:
        """The last message that each address of the family wrote on each channel, the newest first."""
        try:
            return await self._database.rows(QUERIES.last_heard, root, number)
        except GONE:
            return []

    async def _send(self, channel: OpenChannel, kind: Any, row: Record) -> None:
        if not isinstance(channel.connector, Signals):
            return
        address = row["address"]
        to = Address(address["kind"], address["value"], address.get("name", ""), address.get("native", ""))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await channel.connector.signal(Signal(kind, to, target=row["external_id"], sender=address.get("to", "")))
        except (ConnectorError, TimeoutError) as error:
            log.info("channel %s: a signal was not passed on: %r", channel.channel.name, error)
        except Exception:
            log.exception("channel %s: the connector broke on a signal", channel.channel.name)


class _Latest:
    """The last value for each of the keys that were used last."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, float] = OrderedDict()

    def get(self, key: str, default: float) -> float:
        """What was put last."""
        return self._values.get(key, default)

    def put(self, key: str, value: float) -> None:
        """Remember it, and forget what nobody asked for in a long time."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > REMEMBERED:
            self._values.popitem(last=False)
