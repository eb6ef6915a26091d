"""Channels as people see them: tiles, settings, what went through."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from connectors.manifest import Manifest
from connectors.registry import manifest
from hub.channels.fitting import problems_of, public_settings, secrets_of
from hub.channels.model import Channel
from hub.channels.shapes import ChannelDetail, ChannelTile, ChannelView, Passage, Passages, words_of
from hub.channels.store import QUERIES, ChannelStore
from hub.errors import Invalid, NotFound
from hub.kernel.database import Database, Record
from hub.kernel.limits import ChannelLimits, limits_of
from hub.kernel.shapes import Named

NO_LIMITS = ChannelLimits(text=0, text_unit="characters", html=False, subject=False, copies=False, attachments=0, attachment_bytes=0)


class ChannelReading:
    """Reads for the routes, the sockets and the command line."""

    def __init__(self, database: Database, store: ChannelStore, address: Callable[[str], str], installs: Callable[[Channel], bool]) -> None:
        self._database = database
        self._store = store
        self._address = address
        self._installs = installs

    async def tiles(self, ids: Iterable[UUID] | None = None, *, archived: bool = False) -> list[ChannelTile]:
        """What every colleague may see of channels."""
        return [tile(row) for row in await self._rows(ids, archived)]

    async def views(self, *, archived: bool = False, administers: bool = True) -> list[ChannelView]:
        """The tiles, with webhook addresses for those who administer."""
        return [
            ChannelView(**_fields(row), webhook=self._webhook(row) if administers else None) for row in await self._rows(None, archived)
        ]

    async def detail(self, id_: UUID, language: str = "en") -> ChannelDetail:
        """One channel with everything but its secrets. Raises NotFound."""
        channel = await self._store.one(id_)
        rows, around = await self._rows([id_], True), await self._database.row(QUERIES.around, id_)
        if not rows or around is None:
            raise NotFound("not_found", "there is no such channel")
        described = manifest_of(channel.connector)
        old = channel.old_hook if channel.old_hook and channel.answers_to(channel.old_hook) else None
        return ChannelDetail(
            **_fields(rows[0]),
            webhook=self._webhook(rows[0]),
            title=words_of(described.title if described else {}, channel.connector),
            receives=described.receives if described else "none",
            queue=Named(id=str(around["queue"]), name=around["queue_name"]),
            brand=Named(id=str(around["brand"]), name=around["brand_name"]),
            settings=public_settings(channel),
            secrets=secrets_of(channel),
            problems=problems_of(channel, language),
            key=channel.hook,
            old_webhook=self._address(old) if old and _has_webhook(described) else None,
            old_webhook_until=channel.old_hook_until if old else None,
            installs=self._installs(channel),
            created_at=around["created_at"],
        )

    async def passages(self, id_: UUID, after: str | None, limit: int) -> Passages:
        """What went through a channel, newest first. Raises NotFound, Invalid."""
        await self._store.one(id_)
        at, last = _place(after)
        rows = await self._database.rows(QUERIES.passages, id_, at, last, limit + 1)
        items = [_passage(row) for row in rows[:limit]]
        end = rows[limit - 1] if len(rows) > limit else None
        return Passages(items=items, next=f"{end['at'].isoformat()}~{end['id']}" if end else None)

    async def _rows(self, ids: Iterable[UUID] | None, archived: bool) -> list[Record]:
        return await self._database.rows(QUERIES.tiles, None if ids is None else list(ids), archived)

    def _webhook(self, row: Record) -> str | None:
        return self._address(row["hook"]) if _has_webhook(manifest_of(row["connector"])) else None


def tile(row: Record) -> ChannelTile:
    """A row as colleagues see it."""
    return ChannelTile(**_fields(row))


def manifest_of(connector: str) -> Manifest | None:
    """A connector's manifest; None when it is not installed any more, or broken."""
    try:
        return manifest(connector)
    except (LookupError, ValueError, OSError, ImportError):
        return None


def _has_webhook(described: Manifest | None) -> bool:
    return described is not None and described.receives not in ("live", "none", "socket")


def _fields(row: Record) -> dict[str, Any]:
    described = manifest_of(row["connector"])
    fields: dict[str, Any] = {name: row[name] for name in ChannelTile.__struct_fields__ if name in row.keys()}  # noqa: SIM118 - a Record
    fields["id"] = str(row["id"])
    fields["icon"] = described.icon if described else ""
    fields["does"] = does(described, row["filled"])
    fields["limits"] = limits_of(ChannelLimits, described) if described else NO_LIMITS
    waits = row["enabled"] and row["last_in_at"] is None
    fields["waiting_first"] = waits and described is not None and described.receives != "none"
    if described is None:
        fields["detail"] = f"the connector {row['connector']} is not installed"
    return fields


def does(described: Manifest | None, filled: Collection[str]) -> str:
    """What goes by such a channel: both ways, one way, or nothing but what agents write down. `filled`: the settings that are not empty."""
    if described is None or described.receives != "none":
        return "receives" if described and described.outgoing and described.outgoing not in filled else "both"
    return "records"


def _passage(row: Record) -> Passage:
    return Passage(
        at=row["at"],
        direction=row["direction"],
        kind=row["kind"],
        who=row["who"] or "",
        state=row["state"],
        problem=row["problem"],
        delivery=str(row["delivery"]) if row["delivery"] else None,
        message=str(row["message"]) if row["message"] else None,
        customer=Named(id=str(row["customer"]), name=row["customer_name"]) if row["customer"] else None,
    )


def _place(after: str | None) -> tuple[datetime | None, UUID | None]:
    if after is None:
        return None, None
    at, _, id_ = after.partition("~")
    try:
        found = datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        raise Invalid("invalid", "after: is not what `next` said", fields={"after": "is not what `next` said"}) from None
    if found[0].tzinfo is None:
        raise Invalid("invalid", "after: is not what `next` said", fields={"after": "is not what `next` said"})
    return found
