"""The database: a pool, transactions, and named queries that are prepared at boot."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

log = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Record: TypeAlias = asyncpg.Record

NAME = re.compile(r"^-- name: (\w+)$")
GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting, crashed, a statement that took too long
    asyncpg.InsufficientResourcesError,  # disk full, no memory, too many connections
    asyncpg.PostgresSystemError,  # its disk fails
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is not yet in charge
    asyncpg.IdleInTransactionSessionTimeoutError,  # this process slept in the middle of a transaction
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that was cut in the middle of being used again
    ConnectionError,
    TimeoutError,
    OSError,
)
"""What asyncpg raises when the database is away, cannot work, or went away in the middle. A write that ended so may have been done:
retry by its key.
"""


class DatabaseAway(ConnectionError):
    """The database could not be asked, or did not say what became of it. One of GONE; the cause is what asyncpg or the network raised."""


UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
"""What is raised for text that PostgreSQL cannot keep: with the character NUL."""

UNFIT = (asyncpg.DataError, UnicodeEncodeError)
"""What is raised for a value that does not fit its column: no id, too large a number, half of a character, and all that is UNSTORABLE."""

AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""What the database raises when two transactions met: the same again will do."""


class Queries(Mapping[str, str]):
    """The named statements of one `queries.sql`; each is an attribute. One sentence stands above each in the file."""

    def __init__(self, package: str, text: str) -> None:
        self.package = package
        self._texts = dict(_split(text))

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"{self.package}/queries.sql has no statement named {name}") from None

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __iter__(self) -> Any:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


ALL: list[Queries] = []


def queries(package: str) -> Queries:
    """Read `queries.sql` of a package (pass `__package__`) and remember it for preparing at boot."""
    found = Queries(package, files(package).joinpath("queries.sql").read_text(encoding="utf-8"))
    ALL.append(found)
    return found


def _split(text: str) -> Iterable[tuple[str, str]]:
    name, lines = "", list[str]()
    for line in text.splitlines():
        if match := NAME.match(line):
            if name:
                yield name, "\n".join(lines).strip()
            name, lines = match.group(1), []
        else:
            lines.append(line)
    if name:
        yield name, "\n".join(lines).strip()


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the database is and how many connections to keep."""

    url: str
    connections: int = 16
    statement_timeout_s: float = 20.0


class Database:
    """A pool of connections. Open it with `async with`; it reconnects by itself."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def __aenter__(self) -> "Database":
        milliseconds = str(int(self._settings.statement_timeout_s * 1000))
        self._pool = asyncpg.create_pool(
            self._settings.url,
            min_size=0,  # a hub whose database is away starts all the same
            max_size=self._settings.connections,
            timeout=5,
            command_timeout=self._settings.statement_timeout_s + 2,
            init=_prepare_connection,
            reset=_leave_as_it_is,
            server_settings={
                "application_name": "hilo",
                "statement_timeout": milliseconds,
                "idle_in_transaction_session_timeout": "5000",  # a process that froze must not keep its locks
                "jit": "off",
                "timezone": "UTC",
            },
        )
        await self._pool
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._pool is not None:
            try:
                async with asyncio.timeout(5):
                    await self._pool.close()
            except TimeoutError:
                self._pool.terminate()

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The pool; an error before the database is opened."""
        if self._pool is None:
            raise asyncpg.InterfaceError("the database is not open")
        return self._pool

    async def rows(self, sql: str, *arguments: Any) -> list[Record]:
        """All rows of one statement. Raises DatabaseAway, as all these do."""
        try:
            return await self.pool.fetch(sql, *arguments)
        except GONE as error:
            raise _away(error) from error

    async def row(self, sql: str, *arguments: Any) -> Record | None:
        """The first row, or None."""
        try:
            return await self.pool.fetchrow(sql, *arguments)
        except GONE as error:
            raise _away(error) from error

    async def value(self, sql: str, *arguments: Any) -> Any:
        """The first column of the first row, or None."""
        try:
            return await self.pool.fetchval(sql, *arguments)
        except GONE as error:
            raise _away(error) from error

    async def run(self, sql: str, *arguments: Any) -> int:
        """Execute one statement; returns how many rows it touched."""
        try:
            status = await self.pool.execute(sql, *arguments)
        except GONE as error:
            raise _away(error) from error
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One connection in one transaction; committed at the end, rolled back when something is raised."""
        try:
            async with self.pool.acquire(timeout=5) as connection, connection.transaction():
                yield connection
        except GONE as error:
            raise _away(error) from error

    async def prepare_all(self) -> int:
        """Prepare every named statement once, so that a wrong one fails at boot. Returns how many there are."""
        async with self.pool.acquire() as connection:
            for group in ALL:
                for name, sql in group.items():
                    await _prepare(connection, group.package, name, sql)
        return sum(len(group) for group in ALL)


def _away(error: BaseException) -> DatabaseAway:
    return DatabaseAway(str(error) or type(error).__name__)


class BrokenQuery(RuntimeError):
    """A named statement that the database does not understand."""


async def _prepare(connection: Connection, package: str, name: str, sql: str) -> None:
    try:
        await connection.prepare(sql)
    except asyncpg.PostgresError as error:
        raise BrokenQuery(f"{package}/queries.sql, {name}: {error}") from error


async def _prepare_connection(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, encoder=_encode, decoder=msgspec.json.decode, schema="pg_catalog")


async def _leave_as_it_is(_connection: Connection) -> None:
    """A connection goes back without the usual RESET: nothing here sets session state, and a round trip per use is dear."""


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def records(rows: Sequence[Record]) -> list[dict[str, Any]]:
    """Rows as plain dictionaries."""
    return [dict(row) for row in rows]
