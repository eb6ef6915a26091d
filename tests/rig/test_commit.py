"""The answer to COMMIT is swallowed by the network: it was done and nobody knows. Everybody tries again by key, and it is there once."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.proxy import HONEST, Manner
from tests.rig.scene import Scene, opened


@pytest.mark.parametrize("then", ["reset", "silence"])
async def test_a_swallowed_commit_is_one_message(rig_postgres: RigPostgres, tmp_path: Path, then: Literal["reset", "silence"]) -> None:
    async with opened(rig_postgres, tmp_path, start=False) as scene:
        scene.hub.environment["HILO_DATABASE_STATEMENT_TIMEOUT_S"] = "2"  # how long a silence is borne
        await scene.hub.start()
        await scene.hooks.say(scene.world.sender("rosa"))
        visitor = scene.visitor("a visitor")
        await visitor.say()
        for _ in range(rounds(2, 20)):
            async with asyncio.TaskGroup() as group:
                group.create_task(_swallow_one_commit(scene, then))
                group.create_task(scene.hooks.say(scene.world.sender("rosa")))
                group.create_task(visitor.say())
                group.create_task(_answer(scene))
        await visitor.close()
        await scene.check()


async def _swallow_one_commit(scene: Scene, then: Literal["reset", "silence"]) -> None:
    """From now on the next COMMIT has no answer; the ones after it have."""
    scene.proxy.swallowed.clear()
    scene.proxy.change_all(Manner(swallow=b"COMMIT", then=then))
    await scene.proxy.swallowed.wait()
    scene.proxy.change_all(HONEST)


async def _answer(scene: Scene) -> None:
    async with scene.colleague("ana") as ana:
        customers = (await ana.insist("GET", "/customers?limit=50"))["items"]
        rosa = next(one["id"] for one in customers if one["identities"][0]["kind"] == "account")
        await ana.answer(scene.world, rosa, scene.company.channels["http"], f"answer {len(scene.world.answers)}")
