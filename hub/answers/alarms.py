"""Alarms that stand: read, settled, told to supervisors."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from hub.answers.answering import QUERIES
from hub.answers.model import AlarmList, AlarmView
from hub.errors import NotFound
from hub.kernel.database import GONE, Database, Record
from hub.kernel.ledger import EventRow
from hub.kernel.push import SUPERVISORS, Projection, Push
from hub.kernel.shapes import ChannelRef, Named

EVENTS = ("alarm.raised", "alarm.settled")


class Alarms:
    """The verbs. `standing` is how many stand, as far as this node has heard."""

    def __init__(self, database: Database, committed: Callable[[], None]) -> None:
        self._database = database
        self._committed = committed
        self.standing = 0
        self._moved = asyncio.Event()

    async def all(self) -> AlarmList:
        """Those that stand."""
        return AlarmList(items=[_view(row) for row in await self._database.rows(QUERIES.alarms, None)])

    async def settle(self, alarm: str, agent: str, *, settled: bool) -> AlarmView:
        """What it stopped goes on, or is stopped again. Raises NotFound."""
        if not await self._database.value(QUERIES.settle_alarm, alarm, agent, settled):
            raise NotFound("not_found", f"there is no alarm {alarm}")
        self._committed()
        return _view((await self._database.rows(QUERIES.alarms, [alarm]))[0])

    async def keep_count(self) -> None:
        """Find out how many stand whenever one was raised or settled, for whoever measures; for ever."""
        while True:
            self._moved.clear()
            try:
                self.standing = await self._database.value(QUERIES.count_alarms)
            except GONE:
                await asyncio.sleep(1)
                continue
            await self._moved.wait()

    def projections(self) -> Mapping[str, Projection]:
        """Event type -> projection."""
        return dict.fromkeys(EVENTS, self._told)

    async def _told(self, events: Sequence[EventRow]) -> list[Push]:
        last = {UUID(event.data["alarm"]): event for event in events}
        self._moved.set()
        rows = await self._database.rows(QUERIES.alarms, list(last))
        return [Push("alarm.changed", _view(row), frozenset({SUPERVISORS}), last[row["id"]].position, last[row["id"]].at) for row in rows]


def _view(row: Record) -> AlarmView:
    return AlarmView(
        id=str(row["id"]),
        kind=row["kind"],
        address=row["address"],
        count=row["count"],
        raised_at=row["raised_at"],
        settled_at=row["settled_at"],
        settled_by=row["settled_by"],
        customer=Named(id=str(row["customer"]), name=row["customer_name"]),
        topic=str(row["topic"]),
        code=row["code"],
        channel=ChannelRef(id=str(row["channel"]), connector=row["connector"], name=row["channel_name"]),
    )
