"""Another system that delivers to the hub by signed webhooks: repeats, shuffles, in parallel, and takes the hub's answers."""

import asyncio
import json
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any, Self
from uuid import uuid4

import aiohttp
from aiohttp import web

from connectors.http.connector import signature
from tests.rig.company import SECRET
from tests.rig.world import Sender, World

TIMEOUT = aiohttp.ClientTimeout(total=40, connect=3)
RETRY_S = 0.2


def message(sender: str, text: str, id_: str = "") -> dict[str, Any]:
    """One message as the other system words it."""
    return {"type": "message", "id": id_ or text, "from": {"kind": "account", "value": sender, "name": sender.title()}, "text": text}


def body_of(events: Sequence[dict[str, Any]]) -> bytes:
    """A delivery."""
    return json.dumps({"events": list(events)}).encode()


class Webhooks:
    """Signs and delivers, at most `at_once` at a time, to one hook of one hub."""

    def __init__(self, address: str, hook: str, *, at_once: int = 16) -> None:
        self.url = f"{address}/hooks/{hook}"
        self._slots = asyncio.Semaphore(at_once)
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._client is not None:
            await self._client.close()

    async def post(self, body: bytes) -> int:
        """Deliver once; the status, or 0 when there was no answer."""
        assert self._client is not None
        timestamp = str(int(time.time()))
        headers = {"X-Hilo-Timestamp": timestamp, "X-Hilo-Signature": signature(SECRET, timestamp, body)}
        try:
            async with self._slots, self._client.post(self.url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def deliver(self, body: bytes) -> int:
        """Deliver as a provider does, again and again until it is taken; how often it took."""
        tries = 1
        while await self.post(body) != 200:
            tries += 1
            await asyncio.sleep(RETRY_S)
        return tries

    async def say(self, sender: Sender) -> None:
        """One message of a customer, until it is acknowledged."""
        text = sender.next_text()
        await self.deliver(body_of([message(sender.name, text)]))
        sender.acknowledged.add(text)

    async def flood(self, bodies: Iterable[bytes], *, copies: int, seed: int) -> list[int]:
        """Every delivery so many times, shuffled, in parallel; all the statuses."""
        everything = [body for body in bodies for _ in range(copies)]
        random.Random(seed).shuffle(everything)
        return list(await asyncio.gather(*(self.post(body) for body in everything)))


class OtherSystem:
    """Takes what the hub sends through the http channel, and writes it into the world's ledger."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._runner: web.AppRunner | None = None
        self.address = ""
        self.arrival = asyncio.Event()
        """Set whenever something arrives."""
        self.open = asyncio.Event()
        """While this is not set, what arrives is taken and its answer waits."""
        self.open.set()
        self.drops = 0
        """How many of the next answers are lost: what arrives is taken, then the connection ends."""
        self.parts: list[tuple[int, int, str]] = []
        """Of each message that arrived: which part of how many, and under which name."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        expected = signature(SECRET, request.headers["X-Hilo-Timestamp"], body)
        if request.headers["X-Hilo-Signature"] != expected:
            return web.Response(status=403)
        said = json.loads(body)
        if said["type"] != "message":
            return web.json_response({"ok": True})
        self._world.arrived.append((said["id"], said["text"]))
        self.parts.append((said["part"], said["parts"], request.headers["X-Hilo-Delivery"]))
        self.arrival.set()
        if self.drops and request.transport is not None:
            self.drops -= 1
            request.transport.abort()
        await self.open.wait()
        return web.json_response({"ok": True})


def unique(prefix: str) -> str:
    """A name that was never used."""
    return f"{prefix}-{uuid4().hex[:8]}"
