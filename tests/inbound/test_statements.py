"""The statements of the way in use their indexes, also in a database of which nothing is known yet."""

import pytest

from tests.inbound.scene import Entrance

LOOKS = {
    "message_external": "SELECT id FROM message WHERE channel_id = '{0}' AND external_id = 'x'",
    "message_alias_pkey": "SELECT message_id FROM message_alias WHERE channel_id = '{0}' AND external_id = 'x'",
    "message_album": "SELECT id FROM message WHERE channel_id = '{0}' AND album = 'x' AND album <> ''",
    "message_heard": """SELECT number FROM message WHERE identity_id = '{0}' AND channel_id = '{0}' AND direction = 'in'
                        ORDER BY number DESC LIMIT 1""",
    "message_unread": """SELECT id FROM message WHERE identity_id = '{0}' AND channel_id = '{0}' AND direction = 'out'
                         AND state IN ('sent', 'delivered')""",
    "outbox_sending": "SELECT message_id FROM outbox WHERE channel_id = '{0}' AND state = 'sending'",
    "parked_receipt_at": "SELECT external_id FROM parked_receipt WHERE at > now() - interval '2 minutes'",
    "parked_event_message": "SELECT id FROM parked_event WHERE channel_id = '{0}' AND external_id = 'x'",
    "attachment_waiting": "SELECT id FROM attachment WHERE state = 'waiting' AND source->>'channel' = '{0}' ORDER BY next_at LIMIT 1",
}


@pytest.mark.parametrize("index", LOOKS)
async def test_a_search_takes_its_own_index_before_anything_is_known_of_the_table(entrance: Entrance, index: str) -> None:
    async with entrance.database.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        rows = await connection.fetch("EXPLAIN " + LOOKS[index].format(entrance.channel.id))
    plan = "\n".join(row[0] for row in rows)
    assert f"using {index} " in plan or f"on {index} " in plan, plan
