"""A visitor with a chat bubble: keeps what was not acknowledged, sends it again under the same id, and asks for what was missed."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.rig.sockets import Cut, Socket
from tests.rig.world import Sender

RETRY_S = 0.2


class Visitor:
    """One browser. Lives over any number of connections."""

    def __init__(self, address: str, bubble: str, sender: Sender) -> None:
        self._address = address
        self._bubble = bubble
        self._socket: Socket | None = None
        self.sender = sender
        self.token: str | None = None
        self.id = ""
        self.seen: dict[str, dict[str, Any]] = {}
        """What the bubble shows, by message id."""

    async def say(self) -> None:
        """One message, until it is acknowledged."""
        text = self.sender.next_text()
        id_ = str(uuid4())
        while True:
            if await self._try(id_, text):
                break
            await asyncio.sleep(RETRY_S)
        self.sender.acknowledged.add(text)

    async def _try(self, id_: str, text: str) -> bool:
        try:
            socket = await self._connected()
            answer = await socket.call("message", {"id": id_, "text": text})
        except Cut:
            return False
        return "error" not in answer

    async def catch_up(self) -> None:
        """Be connected, with all that was missed."""
        while True:
            try:
                await self._connected()
            except Cut:
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def _connected(self) -> Socket:
        if self._socket is not None and not self._socket.cut.is_set():
            return self._socket
        await self.close()
        self._socket = Socket(self._address, "/visitor", {"channel": self._bubble}, self._heard)
        await self._socket.open()
        hello = await self._socket.call("hello", {"token": self.token, "after": max((m["number"] for m in self.seen.values()), default=0)})
        if "error" in hello:
            await self.close()
            raise Cut(str(hello["error"]))
        self.token, self.id = hello["token"], hello["visitor"]
        for message in hello["messages"]:
            self.seen[message["id"]] = message
        return self._socket

    def _heard(self, event: dict[str, Any]) -> None:
        data = event["data"]
        if event["type"] == "message":
            self.seen[data["id"]] = data
        elif event["type"] == "message.changed" and data["id"] in self.seen:
            self.seen[data["id"]].update(data)

    async def close(self) -> None:
        """Close the bubble."""
        if self._socket is not None:
            await self._socket.close()
            self._socket = None
