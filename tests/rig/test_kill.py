"""The hub is killed under load, again and again: everybody insists until acknowledged, and nothing is lost, doubled or turned round."""

from pathlib import Path

from tests.rig.counts import rounds
from tests.rig.load import acknowledged, mixed_load
from tests.rig.postgres import RigPostgres
from tests.rig.scene import opened

KILLS = rounds(2, 20)
BETWEEN = 20
"""How many messages are acknowledged between two kills."""


async def test_killing_the_hub_under_mixed_load_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            for _ in range(KILLS):
                await acknowledged(scene, BETWEEN)
                await scene.hub.kill()
                await scene.hub.start()
            await acknowledged(scene, BETWEEN)
        await scene.check()
        assert scene.world.answers, "no colleague answered: the load was not mixed"


async def test_stopping_the_hub_under_mixed_load_is_clean_and_loses_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            for _ in range(rounds(1, 10)):
                await acknowledged(scene, BETWEEN)
                assert await scene.hub.stop() == 0
                await scene.hub.start()
            await acknowledged(scene, BETWEEN)
        await scene.check()
        assert "Traceback" not in scene.hub.log
