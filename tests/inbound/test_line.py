"""The line before the transactions is one per channel, and none waits for another's."""

import asyncio
from uuid import UUID, uuid4

from connectors.contract import Delivery
from hub.channels.model import Channel
from hub.inbound.group import Incoming, Prepared
from hub.inbound.line import Line

NOISY, QUIET, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


def waiting(channel: UUID, name: str = "") -> Prepared:
    made = Channel(channel, "", "", "", "", UUID(int=0), UUID(int=0), False, {})
    return Prepared(Incoming(made, Delivery("message", name or uuid4().hex, b""), ()), asyncio.get_running_loop().create_future())


def names(group: list[Prepared]) -> list[str]:
    return [one.incoming.delivery.external_id for one in group]


async def test_a_channel_keeps_its_order() -> None:
    line = Line(10)
    for name in "abcde":
        await line.put(waiting(NOISY, name))
    assert names(await line.group(3)) + names(await line.group(3)) == list("abcde")


async def test_one_delivery_does_not_wait_behind_a_flood_on_another_channel() -> None:
    line = Line(100)
    for _ in range(100):
        await line.put(waiting(NOISY))
    await line.put(waiting(QUIET, "quiet"))
    assert "quiet" in names(await line.group(4))


async def test_more_channels_than_a_group_holds_take_turns() -> None:
    line = Line(100)
    for _ in range(10):
        for channel in (NOISY, QUIET, OTHER):
            await line.put(waiting(channel))
    served = [(await line.group(1))[0].incoming.channel.id for _ in range(6)]
    assert {served.count(channel) for channel in (NOISY, QUIET, OTHER)} == {2}


async def test_a_full_channel_waits_and_the_others_do_not() -> None:
    line = Line(1)
    await line.put(waiting(NOISY, "first"))
    late = asyncio.create_task(line.put(waiting(NOISY, "second")))
    async with asyncio.timeout(5):
        await line.put(waiting(QUIET, "quiet"))
    assert not late.done()
    assert sorted(names(await line.group(9))) == ["first", "quiet"]
    async with asyncio.timeout(5):
        await late
        assert names(await line.group(9)) == ["second"]


async def test_a_group_waits_for_the_first() -> None:
    line = Line(10)
    group = asyncio.create_task(line.group(9))
    await asyncio.sleep(0)
    assert not group.done()
    await line.put(waiting(QUIET, "quiet"))
    async with asyncio.timeout(5):
        assert names(await group) == ["quiet"]
