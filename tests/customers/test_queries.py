"""All statements of the customers' rooms are understood by the database."""

import hub.customers.records
import hub.timeline.reading
from hub.kernel.database import Database


async def test_every_statement_prepares(database: Database) -> None:
    for group in (hub.customers.records.QUERIES, hub.timeline.reading.QUERIES):
        async with database.pool.acquire() as connection:
            for sql in group.values():
                await connection.prepare(sql)
        assert len(group) > 0
