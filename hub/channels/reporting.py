"""What a provider says of a channel: asked when it opens and every few minutes, by the node that holds it."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from connectors.contract import Health, Reports
from connectors.errors import AuthFailed, ConnectorError
from hub.channels.fitting import without_secrets
from hub.channels.model import OpenChannel
from hub.channels.store import QUERIES
from hub.kernel.database import GONE, Database
from hub.kernel.lease import Lease

log = logging.getLogger(__name__)

EVERY_S = 180.0
ANSWER_S = 20.0


class Reporting:
    """One `serve` per channel; those whose connectors know nothing of themselves are left alone."""

    def __init__(self, database: Database, written: Callable[[], None]) -> None:
        self._database = database
        self._written = written
        self._bells: dict[UUID, asyncio.Event] = {}

    def ask(self, channel: UUID) -> None:
        """Something was done at the provider's: ask again now."""
        if bell := self._bells.get(channel):
            bell.set()

    async def serve(self, channel: OpenChannel, lease: Lease) -> None:
        """Ask and write down, for ever. It never ends a channel."""
        if not isinstance(channel.connector, Reports):
            return
        bell = self._bells.setdefault(channel.channel.id, asyncio.Event())
        while True:
            await lease.held()
            bell.clear()
            await self.report(channel, await _asked(channel, channel.connector))
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await bell.wait()

    async def report(self, channel: OpenChannel, health: Health) -> None:
        """Write down how a channel is."""
        expires = None if health.expires_at is None else datetime.fromtimestamp(health.expires_at, UTC)
        said = without_secrets(health.detail, channel.channel)[:300]
        with suppress(*GONE, asyncpg.PostgresError):
            await self._database.run(QUERIES.report, channel.channel.id, health.state, said, health.quota[:200], expires)
            self._written()


async def _asked(channel: OpenChannel, reports: Reports) -> Health:
    try:
        async with asyncio.timeout(ANSWER_S):
            return await reports.health()
    except AuthFailed as error:
        return Health("down", str(error))
    except ConnectorError as error:
        return Health("degraded", str(error))
    except TimeoutError:
        return Health("degraded", f"no answer within {ANSWER_S:.0f} s")
    except Exception as error:
        log.warning("channel %s: its health cannot be asked: %s", channel.channel.name, type(error).__name__)
        return Health("degraded", f"the connector broke: {type(error).__name__}")
