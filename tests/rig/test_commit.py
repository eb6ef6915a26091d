"""The answer to a write is swallowed by the network: it was committed and nobody knows. All try again by key, and it is there once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest

from tests.rig.colleague import Colleague
from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.proxy import HONEST, Manner
from tests.rig.scene import Scene, opened

Then = Literal["reset", "silence"]


@pytest.mark.parametrize("then", ["reset", "silence"])
async def test_a_committed_write_without_an_answer_is_one_message(rig_postgres: RigPostgres, tmp_path: Path, then: Then) -> None:
    async with opened(rig_postgres, tmp_path, start=False) as scene, scene.colleague("ana") as ana:
        scene.hub.environment["HILO_DATABASE_STATEMENT_TIMEOUT_S"] = "1"  # how long a silence is borne
        await scene.hub.start()
        rosa, visitor = scene.world.sender("rosa"), scene.visitor("a visitor")
        await scene.hooks.say(rosa)
        await visitor.say()
        for number in range(rounds(1, 20)):
            async with _one_answer_swallowed(scene, f"rosa says {len(rosa.said)}", then):
                await scene.hooks.say(rosa)
            async with _one_answer_swallowed(scene, f"visitor says {len(visitor.sender.said)}", then):
                await visitor.say()
            async with _one_answer_swallowed(scene, "COMMIT", then):
                await _answer(scene, ana, f"answer {number}")
        await visitor.close()
        await scene.check()


@asynccontextmanager
async def _one_answer_swallowed(scene: Scene, word: str, then: Then) -> AsyncIterator[None]:
    """The first statement in which this word is said is carried out, and its answer never comes; the ones after it fare well."""
    scene.proxy.swallowed.clear()
    scene.proxy.change_all(Manner(swallow=word.encode(), then=then))
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(_heal(scene))
        yield


async def _heal(scene: Scene) -> None:
    await scene.proxy.swallowed.wait()
    scene.proxy.change_all(HONEST)


async def _answer(scene: Scene, ana: Colleague, text: str) -> None:
    customers = (await ana.insist("GET", "/customers?limit=50"))["items"]
    rosa = next(one["id"] for one in customers if one["identities"][0]["kind"] == "account")
    await ana.answer(scene.world, rosa, scene.company.channels["http"], text)
