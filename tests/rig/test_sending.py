"""On the way out: the answer of the other side is lost, the database goes away in the middle. Each answer arrives as one message."""

import asyncio
from pathlib import Path

from tests.rig.colleague import Colleague
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened


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


async def _meet(scene: Scene, ana: Colleague) -> str:
    await scene.hooks.say(scene.world.sender("rosa"))
    return str((await ana.ask("GET", "/customers"))["items"][0]["id"])
