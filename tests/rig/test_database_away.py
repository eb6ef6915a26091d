"""PostgreSQL is killed, gone for a while, gone at the start: deliveries are acknowledged into the spool and drained later, each once."""

from pathlib import Path

from tests.rig.counts import rounds
from tests.rig.load import acknowledged, mixed_load
from tests.rig.ports import free_port
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.scene import opened
from tests.rig.waiting import eventually


async def test_killing_the_database_under_load_loses_nothing_and_the_hub_stays_up(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            for _ in range(rounds(1, 8)):
                await acknowledged(scene, 10)
                await rig_postgres.kill()
                await acknowledged(scene, 10)
                assert (await scene.hub.ready())["into"] == "spool"
                await rig_postgres.start()
            await eventually(lambda: _into_database(scene.hub), what="the hub has its database again")
            await acknowledged(scene, 10)
        await scene.check()
        assert scene.hub.alive


async def test_a_database_that_is_gone_at_the_start_is_waited_for(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene:
        rosa = scene.world.sender("rosa")
        await scene.hooks.say(rosa)
        await scene.hub.stop()
        scene.proxy.go_away()
        await scene.hub.start()
        assert (await scene.hub.ready())["into"] == "spool"
        for _ in range(5):
            await scene.hooks.say(rosa)
        await scene.hub.kill()  # what was spooled outlives this too
        await scene.hub.start()
        await scene.hooks.say(rosa)
        scene.proxy.come_back()
        await scene.check()
        assert len(rosa.acknowledged) == 7


async def test_a_database_that_was_never_reached_is_one_sentence_and_exit_code_two(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path, f"postgresql://postgres@127.0.0.1:{free_port()}/nowhere")
    await hub.launch()
    assert await hub.died() == 2
    assert "database cannot be used" in hub.log
    assert "Traceback" not in hub.log


async def _into_database(hub: HubProcess) -> bool:
    return (await hub.ready()).get("into") == "database"
