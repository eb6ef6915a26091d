"""On the way out: the answer of the other side is lost, the database goes away in the middle. Each answer arrives as one message."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.rig.colleague import Colleague
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually
from tests.rig.world import World

PARTS = [f"{word} " * 1200 + word for word in ("primera-parte", "segunda-parte")]
"""Each is less than one message may hold, and more than half of it."""


async def test_an_answer_lost_by_the_other_side_is_sent_again_under_the_same_id(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene, scene.colleague("ana") as ana:
        customer = await _meet(scene, ana)
        scene.outside.drops = 1
        await ana.answer(scene.world, customer, scene.company.channels["http"], "hello")
        await scene.check()
        assert len(scene.world.arrived) == 2
        assert len(set(scene.world.arrived)) == 1


async def test_a_database_that_goes_away_while_something_is_being_sent_costs_no_second_sending(
    rig_postgres: RigPostgres, tmp_path: Path
) -> None:
    async with opened(rig_postgres, tmp_path) as scene, scene.colleague("ana") as ana:
        customer = await _meet(scene, ana)
        scene.outside.open.clear()
        await ana.answer(scene.world, customer, scene.company.channels["http"], "hello")
        async with asyncio.timeout(10):
            await scene.outside.arrival.wait()
        scene.proxy.go_away()
        scene.outside.open.set()
        await scene.hooks.say(scene.world.sender("rosa"))  # into the spool: the hub knows by now
        scene.proxy.come_back()
        await scene.check()
        assert len(scene.world.arrived) == 1


async def test_a_long_answer_leaves_in_parts_and_only_the_lost_one_again_under_its_own_name(
    rig_postgres: RigPostgres, tmp_path: Path
) -> None:
    async with opened(rig_postgres, tmp_path) as scene, scene.colleague("ana") as ana:
        customer = await _meet(scene, ana)
        scene.outside.drops = 1
        id_ = await ana.answer(World(), customer, scene.company.channels["http"], "\n\n".join(PARTS))
        await eventually(_arrived(scene, 3), what="both parts have arrived, and the first one twice", seconds=30)
        assert scene.outside.parts == [(0, 2, f"{id_}:0"), (0, 2, f"{id_}:0"), (1, 2, f"{id_}:1")]
        assert [text for _, text in scene.world.arrived] == [PARTS[0], *PARTS]


def _arrived(scene: Scene, count: int) -> Callable[[], Awaitable[bool]]:
    async def all_there() -> bool:
        return len(scene.outside.parts) == count

    return all_there


async def _meet(scene: Scene, ana: Colleague) -> str:
    await scene.hooks.say(scene.world.sender("rosa"))
    return str((await ana.ask("GET", "/customers"))["items"][0]["id"])
