"""What colleagues' sockets hear of abuse: that the spam has changed, and the alarm when somebody writes too much."""

from collections.abc import Mapping, Sequence

from hub.abuse.blocking import QUERIES
from hub.abuse.model import FloodAlarm
from hub.kernel.database import Database
from hub.kernel.ledger import EventRow
from hub.kernel.push import EVERYBODY, SUPERVISORS, Projection, Push
from hub.kernel.shapes import Named


def unhurried(database: Database) -> Mapping[str, Projection]:
    """Event type -> projection; several in half a second are told as one."""

    async def spam(events: Sequence[EventRow]) -> list[Push]:
        if not any(event.type != "message.created" or event.data.get("held") in ("spam", "blocked") for event in events):
            return []
        return [Push("spam.changed", {}, frozenset({EVERYBODY}), events[-1].position, events[-1].at)]

    async def floods(events: Sequence[EventRow]) -> list[Push]:
        rows = await database.rows(QUERIES.flooded, [event.topic for event in events])
        customers = {row["id"]: Named(id=str(row["customer"]), name=row["customer_name"]) for row in rows}
        return [
            Push("sender.flooded", FloodAlarm(customer=customers[event.topic]), frozenset({SUPERVISORS}), event.position, event.at)
            for event in events
            if event.topic in customers
        ]

    told = ("topic.set_aside", "topic.put_back", "message.created")
    return {**dict.fromkeys(told, spam), "sender.flooded": floods}
