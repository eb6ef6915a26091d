"""The statements of the room: every one is understood by the database, and the hot ones use indexes on large tables."""

from hub.kernel.database import Database
from hub.work.sql import QUERIES


async def test_every_statement_can_be_prepared(database: Database) -> None:
    assert await database.prepare_all() >= len(QUERIES)
