"""The spam folder: what lies there, to be looked through; and who wrote too much."""

import msgspec

from hub.abuse.blocking import QUERIES, block_view
from hub.abuse.model import Flood, FloodList, Judged, Spam, SpamPage, SpamQuery
from hub.abuse.words import literal
from hub.kernel.database import Database, Record
from hub.kernel.shapes import ChannelRef, Named

BEYOND = 2**63 - 1


class Folder:
    """Reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: SpamQuery) -> SpamPage:
        """A page of it, the newest first."""
        before = int(query.after) if query.after else BEYOND
        rows = await self._database.rows(QUERIES.spam, before, literal(query.q), query.limit + 1)
        items = [_spam(row) for row in rows[: query.limit]]
        total = await self._database.value(QUERIES.spam_total)
        return SpamPage(items=items, next=items[-1].number if len(rows) > query.limit else None, total=total)

    async def floods(self) -> FloodList:
        """Who wrote too much in the last day."""
        return FloodList(items=[_flood(row) for row in await self._database.rows(QUERIES.floods)])


def _spam(row: Record) -> Spam:
    return Spam(
        topic=str(row["id"]),
        customer=_customer(row),
        channel=_channel(row),
        address=row["address"],
        claimed=row["claimed"],
        subject=row["subject"] or "",
        text=row["text"] or "",
        count=row["count"],
        at=row["last_at"],
        number=str(row["last_number"]),
        why=row["spam"],
        block=block_view(row, row["block"]) if row["block"] else None,
        judged=row["judged"] and msgspec.convert(row["judged"], Judged),
    )


def _flood(row: Record) -> Flood:
    return Flood(topic=str(row["id"]), customer=_customer(row), channel=_channel(row), at=row["flooded_at"], held=row["held"])


def _customer(row: Record) -> Named:
    return Named(id=str(row["customer"]), name=row["customer_name"])


def _channel(row: Record) -> ChannelRef:
    return ChannelRef(id=str(row["channel_id"]), connector=row["connector"], name=row["channel_name"])
