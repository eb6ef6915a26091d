"""A durable PostgreSQL of the rigs' own, with a migrated template: every commit waits for the disk, and the whole server can be killed."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import asyncpg

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate

TEMPLATE = "hilo_rig_template"
SOCKET = ".s.PGSQL.5432"


@asynccontextmanager
async def private_postgres() -> AsyncIterator["RigPostgres"]:
    """A cluster that ends with the block; not under pytest's folder, which every start of pytest closes to other users."""
    with tempfile.TemporaryDirectory(prefix="hilo-rig-") as folder:
        async with RigPostgres(Path(folder) / "postgres") as server:
            yield server


class RigPostgres:
    """One cluster in one folder."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedPostgres(folder, shared_buffers="32MB")
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        await self.start()
        await asyncio.to_thread(self._server.create_database, TEMPLATE)
        await migrate(self.url(TEMPLATE))
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.to_thread(self._server.delete)

    @property
    def socket(self) -> Path:
        """Where it listens: what a `FaultProxy` can stand in front of."""
        return Path(self.url().rsplit("host=", 1)[1]) / SOCKET

    def url(self, database: str = "postgres") -> str:
        """How to connect, without a proxy."""
        return self._server.url(database)

    async def start(self) -> None:
        """Start it, or start it again: what was committed is there."""
        await asyncio.to_thread(self._server.start)

    async def stop(self) -> None:
        """Stop it as an administrator does."""
        await asyncio.to_thread(self._server.stop)

    async def kill(self) -> None:
        """SIGKILL to the server and all its children."""
        await asyncio.to_thread(self._server.kill)

    async def make(self, template: str = TEMPLATE) -> str:
        """A fresh migrated database (or an empty one, of `template0`); returns its name. The server is started when a test left it dead."""
        await self.start()
        name = f"rig_{next(self._numbers)}"
        await self._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        await self._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _administer(self, sql: str) -> None:
        try:
            connection = await asyncpg.connect(self.url(), timeout=10)
            try:
                await connection.execute(sql)
            finally:
                await connection.close()
        except (asyncpg.PostgresError, OSError) as error:
            raise RuntimeError(f"{sql}: {error!r}\n{await asyncio.to_thread(self._log)}") from error

    def _log(self) -> str:
        return (self._server.folder / "server.log").read_text(errors="replace")[-4000:]
