"""What is pushed: soon, whoever else sleeps in a transaction; and the screen is always what a fresh fetch would show."""

import asyncio
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from tests.rig.colleague import Colleague
from tests.rig.counts import rounds
from tests.rig.postgres import RigPostgres
from tests.rig.proxy import FaultProxy
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually

OPEN_S = rounds(5, 60)
"""How long the other writer sleeps with its transaction open."""
CUTS = rounds(10, 100)


@pytest.mark.alone
async def test_a_writer_left_open_elsewhere_delays_no_push(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene, scene.colleague("ana") as ana:
        await ana.sit_down(await _first_contact(scene, ana))
        other = await asyncpg.connect(rig_postgres.url("postgres"))
        try:
            await other.execute("CREATE TABLE IF NOT EXISTS elsewhere (n int)")
            async with other.transaction():
                await other.execute("INSERT INTO elsewhere VALUES (1)")
                end, slowest = monotonic() + OPEN_S, 0.0
                while monotonic() < end:
                    slowest = max(slowest, await _time_to_screen(scene, ana))
                    await asyncio.sleep(0.2)
        finally:
            await other.close()
        assert slowest < 1.0


async def test_after_any_number_of_cuts_the_screen_is_what_a_fresh_fetch_shows(rig_postgres: RigPostgres, tmp_path: Path) -> None:
    async with opened(rig_postgres, tmp_path) as scene, FaultProxy(("127.0.0.1", scene.hub.port)) as wire, scene.colleague("ana") as ana:
        ana.address = f"http://127.0.0.1:{wire.port}"
        await ana.ask("PUT", "/me/status", {"activity": "available"})
        customer = await _first_contact(scene, ana)
        done = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_talk(scene, done))
            for _ in range(CUTS):
                await ana.sit_down(customer)
                await ana.changed()
                wire.reset_all()
            await ana.sit_down(customer)
            done.set()
        await eventually(lambda: _same(ana, customer), what="the screen is what a fresh fetch shows")
        assert ana.snapshots == 1, "a short break is resumed, without a new snapshot"


async def _first_contact(scene: Scene, ana: Colleague) -> str:
    await scene.hooks.say(scene.world.sender("rosa"))
    customers = (await ana.insist("GET", "/customers"))["items"]
    return str(customers[0]["id"])


async def _time_to_screen(scene: Scene, ana: Colleague) -> float:
    """Seconds from the customer's webhook until it stands on the colleague's screen."""
    rosa, start = scene.world.sender("rosa"), monotonic()
    await scene.hooks.say(rosa)
    while rosa.said[-1] not in (one["text"] for one in ana.messages.values()):
        await ana.changed()
    return monotonic() - start


async def _talk(scene: Scene, done: asyncio.Event) -> None:
    """Rosa and strangers write all the time."""
    number = 0
    while not done.is_set():
        number += 1
        await scene.hooks.say(scene.world.sender("rosa"))
        await scene.hooks.say(scene.world.sender(f"stranger {number}"))
        await asyncio.sleep(0.05)


async def _same(ana: Colleague, customer: str) -> bool:
    """Conversation and offers on the screen, against a fetch; in between nothing moves."""
    fetched = await ana.conversation(customer)
    offers = {one["id"] for one in (await ana.ask("GET", "/offers"))["items"]}
    return fetched == ana.messages and offers == set(ana.offers)
