"""Two hubs with one database and a real Redis: a customer on one node, a colleague on the other."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.rig.ports import free_port
from tests.rig.postgres import RigPostgres
from tests.rig.process import HubProcess
from tests.rig.scene import opened
from tests.rig.sockets import Socket
from tests.rig.waiting import eventually


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[str]:
    """A Redis of our own, that keeps nothing."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path), stdout=asyncio.subprocess.DEVNULL
    )
    await eventually(lambda: _answers(port), what="Redis")
    yield f"redis://127.0.0.1:{port}/0"
    process.terminate()
    await process.wait()


async def _answers(port: int) -> bool:
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


async def _heard(events: list[dict[str, Any]], type_: str, count: int = 1) -> list[dict[str, Any]]:
    """The data of events of one type, once there are so many."""

    async def look() -> list[dict[str, Any]]:
        found = [event["data"] for event in events if event["type"] == type_]
        return found if len(found) >= count else []

    return await eventually(look, what=type_)


async def test_words_and_typing_reach_a_colleague_on_another_node_each_once(rig_postgres: RigPostgres, tmp_path: Path, redis: str) -> None:
    async with opened(rig_postgres, tmp_path, start=False) as scene:
        scene.hub.environment["HILO_REDIS_URL"] = redis
        await scene.hub.start()
        async with _second(scene.hub, redis) as second, scene.colleague("ana") as ana, AsyncExitStack() as stack:
            heard: list[dict[str, Any]] = []
            told: list[dict[str, Any]] = []
            bubble = Socket(second.address, "/visitor", {"channel": scene.company.bubble}, told.append)
            stack.push_async_callback(bubble.close)
            await bubble.open()
            await bubble.call("hello", {"token": None})
            await bubble.call("message", {"id": "6dd4bd24-0ba6-4d9c-9f45-65a4a7b7b3b1", "text": "is anybody there?"})
            customer = str((await ana.ask("GET", "/customers"))["items"][0]["id"])
            desk = Socket(scene.hub.address, "/agent", {"token": scene.company.tokens["ana"]}, heard.append)
            stack.push_async_callback(desk.close)
            await desk.open()
            await desk.call("register", {"position": None})
            await desk.call("watch", {"customer": customer})

            await bubble.call("typing", {"on": True})
            (typing,) = await _heard(heard, "typing")
            assert typing["who"]["kind"] == "customer"
            await desk.call("typing", {"customer": customer, "on": True})
            assert [one["on"] for one in await _heard(told, "typing")] == [True]

            await bubble.call("message", {"id": "6dd4bd24-0ba6-4d9c-9f45-65a4a7b7b3b2", "text": "hello?"})
            await ana.ask("PUT", "/me/status", {"activity": "break"})
            await _heard(heard, "status.changed", 2)
            texts = [event["data"]["text"] for event in heard if event["type"] == "message.created"]
            assert texts.count("hello?") == 1


@asynccontextmanager
async def _second(first: HubProcess, redis: str) -> AsyncIterator[HubProcess]:
    folder = first.folder / "second"
    await asyncio.to_thread((folder / "data").mkdir, parents=True)
    await asyncio.to_thread(shutil.copy, first.folder / "data" / "key", folder / "data" / "key")
    async with HubProcess(folder, first.database_url, environment={"HILO_REDIS_URL": redis}) as hub:
        yield hub
