"""What providers do on an ordinary day: repeats, disorder, everything at once."""

import random
from pathlib import Path

import asyncpg

from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.scene import opened
from tests.rig.webhooks import body_of, message

DELIVERIES = rounds(60, 1000)


async def test_each_delivery_three_times_shuffled_in_parallel_is_one_message(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene:
        senders = [scene.world.sender(f"customer {number}") for number in range(DELIVERIES)]
        bodies = [body_of([message(sender.name, sender.next_text())]) for sender in senders]
        statuses = await scene.hooks.flood(bodies, copies=3, seed=random.randrange(2**32))
        assert statuses == [200] * len(statuses)
        for sender in senders:
            sender.acknowledged.update(sender.said)
        await scene.check()


async def test_the_same_message_in_different_deliveries_is_one_message(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene:
        rosa = scene.world.sender("rosa")
        said = [message("rosa", rosa.next_text()) for _ in range(4)]
        for together in ([said[0]], said[:2], said[1:3], said):
            assert await scene.hooks.post(body_of(together)) == 200
        rosa.acknowledged.update(rosa.said)
        await scene.check()


async def test_an_album_of_ten_from_a_stranger_is_one_customer_and_one_conversation(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene:
        for number in range(rounds(3, 30)):
            stranger = scene.world.sender(f"stranger {number}")
            pictures = [body_of([message(stranger.name, stranger.next_text())]) for _ in range(10)]
            statuses = await scene.hooks.flood(pictures, copies=1, seed=number)
            assert statuses == [200] * 10
            assert await _belongings(scene.database_url, stranger.name) == (1, 1, 1, 10)


async def _belongings(database_url: str, value: str) -> tuple[int, ...]:
    """How many customers, topics, pieces of work and messages one account has."""
    connection = await asyncpg.connect(database_url)
    try:
        row = await connection.fetchrow(
            """SELECT count(DISTINCT m.customer_id), count(DISTINCT m.topic_id), count(DISTINCT w.id), count(DISTINCT m.id)
               FROM message m JOIN identity i ON i.id = m.identity_id JOIN work w ON w.topic_id = m.topic_id WHERE i.value = $1""",
            value,
        )
        return tuple(row) if row else ()
    finally:
        await connection.close()
