"""A whole Hilo to be measured: a process of its own on a durable PostgreSQL, with the demo's people and one channel of signed webhooks."""

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import aiohttp
import socketio

from benchmarks.load import Delivery, LoadError, delivery, text

SECRET = "a-secret-that-both-ends-know"
PASSWORD = "measure-me-1234"
ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")
ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-m", "hub")
START_S, STOP_S = 60, 30


@dataclass(frozen=True, slots=True)
class Company:
    """A data folder with people, queues and a channel, and the channel's key."""

    folder: Path
    hook: str

    def deliveries(self, address: str, keys: list[str], sender: Callable[[int], str]) -> list[Delivery]:
        """One signed message per key."""
        return [self._delivery(f"{address}/hooks/{self.hook}", key, sender(number)) for number, key in enumerate(keys)]

    def _delivery(self, url: str, key: str, sender: str) -> Delivery:
        event = {"type": "message", "id": key, "from": {"kind": "account", "value": sender, "name": sender}, "text": text(key)}
        return delivery(url, SECRET.encode(), key, json.dumps({"events": [event]}).encode())


@dataclass(frozen=True, slots=True)
class Running:
    """A hub that answers."""

    address: str
    pid: int
    started_s: float


@asynccontextmanager
async def company() -> AsyncIterator[Company]:
    """Make it: the demo fills it on its first start, the channel is added from the command line."""
    with tempfile.TemporaryDirectory(prefix="hilo-bench-") as name:
        folder = Path(name)
        async with running(folder, "demo", "--no-sandbox"):
            pass
        yield Company(folder, await add_channel(folder, "http", {}, {"secret": SECRET}))


async def add_channel(folder: Path, connector: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> str:
    """One more channel, from the command line; the end of its webhook's address. Secrets go through the environment."""
    named = {f"LOAD_{name.upper()}": value for name, value in secrets.items()}
    given = [*(f"{name}={value}" for name, value in settings.items()), *(f"{name}=env:LOAD_{name.upper()}" for name in secrets)]
    said = await _finish(folder, "channel", "add", connector, "Load", *given, **named)
    return said.split()[-1]


@asynccontextmanager
async def running(folder: Path, *words: str) -> AsyncIterator[Running]:
    """Start `hilo …` on the folder, wait until it says where it answers, and stop it as Ctrl-C would."""
    began = perf_counter()
    process = await _start(folder, *words)
    assert process.stdout
    said = bytearray()
    try:
        async with asyncio.timeout(START_S):
            address = await _address(process.stdout, said)
        took = perf_counter() - began
        drain = asyncio.create_task(process.stdout.read())
        yield Running(address, process.pid, took)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_S):
            await process.wait()
            await drain
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _address(output: asyncio.StreamReader, said: bytearray) -> str:
    async for line in output:
        said += line
        if found := ADDRESS.search(line):
            return found.group().decode()
    raise LoadError(f"the hub ended without an address:\n{said.decode(errors='replace')}")


async def _finish(folder: Path, *words: str, **environment: str) -> str:
    process = await _start(folder, *words, **environment)
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise LoadError(f"hilo {' '.join(words[:2])} failed:\n{said.decode(errors='replace')}")
    return said.decode().strip().splitlines()[-1]


async def _start(folder: Path, *words: str, **more: str) -> asyncio.subprocess.Process:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HILO_")}
    ports = {"HILO_PORT": "0", "HILO_SMTP_PORT": "0", "HILO_VISITORS_NEW_PER_ADDRESS": "1000000"}
    environment = own | ports | {"HILO_DATA": str(folder), "HILO_DEMO_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"} | more
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *COMMAND, *words, cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )


@asynccontextmanager
async def signed_in(address: str, email: str) -> AsyncIterator["Colleague"]:
    """One of the demo's people. Raises LoadError."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session, AsyncExitStack() as sockets:
        colleague = Colleague(address, session, sockets)
        colleague.csrf = (await colleague.call("POST", "session", {"email": email, "password": PASSWORD}))["csrf"]
        yield colleague


class Colleague:
    """Somebody signed in: HTTP with cookie and CSRF token, and sockets that end with the stack."""

    def __init__(self, address: str, session: aiohttp.ClientSession, sockets: AsyncExitStack) -> None:
        self._address = address
        self._http = session
        self._sockets = sockets
        self.csrf = ""

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the API. Raises LoadError when it is refused."""
        headers = {"X-CSRF-Token": self.csrf}
        async with self._http.request(method, f"{self._address}/api/v1/{path}", json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise LoadError(f"{method} {path}: {answer.status} {await answer.text()}")
            return None if answer.status == 204 else await answer.json()

    async def listen(self, heard: Callable[[dict[str, Any]], None]) -> None:
        """Open one more socket, registered; `heard` gets every event."""
        client = socketio.AsyncClient()
        client.on("event", heard, namespace="/agent")
        cookies = "; ".join(f"{one.key}={one.value}" for one in self._http.cookie_jar)
        headers = {"Cookie": cookies, "Origin": self._address}
        await client.connect(self._address, headers=headers, auth={"csrf": self.csrf}, namespaces=["/agent"], transports=["websocket"])
        self._sockets.push_async_callback(client.disconnect)
        answer = await client.call("register", {"position": None}, namespace="/agent")
        if "error" in answer:
            raise LoadError(f"register: {answer['error']}")
