"""Intake: exactly once, and one bad delivery stops nobody."""

import asyncio
from dataclasses import replace
from uuid import UUID

from connectors.contract import Delivery
from hub.inbound.group import Incoming
from tests.inbound.scene import Entrance, message

POISON = {"email": "no\x00zero"}
"""PostgreSQL's JSON takes no NUL: the statement fails."""


async def test_the_same_delivery_twice_is_one_message(entrance: Entrance) -> None:
    first = await entrance.deliver("d1", message("rosa", "hello"))
    again = await entrance.deliver("d1", message("rosa", "hello"))
    assert first.messages[0].fresh
    assert not again.messages[0].fresh
    assert again.messages[0].id == first.messages[0].id
    assert await entrance.texts() == ["hello"]


async def test_a_poisoned_delivery_is_set_aside_and_those_of_its_group_are_taken(entrance: Entrance) -> None:
    texts = [f"text {number}" for number in range(12)]
    deliveries = [(text, message(f"visitor {number}", text, claims=POISON if number == 5 else None)) for number, text in enumerate(texts)]
    await entrance.deliver_together(deliveries)
    assert sorted(await entrance.texts()) == sorted(text for text in texts if text != "text 5")
    assert len(await entrance.quarantined()) == 1


async def test_the_bytes_of_a_poisoned_delivery_are_kept(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "hello", claims=POISON), body=b"as it came")
    assert await entrance.database.value("SELECT body FROM delivery WHERE state = 'quarantined'") == b"as it came"


async def test_half_a_character_is_replaced_and_the_message_taken(entrance: Entrance) -> None:
    await entrance.deliver("d1", message("rosa", "half \ud83d", name="m1"))
    assert await entrance.texts() == ["half ?"]
    assert await entrance.quarantined() == []


async def test_a_sender_on_two_channels_keeps_the_order_within_a_group(entrance: Entrance) -> None:
    known = entrance.channel
    other = replace(known, id=UUID(entrance.company.email), name="Another chat")
    await entrance.deliver("begin", message("rosa", "begin"))
    group = [(other, "one"), (known, "two"), (other, "three"), (known, "four"), (known, "five")]
    given = [Incoming(channel, Delivery("message", text, b"{}"), (message("rosa", text),)) for channel, text in group]
    await asyncio.gather(*(entrance.intake.take(one) for one in given))
    assert await entrance.texts() == ["begin", "one", "two", "three", "four", "five"]
