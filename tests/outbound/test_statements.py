"""What is asked of a conversation costs the same, however long it is."""

from typing import Any

import pytest

from hub.customers.records import QUERIES as CUSTOMERS
from hub.outbound.sending import QUERIES
from tests.outbound.conftest import Post

LONG = """INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, address, text,
                               state, external_id)
          SELECT uuidv7(), nextval('message_number'), m.customer_id, m.topic_id, c.id, m.identity_id,
                 CASE WHEN n % 2 = 0 THEN 'in' ELSE 'out' END, CASE WHEN n % 2 = 0 THEN 'customer' ELSE 'human' END, m.address, 'x',
                 CASE WHEN n % 2 = 0 THEN 'received' ELSE 'read' END, 'e' || n
          FROM message m, channel c, generate_series(1, 3000) n WHERE m.id = $1"""


@pytest.mark.parametrize("statement", ["last_heard", "last_written", "unread"])
async def test_a_long_conversation_is_not_read_for_its_last_word(post: Post, statement: str) -> None:
    rosa = await post.company.writes("visitor", "rosa")
    await post.database.run(LONG, rosa.message)
    await post.database.run("ANALYZE message")
    identity = await post.database.value("SELECT identity_id FROM message WHERE id = $1", rosa.message)
    asked: dict[str, tuple[Any, ...]] = {
        "last_heard": (QUERIES.last_heard, rosa.root, None),
        "last_written": (CUSTOMERS.last_written, [identity]),
        "unread": ("SELECT id FROM message WHERE identity_id = $1 AND direction = 'out' AND state IN ('sent', 'delivered')", identity),
    }
    sql, *given = asked[statement]
    plan = "\n".join(row[0] for row in await post.database.rows("EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, SUMMARY OFF) " + sql, *given))
    index = "message_unread" if statement == "unread" else "message_heard"
    assert f"using {index} " in plan or f"on {index} " in plan, plan
    assert "Rows Removed by Filter: 2" not in plan, plan
