"""Migrations: forward, once, and never edited."""

import asyncpg
import pytest

from hub.errors import SetupError
from hub.kernel.database import Database
from hub.kernel.migrate import migrate, migrations


async def test_migrating_twice_runs_nothing_the_second_time(database_url: str) -> None:
    assert await migrate(database_url) == []


def test_migrations_are_numbered_without_gaps() -> None:
    assert [one.number for one in migrations()] == list(range(1, len(migrations()) + 1))


async def test_a_database_of_a_newer_version_is_refused(database_url: str, database: Database) -> None:
    await database.run("INSERT INTO migration (number, name, digest) VALUES (9999, 'later', '')")
    with pytest.raises(SetupError, match="newer Hilo"):
        await migrate(database_url)


async def test_an_edited_migration_is_refused(database_url: str, database: Database) -> None:
    await database.run("UPDATE migration SET digest = 'another' WHERE number = 1")
    with pytest.raises(SetupError, match="never edited"):
        await migrate(database_url)


async def test_topic_codes_do_not_repeat(database: Database) -> None:
    codes = [row["next_topic_code"] for row in await database.rows("SELECT next_topic_code() FROM generate_series(1, 5000)")]
    assert len(set(codes)) == 5000


async def test_events_of_this_month_go_to_its_partition(database: Database) -> None:
    await database.run("INSERT INTO event (type) VALUES ('work.queued')")
    assert await database.value("SELECT tableoid::regclass::text FROM event") != "event_elsewhen"


async def test_the_lease_of_somebody_else_is_not_taken_before_it_ends(database: Database) -> None:
    one, other = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    assert await database.value("SELECT take_lease('publisher', $1, '1 hour')", one) == 1
    assert await database.value("SELECT take_lease('publisher', $1, '1 hour')", other) is None
    await database.run("UPDATE lease SET until = now() - interval '1 second'")
    assert await database.value("SELECT take_lease('publisher', $1, '1 hour')", other) == 2
    with pytest.raises(asyncpg.PostgresError) as refused:
        await database.value("SELECT require_lease('publisher', 1)")
    assert refused.value.sqlstate == "HL001"
