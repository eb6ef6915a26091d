"""The demo's company is reached on every channel, also when the pretend outside world is elsewhere at the next start."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.kernel.database import Database
from tests.flows.demo import Demo
from tests.rig.ports import free_port
from tests.rig.waiting import eventually

OUTSIDE = {
    "sms": ("twilio", "+34611222333"),
    "whatsapp": ("meta", "34611222333"),
    "telegram": ("telegram", "lucia"),
    "messenger": ("meta", "lucia"),
    "instagram": ("meta", "lucia"),
}
STATES = "SELECT c.connector, s.state, s.detail FROM channel c JOIN channel_state s ON s.channel_id = c.id WHERE c.connector = ANY ($1)"
HEARD = "SELECT c.connector FROM message m JOIN channel c ON c.id = m.channel_id WHERE m.text = $1"


@pytest.fixture
async def demo(database_url: str, tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo that is not started yet."""
    demo = Demo(tmp_path, database_url)
    yield demo
    if demo.alive:
        await demo.kill()


async def say(world: str, connector: str, text: str) -> None:
    """A customer writes."""
    double, customer = OUTSIDE[connector]
    given = {"customer": customer, "app": connector, "name": "Lucía", "text": text}
    async with aiohttp.ClientSession() as client, client.post(f"{world}/doubles/{double}/say", json=given) as answer:
        assert answer.status == 200, await answer.text()


async def standing(world: str, connector: str) -> list[str]:
    """What the customer sees to have written by an app, oldest first."""
    async with aiohttp.ClientSession() as client, client.get(f"{world}/doubles/{OUTSIDE[connector][0]}") as answer:
        shown = (await answer.json())["shown"]
    return [one["text"] for one in shown if one["app"] == connector and one["mine"]]


async def heard_on_all(database: Database, text: str) -> bool:
    """Whether the company has it from each channel, once."""
    return sorted(row["connector"] for row in await database.rows(HEARD, text)) == sorted(OUTSIDE)


async def all_up(database: Database) -> Any:
    """Whether each is up; what is wrong else."""
    wrong = [tuple(row) for row in await database.rows(STATES, list(OUTSIDE)) if row["state"] != "up"]
    return [] if wrong else True


async def test_everybody_reaches_the_company_on_every_channel_wherever_the_world_is(demo: Demo, database: Database) -> None:
    await demo.start()
    await each(demo, demo.world, partial(heard_on_all, database), "Hola a todos")
    await eventually(lambda: all_up(database), what="all channels are up")
    assert await demo.stop() == 0
    port = free_port()
    await demo.launch(HILO_SANDBOX_PORT=str(port))
    world = f"http://127.0.0.1:{port}"
    await each(demo, world, partial(heard_on_all, database), "Otra vez")
    for connector in OUTSIDE:
        *_, first, second = await standing(world, connector)  # behind what stands there from the demo's stories
        assert (first, second) == ("Hola a todos", "Otra vez"), "the phones remember the first start"


async def each(demo: Demo, world: str, heard: Callable[[str], Awaitable[bool]], text: str) -> None:
    """Somebody writes by every channel, once the providers know where the company is."""

    async def running() -> bool:
        return world in demo.log and "Ctrl-C stops it" in demo.log

    await eventually(running, what="the demo says where everything is", seconds=60)
    for connector in OUTSIDE:
        await say(world, connector, text)
    await eventually(lambda: heard(text), what="the company has heard it on every channel", seconds=30)
