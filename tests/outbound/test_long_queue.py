"""Many messages that wait cost no more than those that are taken."""

from tests.outbound.conftest import SMS, Post, Provider

MANY = """INSERT INTO message (id, number, customer_id, topic_id, channel_id, identity_id, direction, author_kind, address, text, state)
          SELECT gen_random_uuid(), nextval('message_number'), m.customer_id, m.topic_id, m.channel_id, m.identity_id, 'out', 'system',
                 m.address, 'x', 'queued'
          FROM message m, generate_series(1, 3000) WHERE m.id = $1"""
WAITING = """INSERT INTO outbox (message_id, channel_id, line, number)
             SELECT id, channel_id, 'l' || number, number FROM message WHERE state = 'queued'"""
READY = """EXPLAIN SELECT o.message_id FROM outbox o WHERE o.channel_id = $1 AND o.state = 'queued' AND o.next_at <= now()
           AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.line = o.line AND e.number < o.number
                           AND (e.state = 'sending' OR e.next_at <= now() + interval '1 minute'))
           ORDER BY o.number LIMIT 8"""


async def test_a_claim_walks_the_queue_in_order_and_stops(post: Post) -> None:
    rosa = await post.company.writes("visitor", "rosa")
    await post.database.run(MANY, rosa.message)
    await post.database.run(WAITING)
    await post.database.run("ANALYZE outbox")
    plan = "\n".join(row[0] for row in await post.database.rows(READY, post.company.webchat))
    assert "outbox_order" in plan, plan
    assert "Sort" not in plan, plan


async def test_the_first_ones_leave_while_the_others_wait(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    await post.database.run(MANY, rosa.message)
    await post.database.run(WAITING)
    async with post.serving(post.company.webchat, provider, SMS):
        got = await provider.calls(40)
    numbers = [await post.database.value("SELECT number FROM message WHERE id = $1", one.id) for one in got[:8]]
    first = await post.database.value("SELECT min(number) FROM message WHERE direction = 'out'")
    assert sorted(numbers) == list(range(first, first + 8))
