"""One Socket.IO connection that notices at once when it is cut, instead of waiting for an answer that will not come."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import aiohttp
import socketio

CALL_S = 10.0


class Cut(ConnectionError):
    """The connection was refused, or ended before the answer."""


class Socket:
    """A connection to one namespace. `on_event` is called for every server event, in order."""

    def __init__(
        self,
        address: str,
        namespace: str,
        auth: dict[str, Any],
        on_event: Callable[[dict[str, Any]], None],
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.address = address
        self._namespace = namespace
        self._auth = auth
        self._headers = dict(headers)
        self._http = aiohttp.ClientSession()  # the library leaves one of its own open when connecting fails
        self.client = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self._http)
        self.client.on("event", on_event, namespace=namespace)
        self.client.on("disconnect", self._ended, namespace=namespace)
        self.cut = asyncio.Event()

    async def open(self) -> None:
        """Connect. Raises Cut."""
        try:
            await self.client.connect(
                self.address,
                headers=self._headers,
                auth=self._auth,
                namespaces=[self._namespace],
                transports=["websocket"],
                wait_timeout=CALL_S,
            )
        except (socketio.exceptions.ConnectionError, OSError, TimeoutError) as error:
            await self.close()
            raise Cut(str(error)) from error

    async def call(self, name: str, data: dict[str, Any]) -> dict[str, Any]:
        """Emit and wait for the answer. Raises Cut."""
        answer = asyncio.ensure_future(self.client.call(name, data, namespace=self._namespace, timeout=CALL_S))
        cut = asyncio.ensure_future(self.cut.wait())
        await asyncio.wait({answer, cut}, return_when=asyncio.FIRST_COMPLETED)
        cut.cancel()
        if not answer.done():
            answer.cancel()
        try:
            return dict(await answer or {})
        except (asyncio.CancelledError, socketio.exceptions.SocketIOError) as error:
            raise Cut(f"{name}: cut before the answer") from error

    async def close(self) -> None:
        """Disconnect, whatever state it is in."""
        with suppress(socketio.exceptions.SocketIOError, OSError):
            await self.client.disconnect()
        await self._http.close()
        self.cut.set()

    def _ended(self, *_: object) -> None:
        self.cut.set()
