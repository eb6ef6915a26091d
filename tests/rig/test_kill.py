"""The hub is killed under load, again and again: everybody insists until acknowledged, and nothing is lost, doubled or turned round."""

import asyncio
from pathlib import Path

from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually

KILLS = rounds(2, 20)
BETWEEN = 15
"""How many messages are acknowledged between two kills."""


async def test_killing_the_hub_under_mixed_load_loses_and_doubles_nothing(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path, mail=True) as scene:
        done = asyncio.Event()
        async with asyncio.TaskGroup() as load:
            for name in ("rosa", "marta", "pedro"):
                load.create_task(_webhooks(scene, name, done))
                load.create_task(_chat(scene, f"visitor {name}", done))
            load.create_task(_mails(scene, "julia", done))
            load.create_task(_answers(scene, done))
            for _ in range(KILLS):
                await _acknowledged(scene, scene.world.acknowledged + BETWEEN)
                await scene.hub.kill()
                await scene.hub.start()
            await _acknowledged(scene, scene.world.acknowledged + BETWEEN)
            done.set()
        await scene.check()
        assert len(scene.world.answers) > 0


async def _acknowledged(scene: Scene, count: int) -> None:
    async def enough() -> bool:
        return scene.world.acknowledged >= count

    await eventually(enough, what=f"{count} messages are acknowledged", seconds=30)


async def _webhooks(scene: Scene, name: str, done: asyncio.Event) -> None:
    while not done.is_set():
        await scene.hooks.say(scene.world.sender(name))


async def _chat(scene: Scene, name: str, done: asyncio.Event) -> None:
    visitor = scene.visitor(name)
    while not done.is_set():
        await visitor.say()
        await asyncio.sleep(0.4)  # a visitor may say thirty things in ten seconds
    await visitor.close()


async def _mails(scene: Scene, name: str, done: asyncio.Event) -> None:
    while not done.is_set():
        await scene.mail(scene.world.sender(name))


async def _answers(scene: Scene, done: asyncio.Event) -> None:
    """Ana answers everybody whom she finds."""
    async with scene.colleague("ana") as ana:
        number = 0
        while not done.is_set():
            for customer in (await ana.insist("GET", "/customers?limit=50"))["items"]:
                if customer["identities"][0]["kind"] == "account":
                    number += 1
                    await ana.answer(scene.world, customer["id"], scene.company.channels["http"], f"answer {number}")
            await asyncio.sleep(0.1)
