"""The disk fills up while the database is away: no more is acknowledged, what was stays, and all goes on when there is room."""

import asyncio
import resource
from pathlib import Path

from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually
from tests.rig.webhooks import body_of, message

ROOM = 256 * 1024
LETTER = 10_000
"""Bytes of one message: about twenty-five fill the room."""


async def test_a_full_disk_is_try_again_and_loses_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene:
        scene.proxy.go_away()
        _limit(scene, ROOM)
        assert await _fill(scene, "rosa") == 503
        assert 0 < len(scene.world.sender("rosa").acknowledged) < 60
        _limit(scene, resource.RLIM_INFINITY)
        await _goes_on(scene)
        await scene.check()


async def test_a_full_spool_is_try_again_and_loses_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, start=False) as scene:
        scene.hub.environment["HILO_SPOOL_MEGABYTES"] = "1"
        await scene.hub.start()
        scene.proxy.go_away()
        assert await _fill(scene, "rosa") == 503
        await _goes_on(scene)
        await scene.check()


async def _fill(scene: Scene, name: str) -> int:
    """Deliver until something else than 200 is answered; that status."""
    sender = scene.world.sender(name)
    for _ in range(200):
        text = sender.next_text()
        padded = message(sender.name, text) | {"padding": "x" * LETTER}
        status = await scene.hooks.post(body_of([padded]))
        if status != 200:
            return status
        sender.acknowledged.add(text)
    return 200


async def _goes_on(scene: Scene) -> None:
    scene.proxy.come_back()
    async with asyncio.timeout(20):
        await scene.hooks.say(scene.world.sender("marta"))
    await eventually(lambda: _drained(scene), what="the spool is drained")


async def _drained(scene: Scene) -> bool:
    return not list((scene.hub.folder / "data" / "spool").glob("*.spool"))


def _limit(scene: Scene, largest: int) -> None:
    """No file of the hub may grow beyond this: to a writer the same as a disk without room."""
    resource.prlimit(scene.hub.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
