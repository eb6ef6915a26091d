"""HTTP: the channels, as people see them."""

from datetime import datetime
from typing import Any

from connectors.registry import manifest
from hub.channels.store import QUERIES
from hub.kernel.database import Database, Record
from hub.kernel.web import Call, Route, View, get


class ChannelLimits(View):
    """What a message on this channel may be."""

    text: int
    text_unit: str
    html: bool
    subject: bool
    copies: bool
    attachments: int
    attachment_bytes: int


class ChannelView(View):
    """One channel: how it is, and since when."""

    id: str
    connector: str
    name: str
    kind: str
    icon: str
    enabled: bool
    state: str
    since: datetime | None
    detail: str
    last_in_at: datetime | None
    last_out_at: datetime | None
    queued: int
    quarantined: int
    limits: ChannelLimits


class ChannelList(View):
    """All channels."""

    items: list[ChannelView]
    next: None = None


class ChannelsApi:
    """Routes of channels."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return [get("/channels", self.all, needs="channel.read", answers={200: ChannelList})]

    async def all(self, _call: Call) -> ChannelList:
        """Every channel with its state, its limits and what waits on it."""
        return await self.list()

    async def list(self) -> ChannelList:
        """The same, for the consoles' snapshot."""
        return ChannelList(items=[channel_view(row) for row in await self._database.rows(QUERIES.list_channels)])


def channel_view(row: Record) -> ChannelView:
    """A row as people see it."""
    kind = manifest(row["connector"])
    fields: dict[str, Any] = dict(row)
    del fields["hook"]
    fields["id"] = str(row["id"])
    limits = ChannelLimits(
        text=kind.text_limit,
        text_unit=kind.text_unit,
        html=kind.html,
        subject=kind.subject,
        copies=kind.copies,
        attachments=kind.attachments,
        attachment_bytes=kind.attachment_bytes,
    )
    return ChannelView(**fields, icon=kind.icon, limits=limits)
