"""A colleague at the console: HTTP and socket, and a screen that is fed by events only, to be compared with a fresh fetch."""

import asyncio
from typing import Any, Self
from uuid import uuid4

import aiohttp

from tests.rig.sockets import Cut, Socket
from tests.rig.world import World

RETRY_S = 0.2
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=3)
SHOWN = ("number", "direction", "text", "state")


class Refused(RuntimeError):
    """The hub said no: status and code."""


class Colleague:
    """One browser of one colleague. Lives over any number of connections and of lives of the hub."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self._token = token
        self._client: aiohttp.ClientSession | None = None
        self._socket: Socket | None = None
        self._held: list[dict[str, Any]] | None = None
        self._changed = asyncio.Event()
        self.watching: str | None = None
        self.position: int | None = None
        self.messages: dict[str, dict[str, Any]] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        self.snapshots = 0

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(timeout=TIMEOUT, headers={"Authorization": f"Bearer {self._token}"})
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.cut()
        if self._client is not None:
            await self._client.close()

    # ── HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request. Raises Refused; ConnectionError when there was no answer, or one that says try again."""
        assert self._client is not None
        try:
            async with self._client.request(method, f"{self.address}/api/v1{path}", json=body) as answer:
                said = await answer.json() if answer.content_type == "application/json" else None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(str(error)) from error
        if answer.status >= 500:
            raise ConnectionError(f"{answer.status}: {said}")
        if answer.status >= 400:
            raise Refused(f"{method} {path}: {answer.status} {said}")
        return said

    async def insist(self, method: str, path: str, body: Any = None) -> Any:
        """The same request until there is an answer."""
        while True:
            try:
                return await self.ask(method, path, body)
            except ConnectionError:
                await asyncio.sleep(RETRY_S)

    async def answer(self, world: World, customer: str, channel: str, text: str) -> str:
        """Answer a customer, until it is accepted; the same id each time. Returns the id."""
        body = {"id": str(uuid4()), "kind": "reply", "channel": channel, "text": text}
        await self.insist("POST", f"/customers/{customer}/messages", body)
        world.answers[body["id"]] = text
        return body["id"]

    async def conversation(self, customer: str) -> dict[str, dict[str, Any]]:
        """A fresh fetch of the whole conversation: message id → what is shown."""
        found: dict[str, dict[str, Any]] = {}
        before = ""
        while True:
            page = await self.insist("GET", f"/customers/{customer}/conversation?limit=100{before}")
            found |= {one["id"]: _shown(one) for one in page["messages"]}
            if not page["next"]:
                return found
            before = f"&before={page['next']}"

    # ── The screen ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def sit_down(self, customer: str | None = None) -> None:
        """Connect, resume where the last event left off, and open a customer's conversation. Raises Cut."""
        await self.cut()
        self.watching = customer or self.watching
        self._held = []
        self._socket = Socket(self.address, "/agent", {"token": self._token}, self._heard)
        await self._socket.open()
        registered = await self._call("register", {"position": self.position})
        if registered["snapshot"] is not None:
            self.snapshots += 1
            self.offers = {one["id"]: one for one in registered["snapshot"]["offers"]}
        self.position = max(self.position or 0, registered["position"])
        if self.watching:
            await self._call("watch", {"customer": self.watching})
            self.messages = await self.conversation(self.watching)
        held, self._held = self._held, None
        for event in held:
            self._apply(event)

    async def types(self) -> None:
        """Begin to write to the customer who is open."""
        await self._call("typing", {"customer": self.watching, "on": True})

    async def stay(self) -> None:
        """Sit down again whenever the connection is cut, for ever."""
        while True:
            try:
                await self.sit_down()
                assert self._socket is not None
                await self._socket.cut.wait()
            except Cut:
                await asyncio.sleep(RETRY_S)

    async def cut(self) -> None:
        """Pull the plug."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def changed(self, seconds: float = 10.0) -> None:
        """Wait for the next event on the screen."""
        self._changed.clear()
        async with asyncio.timeout(seconds):
            await self._changed.wait()

    async def _call(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        assert self._socket is not None
        answer = await self._socket.call(name, data)
        if "error" in answer:
            raise Cut(f"{name}: {answer['error']}")
        return answer

    def _heard(self, event: dict[str, Any]) -> None:
        if self._held is not None:
            self._held.append(event)
        else:
            self._apply(event)

    def _apply(self, event: dict[str, Any]) -> None:
        """Twice the same changes nothing, and what is older than the screen neither."""
        if event["position"] is not None:
            self.position = max(self.position or 0, event["position"])
        data = event["data"]
        if event["type"] in ("message.created", "message.changed") and data.get("root") == self.watching:
            self.messages[data["id"]] = _shown(data)
        elif event["type"] == "offer.created":
            self.offers[data["id"]] = data
        elif event["type"] == "offer.ended":
            self.offers.pop(data["id"], None)
        self._changed.set()


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in SHOWN}
