"""What changes on the customers' phones, as it happens: GET /doubles/events (server-sent events), one object a change."""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from sandbox.double import Double

QUIET_S = 15.0


class PhonesNews:
    """Tells pages of the phones of all doubles."""

    def __init__(self, doubles: Sequence[Double]) -> None:
        self._doubles = doubles
        self._open: set[asyncio.Queue[dict[str, Any] | None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """The one address; before those of single doubles, whose names it could be taken for."""
        return [web.get("/doubles/events", self.events)]

    def close(self) -> None:
        """End all streams."""
        for watcher in self._open:
            watcher.put_nowait(None)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Until the page is closed."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        watcher: asyncio.Queue[Any] = asyncio.Queue()
        self._watch(watcher)
        try:
            with contextlib.suppress(ConnectionResetError):
                await response.write(b": ready\n\n")
                while event := await _next(watcher):
                    await response.write(event)
        finally:
            self._leave(watcher)
        return response

    def _watch(self, watcher: asyncio.Queue[Any]) -> None:
        self._open.add(watcher)
        for one in self._doubles:
            one.watchers.add(watcher)

    def _leave(self, watcher: asyncio.Queue[Any]) -> None:
        self._open.discard(watcher)
        for one in self._doubles:
            one.watchers.discard(watcher)


async def _next(watcher: asyncio.Queue[Any]) -> bytes:
    """The next change; a comment when it is quiet, so that a closed page is noticed; nothing at the end."""
    try:
        async with asyncio.timeout(QUIET_S):
            change = await watcher.get()
    except TimeoutError:
        return b": quiet\n\n"
    return b"" if change is None else f"data: {json.dumps(change, ensure_ascii=False)}\n\n".encode()
