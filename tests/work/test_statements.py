"""The statements of the room: every one is understood by the database, and the hot ones use indexes on large tables."""

import pytest

from hub.kernel.database import Database
from hub.visitors.desk import QUERIES as DESK
from hub.work.sql import QUERIES
from tests.work.scene import Floor

SIZE = 10_000
FILL = """
WITH q AS (SELECT id FROM queue LIMIT 1), h AS (SELECT id FROM channel LIMIT 1),
made AS (INSERT INTO customer (id, root_id, name) SELECT i, i, 'x' FROM (SELECT uuidv7() AS i FROM generate_series(1, $1)) n RETURNING id),
topics AS (INSERT INTO topic (customer_id, channel_id) SELECT made.id, h.id FROM made, h RETURNING id, customer_id),
works AS (INSERT INTO work (topic_id, customer_id, queue_id, channel_id, kind, state, ended_at)
          SELECT t.id, t.customer_id, q.id, h.id, 'chat', 'completed', now() - interval '2 days' FROM topics t, q, h RETURNING id)
INSERT INTO offer (work_id, agent_id, state, units, expires_at, ended_at)
SELECT works.id, $2, 'accepted', 33, now() - interval '2 days', now() - interval '2 days' FROM works
"""
STRETCHES = "INSERT INTO assignment (work_id, agent_id, ended_at) SELECT id, $1, ended_at FROM work WHERE ended_at IS NOT NULL"
MESSAGES = """
INSERT INTO message (id, number, customer_id, topic_id, direction, author_kind, state)
SELECT uuidv7(), nextval('message_number'), customer_id, topic_id, 'in', 'customer', 'received' FROM work WHERE ended_at IS NOT NULL
"""
LARGE = ("work", "offer", "topic", "message", "customer", "assignment")
HOT = {
    "work_facts": "ARRAY[{id}]",
    "open_offers": "",
    "refusals": "",
    "overdue": "interval '30 s'",
    "next_due": "interval '30 s'",
    "works": "ARRAY[{id}], NULL",
    "offers": "ARRAY[{id}]",
    "offers_of": "{id}",
    "open_work": "ARRAY['queued'], NULL, NULL, NULL, 50",
    "ended_work": "ARRAY['completed'], NULL, NULL, NULL, 50",
    "places": "ARRAY[{id}]",
    "open_work_in": "ARRAY[{id}], ARRAY[{id}], ARRAY[{id}]",
    "statuses": "ARRAY[{id}]",
    "queue_loads": "",
}


async def test_every_statement_can_be_prepared(database: Database) -> None:
    assert await database.prepare_all() >= len(QUERIES)


@pytest.fixture
async def large(quiet: Floor) -> Floor:
    """Ten thousand items that are long over, and three that wait."""
    ana = await quiet.agent("ana", "service")
    for customer in ("one", "two", "three"):
        await quiet.message(customer)
    await quiet.database.run(FILL, SIZE, ana)
    await quiet.database.run(STRETCHES, ana)
    await quiet.database.run(MESSAGES)
    await quiet.database.run("ANALYZE")
    return quiet


async def test_hot_statements_read_no_large_table_from_end_to_end(large: Floor) -> None:
    scanned = {}
    for name, arguments in HOT.items():
        plan = await _plan(large.database, QUERIES[name], arguments.format(id=f"'{large.agents['ana']}'::uuid"))
        scanned[name] = [table for table in LARGE if f"Seq Scan on {table} " in plan]
    assert {name: tables for name, tables in scanned.items() if tables} == {}


OWN = "UPDATE work SET agent_id = $1 WHERE id IN (SELECT id FROM work WHERE ended_at IS NOT NULL ORDER BY id LIMIT 20)"
VISITORS = """
INSERT INTO identity (customer_id, kind, value) SELECT id, 'visitor', 'v' || id FROM customer WHERE name = 'x'
"""


async def test_what_is_asked_of_one_colleague_or_one_topic_reads_only_that(large: Floor) -> None:
    ana = large.agents["ana"]
    await large.database.run(OWN, ana)
    await large.database.run(VISITORS)
    await large.database.run("ANALYZE")
    own = await _plan(large.database, QUERIES.ended_work, f"ARRAY['completed'], NULL, '{ana}'::uuid, NULL, 50")
    assert "work_of_agent" in own
    for sql, arguments in ((DESK.states, "ARRAY['v1', 'v2']"), (DESK.last_talk, "'v1'")):
        assert "work_topic" in await _plan(large.database, sql, arguments)


async def _plan(database: Database, sql: str, arguments: str) -> str:
    async with database.transaction() as connection:
        await connection.execute(f"PREPARE hot AS {sql}")
        rows = await connection.fetch(f"EXPLAIN EXECUTE hot{f'({arguments})' if arguments else ''}")
        await connection.execute("DEALLOCATE hot")
    return "\n".join(row[0] for row in rows)
