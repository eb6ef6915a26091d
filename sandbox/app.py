"""The pretend outside world as one web application: the page to be the customer, the shop, and the mail world."""

import html
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from sandbox import mail
from sandbox.accounts import accounts
from sandbox.identity import token
from sandbox.memory import Memory
from sandbox.meta import Meta
from sandbox.people import CUSTOMERS, REGULARS, customer
from sandbox.phones import PhonesNews
from sandbox.post import Post
from sandbox.telegram import Telegram
from sandbox.twilio import Twilio
from sandbox.world import Place, World

WHILE_S = 900.0
BEGINNING = 1_700_000_000
"""Numbers of pretend Telegram are seconds since then (2023-11), so that those of an earlier start are always lower."""
STATIC = Path(__file__).parent / "static"


def build(place: Place, post: Post, folder: Path | None = None) -> web.Application:
    """The application. It opens the relay when it starts and closes it when it ends. `folder`: where it remembers; without, it forgets."""

    async def relay(_: web.Application) -> AsyncIterator[None]:
        async with post:
            yield

    doubles = Twilio(), Telegram(first=int(time.time()) - BEGINNING), Meta()
    news = PhonesNews(doubles)

    async def providers(_: web.Application) -> AsyncIterator[None]:
        acquaint(*doubles)
        async with AsyncExitStack() as memories:
            for memory in [Memory(folder, one) for one in (*doubles, post)] if folder else ():
                await memories.enter_async_context(memory)
            for one in doubles:
                await one.opened()
            yield
            for one in doubles:
                await one.closed()

    async def let_go(_: web.Application) -> None:
        post.travels.close()
        news.close()

    app = web.Application(client_max_size=50 * 1024 * 1024)
    app.cleanup_ctx.extend((relay, providers))
    app.on_shutdown.append(let_go)
    app.add_routes(
        [web.get("/", page), web.get("/shop", Shop(place).show), web.get("/accounts", accounts_page), web.get("/world/accounts", accounts)]
    )
    app.add_routes([*World(place, post, post.travels).routes(), *mail.routes(post), *news.routes()])
    for one in doubles:
        app.add_routes(one.routes())
    app.router.add_static("/static", STATIC)
    return app


def acquaint(twilio: Twilio, telegram: Telegram, meta: Meta) -> None:
    """Everybody has written before: after a start, as the day before, the company may answer them."""
    for one in (*CUSTOMERS, *REGULARS):
        telegram.chats.person(one.id, name=one.name).started = True
        twilio.phones.wrote[one.phone] = time.time() - WHILE_S
        for app, customer_ in (("whatsapp", one.phone), ("messenger", one.messenger), ("instagram", one.instagram)):
            meta.phones.people.of({"app": app, "customer": customer_, "name": one.name}).wrote = time.time() - WHILE_S


async def page(_: web.Request) -> web.StreamResponse:
    """The page where one is the customer."""
    return web.FileResponse(STATIC / "sandbox.html", headers={"Cache-Control": "no-cache"})


async def accounts_page(_: web.Request) -> web.StreamResponse:
    """What to copy into the form of a new channel."""
    return web.FileResponse(STATIC / "accounts.html", headers={"Cache-Control": "no-cache"})


class Shop:
    """The shop's page with the chat bubble; `?customer=` is signed in, `?lang=en` speaks English, `?theme=` is light or dark."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def show(self, request: web.Request) -> web.Response:
        """The page, filled in."""
        text = (STATIC / f"shop.{language(request)}.html").read_text(encoding="utf-8")
        for name, value in self._values(request).items():
            text = text.replace(f"{{{{{name}}}}}", html.escape(value))
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    def _values(self, request: web.Request) -> dict[str, str]:
        known = customer(request.query.get("customer", ""))
        secret = self._place.secret
        signed_in = {"id": known.id, "name": known.name, "token": token(known, secret)} if known and secret else None
        theme = request.query.get("theme", "")
        return {
            "hub": self._place.hub,
            "channel": self._place.channel,
            "theme": theme if theme in ("light", "dark") else "",
            "customer": json.dumps(signed_in),
        }


def language(request: web.Request) -> str:
    """What the shop speaks: Spanish unless English is asked for."""
    return "en" if request.query.get("lang") == "en" else "es"
