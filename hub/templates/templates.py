"""Keeps each channel's templates as the provider has them: fetched when the channel opens, every hour, and when somebody asks."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from connectors.contract import HasTemplates, Template
from connectors.errors import ConnectorError
from hub.channels.model import OpenChannel
from hub.errors import Conflict, NotFound, Unavailable
from hub.kernel.database import GONE, Database, queries
from hub.kernel.lease import Lease
from hub.templates.filling import filled, places
from hub.templates.model import TemplateList, TemplateView

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

EVERY_S = 3600.0
AGAIN_S = 300.0
"""After a failure."""
TIMEOUT_S = 60.0
AT_MOST = 5000


class Templates:
    """Templates of all channels. `channels`: those that are open on this node."""

    def __init__(self, database: Database, channels: Callable[[], Mapping[UUID, OpenChannel]], committed: Callable[[], None]) -> None:
        self._database = database
        self._channels = channels
        self._committed = committed

    async def of_channel(self, channel: str) -> TemplateList:
        """What is known of a channel's templates. Raises NotFound."""
        if not await self._database.value(QUERIES.is_channel, channel):
            raise NotFound("not_found", f"there is no channel {channel}")
        rows = await self._database.rows(QUERIES.of_channel, channel)
        fetched = await self._database.row(QUERIES.how_fetched, channel)
        items = [TemplateView(**dict(row)) for row in rows]
        return TemplateList(items=items, fetched_at=fetched["at"] if fetched else None, problem=fetched["problem"] if fetched else "")

    async def one(self, channel: str, name: str, language: str) -> TemplateView | None:
        """One template; None when the channel has no such."""
        row = await self._database.row(QUERIES.one, channel, name, language)
        return None if row is None else TemplateView(**dict(row))

    def filled(self, template: TemplateView, given: Mapping[str, str]) -> str:
        """Its text with every variable filled in. Raises Invalid naming the variable."""
        return filled(template.text, template.variables, given)

    async def sync(self, channel: str) -> TemplateList:
        """Fetch a channel's templates now. Raises NotFound, Conflict, Unavailable."""
        await self.of_channel(channel)
        opened = self._channels().get(UUID(channel))
        if opened is None:
            raise Conflict("channel_off", "this channel is not open; switch it on first")
        if not isinstance(opened.connector, HasTemplates):
            raise Conflict("no_templates", f"{opened.manifest.id} has no templates")
        problem = await self._fetch(opened)
        if problem:
            raise Unavailable("provider", f"the provider did not give its templates: {problem}")
        return await self.of_channel(channel)

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Fetch them again and again, as long as this node has the channel."""
        if not isinstance(channel.connector, HasTemplates):
            return
        while True:
            await lease.held()
            try:
                problem = await self._fetch(channel)
            except GONE as error:
                problem = repr(error)
            await asyncio.sleep(AGAIN_S if problem else EVERY_S)

    async def _fetch(self, channel: OpenChannel) -> str:
        """Empty when it went well, else what the provider said."""
        assert isinstance(channel.connector, HasTemplates)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                found = await channel.connector.templates()
        except (ConnectorError, TimeoutError) as error:
            problem = str(error)[:500] or "no answer in time"
            log.warning("templates of %s: %s", channel.channel.name, problem)
            await self._database.run(QUERIES.not_fetched, channel.channel.id, problem)
            return problem
        if await self._database.value(QUERIES.fetched, channel.channel.id, _rows(found)):
            self._committed()
        return ""


def _rows(found: Sequence[Template]) -> list[dict[str, Any]]:
    rows = [msgspec.to_builtins(one) for one in found[:AT_MOST]]
    return [{**row, "variables": row["variables"] or places(row["text"])} for row in rows]
