"""What tests stand on: one private PostgreSQL for the session, and a fresh migrated database for whoever asks."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import asyncpg
import hypothesis  # noqa: F401  # its plugin would import it behind the last test, when what tests left is collected: CPython 3.11 can stumble over that (gh-106905)
import pytest

from hub.kernel.database import Database, DatabaseSettings
from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from tests.browser import FAILED
from tests.turns import ALONE, turn, worker

TEMPLATE = "hilo_template"
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
"""Where Linux keeps files in memory, and how much must be free there: nothing here needs to outlive a power cut."""
_number = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """The marks of our own."""
    config.addinivalue_line("markers", ALONE)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Each test waits for its turn before its time begins to count."""
    if worker() is None:
        return (yield)
    with turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fixtures can ask whether their test failed: `failed(request)`."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A private server with a migrated template database; commits do not wait for the disk here."""
    with tempfile.TemporaryDirectory(prefix="hilo-pg-", dir=_in_memory()) as folder:
        server = EmbeddedPostgres(Path(folder) / "data", fsync="off", synchronous_commit="off", full_page_writes="off")
        server.start()
        server.create_database(TEMPLATE)
        asyncio.run(_migrate(server.url(TEMPLATE)))
        yield server
        server.delete()


def _in_memory() -> Path | None:
    """A folder in memory, where a database is made from the template in a tenth of the time; None where there is none with room enough."""
    able = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if able else None


async def _migrate(url: str) -> None:
    await migrate(url)


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A fresh database with the schema and nothing in it."""
    name = f"hilo_test_{next(_number)}"
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield postgres.url(name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on a fresh database."""
    async with Database(DatabaseSettings(database_url, connections=8)) as opened:
        yield opened


async def _administer(server: EmbeddedPostgres, sql: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
