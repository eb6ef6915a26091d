"""All pretend providers of the world, and what changes on their phones as it happens.

GET /doubles/events   what stands on a phone, new or changed, or {"double", "customer", "typing"} (server-sent events)
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from sandbox.double import Double
from sandbox.meta import Meta
from sandbox.telegram import Telegram
from sandbox.twilio import Twilio

QUIET_S = 15.0
END: dict[str, Any] = {}
LONG_AGO = 1_767_225_600
"""The first of January 2026: a world counts on from the seconds since then, and the hub remembers the numbers of the world before."""


class Doubles:
    """The providers, opened and closed together."""

    def __init__(self, providers: Sequence[Double] | None = None) -> None:
        self._providers = tuple(providers if providers is not None else _made())

    def add(self, app: web.Application) -> None:
        """Mount all of them; they open when the application starts and close when it ends."""
        app.add_routes([web.get("/doubles/events", self.events)])
        for one in self._providers:
            app.add_routes(one.routes())
        app.on_startup.append(self._open)
        app.on_shutdown.append(self._close)

    async def _open(self, _: web.Application) -> None:
        for one in self._providers:
            await one.opened()

    async def _close(self, _: web.Application) -> None:
        for one in self._providers:
            for watcher in one.watchers:
                watcher.put_nowait(END)
            await one.closed()

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Until the page goes away or the world ends."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        watcher: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for one in self._providers:
            one.watchers.add(watcher)
        try:
            with contextlib.suppress(ConnectionResetError):
                await response.write(b": ready\n\n")
                while event := await _next(watcher):
                    await response.write(event)
        finally:
            for one in self._providers:
                one.watchers.discard(watcher)
        return response


def _made() -> tuple[Double, ...]:
    return Twilio(), Telegram(begin=int(time.time()) - LONG_AGO), Meta()


async def _next(watcher: asyncio.Queue[dict[str, Any]]) -> bytes:
    """The next change; a comment when it is quiet, so that a closed page is noticed; nothing at the end."""
    try:
        async with asyncio.timeout(QUIET_S):
            told = await watcher.get()
    except TimeoutError:
        return b": quiet\n\n"
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode() if told else b""
