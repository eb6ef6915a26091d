"""The pretend Telegram as a double: its Bot API below `/telegram/bot<token>/`, files below `/telegram/file/bot<token>/`.

Every verb takes `account`: the user name of the bot that is meant, the shop's when there is none.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.double import Double, Shown
from sandbox.telegram import bot as one_bot
from sandbox.telegram.bot import Bot
from sandbox.telegram.chats import Chats, Numbers
from sandbox.telegram.files import Files, Stored
from sandbox.telegram.forms import read_form
from sandbox.telegram.purposes import purpose
from sandbox.telegram.refusals import Refusal
from sandbox.telegram.shapes import BOT_TOKEN, BOTS, Object
from sandbox.trips import Purpose


@dataclass(frozen=True, slots=True)
class Known:
    """What outlives a restart. `last`: the number of the last message; `bots` by their tokens."""

    shown: list[Shown]
    files: list[Stored]
    last: int
    bots: dict[str, one_bot.Known]


class Telegram(Double):
    """Two bots, and all who write to them: the shop's, which is meant where none is named, and a free one."""

    name = "telegram"
    known_as = Known

    def __init__(self, *, first: int = 100) -> None:
        """`first`: numbers begin behind this. A world that is started anew must not give those of yesterday once more."""
        super().__init__()
        self.files = Files()
        self._numbers = numbers = Numbers(first)
        self.bots = {
            token: Bot(Chats(about, numbers, self.show, self.find, self._tell_typing), self.files, self.fault, self.diary, first)
            for token, about in BOTS.items()
        }
        self.updates, self.chats = self.bots[BOT_TOKEN].updates, self.bots[BOT_TOKEN].chats

    def known(self) -> Known:
        bots = {token: bot.known() for token, bot in self.bots.items()}
        return Known(list(self.shown), self.files.all(), self._numbers.last, bots)

    def recall(self, known: Known) -> None:
        self.shown.extend(known.shown)
        self.files.recall(known.files)
        self._numbers.last = known.last
        for token in self.bots.keys() & known.bots.keys():
            self.bots[token].recall(known.bots[token])

    def purpose(self, request: web.Request, body: bytes) -> Purpose:
        return purpose(request.path)

    async def opened(self) -> None:
        for bot in self.bots.values():
            bot.open()

    async def closed(self) -> None:
        for bot in self.bots.values():
            await bot.close()

    def forget(self) -> None:
        super().forget()
        self.files.forget()
        for bot in self.bots.values():
            bot.forget()

    def verbs(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        return {name: self._of_bot(name) for name in self.bots[BOT_TOKEN].verbs()}

    def _of_bot(self, verb: str) -> Callable[[dict[str, Any]], Awaitable[Any]]:
        async def act(given: dict[str, Any]) -> Any:
            wanted = given.get("account") or self.chats.bot["username"]
            bot = next((one for one in self.bots.values() if one.chats.bot["username"] == wanted), None)
            if bot is None:
                raise web.HTTPBadRequest(text=f"no bot {wanted!r}")
            return await bot.verbs()[verb](given)

        return act

    def provider_routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/telegram/bot{token}/{method}", self.call),
            web.get("/telegram/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.Response:
        """Any method of the Bot API, in capitals or not."""
        bot = self.bots.get(request.match_info["token"])
        if bot is None:
            return self.unauthorised()
        method = bot.methods.get(request.match_info["method"].lower())
        if method is None:
            return _refusal(404, "Not Found")
        try:
            return web.json_response({"ok": True, "result": await method(await read_form(request))})
        except Refusal as error:
            return _refusal(error.status, str(error))

    async def download(self, request: web.Request) -> web.Response:
        """A file, to who knows the token."""
        stored = self.files.by_path(request.match_info["path"])
        if request.match_info["token"] not in self.bots or stored is None:
            return _refusal(404, "Not Found")
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _tell_typing(self, bot: Object, customer: str) -> None:
        """Whoever watches the phones sees for a moment that the company writes."""
        self.tell({"app": "telegram", "account": bot["username"], "customer": customer, "typing": True})

    def limited(self, _retry_after: int) -> web.Response:
        return _refusal(429, f"Too Many Requests: retry after {_retry_after}", retry_after=_retry_after)

    def refused(self) -> web.Response:
        return _refusal(403, "Forbidden: bot was blocked by the user")

    def unauthorised(self) -> web.Response:
        return _refusal(401, "Unauthorized")


def _refusal(status: int, said: str, **parameters: int) -> web.Response:
    answer = {"ok": False, "error_code": status, "description": said, **({"parameters": parameters} if parameters else {})}
    return web.Response(text=json.dumps(answer), status=status, content_type="application/json")
