"""The hub dies between any two effects, as by a power cut, once in each place; after the next start nothing is lost or doubled."""

import ast
from pathlib import Path

from tests.rig.counts import LONG
from tests.rig.load import acknowledged, mixed_load
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.source import python_files

POINTS = (
    "intake.prepared",
    "intake.committed",
    "inbound.stored",
    "ledger.published",
    "work.offered",
    "work.moved",
    "message.written",
    "outbox.claimed",
    "outbox.sent",
    "outbox.settled",
)
WITHOUT_DATABASE = ("inbox.spooling", "inbox.spooled")
BACK_AGAIN = ("spool.drained",)
SIGKILL = -9


async def test_dying_between_any_two_effects_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            for point in POINTS:
                if scene.hub.alive:
                    await scene.hub.kill()
                await _die_at(scene, point)
                if LONG:  # otherwise the next life, which will be short too, does the clearing up
                    await scene.hub.start()
                    await acknowledged(scene, 10)
            if not scene.hub.alive:
                await scene.hub.start()
            await acknowledged(scene, 10)
        await scene.check()


async def test_dying_around_the_spool_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        async with mixed_load(scene):
            await acknowledged(scene, 5)
            await scene.hub.kill()
            scene.proxy.go_away()
            for point in WITHOUT_DATABASE:
                await _die_at(scene, point)
            await scene.hub.start()
            await acknowledged(scene, 5)
            await scene.hub.kill()
            scene.proxy.come_back()
            for point in BACK_AGAIN:
                await _die_at(scene, point)
            await scene.hub.start()
            await acknowledged(scene, 10)
        await scene.check()


async def _die_at(scene: Scene, point: str) -> None:
    await scene.hub.launch(HILO_CRASH_AT=f"{point}:1")
    assert await scene.hub.died() == SIGKILL, f"{point}: {scene.hub.tail()}"


def test_every_failpoint_of_the_hub_is_tried() -> None:
    assert {*POINTS, *WITHOUT_DATABASE, *BACK_AGAIN} == set(_failpoints())


def _failpoints() -> list[str]:
    nodes = (node for source in python_files() if source.name.startswith("hub/") for node in ast.walk(source.tree))
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crash_point"]
    return [ast.literal_eval(call.args[0]) for call in calls]
