"""The pretend outside world as one web application: the page to be the customer, the shop, and the mail world."""

import html
import json
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from sandbox import mail
from sandbox.identity import token
from sandbox.people import customer
from sandbox.post import Post
from sandbox.travels import Travels
from sandbox.world import Place, World

STATIC = Path(__file__).parent / "static"


def build(place: Place, post: Post, travels: Travels) -> web.Application:
    """The application. It opens the relay when it starts and closes it when it ends."""

    async def relay(_: web.Application) -> AsyncIterator[None]:
        async with post:
            yield

    app = web.Application(client_max_size=50 * 1024 * 1024)
    app.cleanup_ctx.append(relay)
    app.add_routes([web.get("/", page), web.get("/shop", lambda request: shop(request, place))])
    app.add_routes([*World(place, post, travels).routes(), *mail.routes(post)])
    app.router.add_static("/static", STATIC)
    return app


async def page(_: web.Request) -> web.StreamResponse:
    """The page where one is the customer."""
    return web.FileResponse(STATIC / "sandbox.html", headers={"Cache-Control": "no-cache"})


async def shop(request: web.Request, place: Place) -> web.Response:
    """The shop's page with the chat bubble; `?customer=` is signed in, `?lang=en` speaks English, `?theme=` is light or dark."""
    language = "en" if request.query.get("lang") == "en" else "es"
    known = customer(request.query.get("customer", ""))
    signed_in = {"id": known.id, "name": known.name, "token": token(known, place.secret)} if known and place.secret else None
    values = {
        "hub": place.hub.rstrip("/"),
        "channel": place.channel,
        "lang": language,
        "theme": request.query.get("theme", "") if request.query.get("theme") in ("light", "dark") else "",
        "customer": json.dumps(signed_in),
    }
    text = (STATIC / f"shop.{language}.html").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", html.escape(value))
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
