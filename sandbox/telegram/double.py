"""The pretend Telegram as a double: its Bot API below `/telegram/bot<token>/`, files below `/telegram/file/bot<token>/`."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.double import Double, Shown
from sandbox.telegram import chats, updates
from sandbox.telegram.api import Api
from sandbox.telegram.chats import Chats
from sandbox.telegram.files import Files, Stored
from sandbox.telegram.forms import Form, read_form
from sandbox.telegram.phones import Phones
from sandbox.telegram.refusals import Refusal
from sandbox.telegram.shapes import BOT_TOKEN
from sandbox.telegram.updates import Updates

SHAPE = r"\d+:[A-Za-z0-9_-]+"


@dataclass(frozen=True, slots=True)
class Known:
    """What outlives a restart."""

    shown: list[Shown]
    chats: chats.Known
    files: list[Stored]
    updates: updates.Known


class Telegram(Double):
    """One bot, and all who write to it."""

    name = "telegram"
    known_as = Known

    def __init__(self, *, first: int = 100) -> None:
        """`first`: numbers begin behind this. A world that is started anew must not give those of yesterday once more."""
        super().__init__()
        self.updates = Updates(self.fault, self._do)
        self.updates.begin(first)
        self.files = Files()
        self.chats = Chats(self.show, self.find, self._tell_typing, first)
        self._phones = Phones(self.chats, self.files, self.updates)
        self._methods = Api(self.chats, self.files, self.updates).methods()
        self._bringing: asyncio.Task[None] | None = None

    def known(self) -> Known:
        return Known(list(self.shown), self.chats.known(), self.files.all(), self.updates.known())

    def recall(self, known: Known) -> None:
        self.shown.extend(known.shown)
        self.chats.recall(known.chats)
        self.files.recall(known.files)
        self.updates.recall(known.updates)

    async def opened(self) -> None:
        self._bringing = asyncio.create_task(self.updates.bring(), name="telegram: webhook")

    async def closed(self) -> None:
        await self.updates.close()
        if self._bringing is not None:
            self._bringing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._bringing

    def forget(self) -> None:
        super().forget()
        self.chats.forget()
        self.files.forget()
        self.updates.pending.clear()

    def verbs(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        return self._phones.verbs()

    def provider_routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/telegram/bot{token}/{method}", self.call),
            web.get("/telegram/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """Any method of the Bot API, in capitals or not."""
        if request.match_info["token"] != BOT_TOKEN:
            return self.unauthorised()
        method = self._methods.get(request.match_info["method"].lower())
        if method is None:
            return _refusal(404, "Not Found")
        try:
            return web.json_response({"ok": True, "result": await method(await read_form(request))})
        except Refusal as error:
            return _refusal(error.status, str(error))

    async def download(self, request: web.Request) -> web.Response:
        """A file, to who knows the token."""
        stored = self.files.by_path(request.match_info["path"])
        if request.match_info["token"] != BOT_TOKEN or stored is None:
            return _refusal(404, "Not Found")
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _tell_typing(self, customer: str) -> None:
        """Whoever watches the phones sees for a moment that the company writes."""
        for watcher in self.watchers:
            watcher.put_nowait({"double": self.name, "customer": customer, "typing": True})

    async def _do(self, given: Any) -> None:
        """The call that a webhook's answer holds; nobody hears what became of it."""
        method = self._methods.get(str(given.get("method", "")).lower()) if isinstance(given, dict) else None
        if method is not None:
            with contextlib.suppress(Refusal):
                await method(Form(given))

    def limited(self, _retry_after: int) -> web.Response:
        return _refusal(429, f"Too Many Requests: retry after {_retry_after}", retry_after=_retry_after)

    def refused(self) -> web.Response:
        return _refusal(403, "Forbidden: bot was blocked by the user")

    def unauthorised(self) -> web.Response:
        return _refusal(401, "Unauthorized")


def _refusal(status: int, said: str, **parameters: int) -> web.Response:
    answer = {"ok": False, "error_code": status, "description": said, **({"parameters": parameters} if parameters else {})}
    return web.Response(text=json.dumps(answer), status=status, content_type="application/json")
