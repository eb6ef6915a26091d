"""Retention: what is old enough is let go, what is needed stays."""

import pytest

from hub.kernel.database import Database
from hub.retention.retention import Retention
from hub.settings import Retention as Times
from tests.scenes import Company, found_company

TIMES = Times(raw_days=30, ledger_months=0, presence_days=90)


@pytest.fixture
async def company(database: Database) -> Company:
    """With a mailbox."""
    return await found_company(database)


async def arrived(company: Company, name: str, days: int, state: str = "done") -> None:
    """A delivery that came some days ago."""
    await company.database.run(
        "INSERT INTO delivery (channel_id, kind, external_id, headers, body, state, received_at)"
        " VALUES ($1, 'mail', $2, '{\"from\": \"ana\"}', 'raw', $3, now() - make_interval(days => $4))",
        company.email,
        name,
        state,
        days,
    )


async def whole(database: Database) -> list[str]:
    """The deliveries that still have what was in them."""
    rows = await database.rows("SELECT external_id FROM delivery WHERE body IS NOT NULL AND headers <> '{}' ORDER BY external_id")
    return [row[0] for row in rows]


async def happened(database: Database, type_: str, days: int) -> None:
    """An event some days ago."""
    await database.run("INSERT INTO event (type, at) VALUES ($1, now() - make_interval(days => $2))", type_, days)


async def kinds(database: Database) -> list[str]:
    """What the ledger holds."""
    return [row[0] for row in await database.rows("SELECT type FROM event WHERE type LIKE '%.%' ORDER BY at, type")]


async def test_old_deliveries_lose_their_content_and_stay_known(company: Company, database: Database) -> None:
    await arrived(company, "old", 31)
    await arrived(company, "young", 29)
    await Retention(database, TIMES).let_go()
    assert await whole(database) == ["young"]
    assert await database.value("SELECT count(*) FROM delivery") == 2


@pytest.mark.parametrize("state", ["new", "quarantined"])
async def test_what_was_not_read_yet_stays_whole(company: Company, database: Database, state: str) -> None:
    await arrived(company, "waiting", 400, state)
    await Retention(database, TIMES).let_go()
    assert await whole(database) == ["waiting"]


async def test_the_next_time_it_goes_on_where_it_stopped(company: Company, database: Database) -> None:
    retention = Retention(database, TIMES)
    await arrived(company, "first", 40)
    await retention.let_go()
    mark = await database.value("SELECT up_to FROM retention WHERE what = 'raw'")
    assert await database.value("SELECT now() - $1::timestamptz BETWEEN interval '30 days' AND interval '30 days 1 minute'", mark)
    await database.run("UPDATE retention SET up_to = up_to - interval '5 days'")
    await arrived(company, "second", 33)
    await retention.let_go()
    assert await whole(database) == []


async def test_signs_of_presence_go_before_everything_else(database: Database) -> None:
    await happened(database, "status.changed", 91)
    await happened(database, "work.assigned", 91)
    await happened(database, "status.changed", 89)
    await Retention(database, TIMES).let_go()
    assert await kinds(database) == ["work.assigned", "status.changed"]


async def test_whole_months_of_the_ledger_are_dropped_when_that_is_set(database: Database) -> None:
    await database.run("CREATE TABLE event_2019_01 PARTITION OF event FOR VALUES FROM ('2019-01-01Z') TO ('2019-02-01Z')")
    await database.run("INSERT INTO event (type, at) VALUES ('work.assigned', '2019-01-15Z')")
    await Retention(database, TIMES).let_go()
    assert await kinds(database) == ["work.assigned"]
    await Retention(database, Times(raw_days=30, ledger_months=36, presence_days=90)).let_go()
    assert await kinds(database) == []
    assert await database.value("SELECT to_regclass('event_2019_01')") is None
    await happened(database, "work.assigned", 0)
    assert await kinds(database) == ["work.assigned"]


async def test_an_empty_database_has_nothing_to_let_go(database: Database) -> None:
    await Retention(database, TIMES).let_go()
    assert await database.value("SELECT count(*) FROM retention WHERE what = 'raw'") == 0
