"""Brings the database's schema forward: numbered files, each in one transaction, never backward."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from hub.errors import SetupError

LOCK = 0x48494C4F
"""One node migrates at a time; the others wait for its lock."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """What is in it; a file that was changed after it ran is refused."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All files of the package `migrations`, in order."""
    found = [one for one in files("migrations").iterdir() if one.name.endswith(".sql")]
    return sorted(
        (Migration(int(one.name[:4]), one.name[5:-4], one.read_text(encoding="utf-8")) for one in found), key=lambda one: one.number
    )


async def migrate(url: str) -> list[Migration]:
    """Run what has not run yet. Returns it. Raises SetupError when the database is newer than the code, or history was changed."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        return await _run_missing(connection)
    finally:
        await connection.close()


async def _run_missing(connection: "asyncpg.Connection[asyncpg.Record]") -> list[Migration]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS migration"
        " (number int PRIMARY KEY, name text NOT NULL, digest text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
    )
    done = {row["number"]: row for row in await connection.fetch("SELECT number, name, digest FROM migration")}
    known = migrations()
    _check_history({number: row["digest"] for number, row in done.items()}, known)
    missing = [one for one in known if one.number not in done]
    for one in missing:
        await _run(connection, one)
    await connection.execute("SELECT ensure_event_partitions(2)")
    return missing


async def _run(connection: "asyncpg.Connection[asyncpg.Record]", one: Migration) -> None:
    async with connection.transaction():
        await connection.execute(one.sql)
        await connection.execute("INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)", one.number, one.name, one.digest)


def _check_history(done: dict[int, str], known: list[Migration]) -> None:
    texts = {one.number: one for one in known}
    for number, digest in done.items():
        if number not in texts:
            raise SetupError(
                f"the database has migration {number}, which this version does not know: it was made by a newer Hilo. Update the program."
            )
        if texts[number].digest != digest:
            raise SetupError(
                f"migration {number} ({texts[number].name}) is not the one that made this database: migrations are never edited."
            )
