"""The demo company can be written to through every provider of the pretend world, also after a start with other ports."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.kernel.database import Database
from sandbox.people import CUSTOMERS
from tests.flows.demo import Demo
from tests.rig.ports import free_port
from tests.rig.waiting import eventually

LUCIA = CUSTOMERS[0]
SAY = {
    "sms": ("twilio", {"app": "sms", "customer": LUCIA.phone}),
    "whatsapp": ("meta", {"app": "whatsapp", "customer": LUCIA.phone}),
    "telegram": ("telegram", {"customer": LUCIA.id}),
    "messenger": ("meta", {"app": "messenger", "customer": LUCIA.messenger}),
    "instagram": ("meta", {"app": "instagram", "customer": LUCIA.instagram}),
}
ARRIVED = "SELECT c.connector, m.text FROM message m JOIN channel c ON c.id = m.channel_id WHERE m.direction = 'in' AND m.text LIKE $1"


@pytest.fixture
async def demo(database_url: str, tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo that is not started yet."""
    demo = Demo(tmp_path, database_url)
    yield demo
    if demo.alive:
        await demo.kill()


async def write_by_all(world: str, text: str) -> None:
    """The customer writes in every app."""
    async with aiohttp.ClientSession() as phone:
        for double, given in SAY.values():
            async with phone.post(f"{world}/doubles/{double}/say", json={**given, "name": LUCIA.name, "text": text}) as answer:
                assert answer.status == 200, await answer.text()


async def verify_arrived(database: Database, text: str) -> None:
    async def count() -> Any:
        return len(await database.rows(ARRIVED, text)) >= len(SAY)

    try:
        await eventually(count, what=f"{text!r} from every app", seconds=20)
    finally:
        assert sorted(row["connector"] for row in await database.rows(ARRIVED, text)) == sorted(SAY)


async def test_what_is_written_in_every_app_arrives_once_also_after_a_start_with_other_ports(demo: Demo, database: Database) -> None:
    await demo.start()
    await begun(demo, 1)
    await write_by_all(demo.world, "Primer día")
    await verify_arrived(database, "Primer día")
    assert await demo.stop() == 0
    port = free_port()
    await demo.launch(HILO_SANDBOX_PORT=str(port))
    await begun(demo, 2)
    await write_by_all(f"http://127.0.0.1:{port}", "Segundo día")
    await verify_arrived(database, "Segundo día")


async def begun(demo: Demo, times: int) -> None:
    """Wait until it says so for that time: then the providers know where it is."""

    async def said() -> bool:
        return demo.log.count("Hilo is running.") == times

    await eventually(said, what="the demo says that it is running", seconds=30)
