"""The database of this hub, opened: the embedded one started, or the one that is named; migrated, or waited for when it is away."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from hub.errors import SetupError
from hub.kernel.database import GONE, Database, DatabaseSettings
from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from hub.settings import Settings

log = logging.getLogger(__name__)

RETRY_S = 1.0


class Storage:
    """An open pool, and whether the schema behind it is known to be right."""

    def __init__(self, database: Database, url: str, reached_before: Path) -> None:
        self.database = database
        self.url = url
        self.ready = asyncio.Event()
        self._mark = reached_before

    async def prepare(self) -> None:
        """Migrate and prepare every statement. Raises SetupError, or what asyncpg raises when the database is away."""
        for one in await migrate(self.url):
            log.info("migrated to %04d %s", one.number, one.name)
        await self.database.prepare_all()
        self._mark.touch()
        self.ready.set()

    async def first(self) -> bool:
        """The first try. False when the database is away but has been reached before. Raises SetupError when it never was."""
        try:
            await self.prepare()
        except (*GONE, asyncpg.PostgresError) as error:
            if not self._mark.exists() or not isinstance(error, GONE):
                raise SetupError(f"the database cannot be used: {_sentence(error)}") from error
            log.warning("the database is away (%s): deliveries go to the spool until it is back", _sentence(error))
            return False
        return True

    async def wait(self) -> None:
        """Go on trying until it is there."""
        while not self.ready.is_set():
            await asyncio.sleep(RETRY_S)
            try:
                await self.prepare()
            except GONE:
                continue
            log.info("the database is back")


@asynccontextmanager
async def opened_storage(settings: Settings, *, owner: bool) -> AsyncIterator[Storage]:
    """Open the database that the settings name. Raises SetupError.

    The embedded one is started first, and stopped last by its owner (`hilo serve`), or by a command that found it stopped.
    """
    server = None if settings.database.url else EmbeddedPostgres(settings.data.path / "postgres")
    stop = server is not None and (owner or not server.running())
    if server is not None:
        await asyncio.to_thread(_start, server)
    url = settings.database.url or (server.url() if server else "")
    pool = DatabaseSettings(url, settings.database.connections, settings.database.statement_timeout_s)
    try:
        async with Database(pool) as database:
            yield Storage(database, url, settings.data.path / "database-reached")
    finally:
        if server is not None and stop:
            await asyncio.to_thread(server.stop)


def _start(server: EmbeddedPostgres) -> None:
    server.start()
    server.create_database()


def _sentence(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
