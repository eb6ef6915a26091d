"""Mixed load that never gives up, however often the hub dies: webhooks, visitors, mails, and a colleague who accepts and answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.rig.colleague import Colleague, Refused
from tests.rig.scene import Scene
from tests.rig.waiting import eventually

PACE_S = 0.05
CHAT_PACE_S = 0.4
"""A visitor may say thirty things in ten seconds."""


@asynccontextmanager
async def mixed_load(scene: Scene) -> AsyncIterator[None]:
    """Keeps going inside the block; at its end everybody finishes the word that he or she is saying."""
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name in ("rosa", "marta", "pedro"):
            group.create_task(_webhooks(scene, name, done))
        for name in ("a visitor", "another visitor"):
            group.create_task(_chat(scene, name, done))
        group.create_task(_mails(scene, "julia", done))
        group.create_task(_colleague(scene, done))
        yield
        done.set()


async def acknowledged(scene: Scene, more: int) -> None:
    """Wait until so many more messages have been acknowledged."""
    wanted = scene.world.acknowledged + more

    async def enough() -> bool:
        return scene.world.acknowledged >= wanted

    await eventually(enough, what=f"{more} more messages are acknowledged", seconds=40)


async def _webhooks(scene: Scene, name: str, done: asyncio.Event) -> None:
    while not done.is_set():
        await scene.hooks.say(scene.world.sender(name))
        await asyncio.sleep(PACE_S)


async def _chat(scene: Scene, name: str, done: asyncio.Event) -> None:
    visitor = scene.visitor(name)
    while not done.is_set():
        await visitor.say()
        await asyncio.sleep(CHAT_PACE_S)
    await visitor.close()


async def _mails(scene: Scene, name: str, done: asyncio.Event) -> None:
    while not done.is_set():
        await scene.mail(scene.world.sender(name))
        await asyncio.sleep(PACE_S)


async def _colleague(scene: Scene, done: asyncio.Event) -> None:
    """Ana accepts what is offered, answers whoever wrote by webhook, and sits down again whenever she is cut."""
    async with scene.colleague("ana") as ana:
        sitting = asyncio.create_task(ana.stay())
        number = 0
        while not done.is_set():
            await ana.insist("PUT", "/me/status", {"activity": "available"})
            await _accept(ana)
            for customer in (await ana.insist("GET", "/customers?limit=50"))["items"]:
                if customer["identities"][0]["kind"] == "account":
                    number += 1
                    await ana.answer(scene.world, customer["id"], scene.company.channels["http"], f"answer {number}")
            await asyncio.sleep(PACE_S)
        sitting.cancel()
        await asyncio.gather(sitting, return_exceptions=True)


async def _accept(ana: Colleague) -> None:
    for offer in (await ana.insist("GET", "/offers"))["items"]:
        with suppress(Refused):  # it was accepted in the life before, or has ended
            await ana.insist("POST", f"/offers/{offer['id']}/accept")
