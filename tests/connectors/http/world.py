"""Another system on a port of its own, and a channel that talks to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from connectors.contract import Surroundings, WebhookRequest
from connectors.egress import WebEgress
from connectors.http.connector import Http, Settings, build
from connectors.http.signing import signature

SECRET, BEFORE = "the-new-secret-of-both", "the-old-secret-of-both"
SHOP = {"secret": SECRET, "kinds": "account phone email", "company_accounts": True}
"""A shop that is trusted with everything."""
NOW = 1_772_600_000.0
ROSA = {"value": "4711", "name": "Rosa Gil"}


@dataclass
class Shop:
    """Takes what it is sent, and answers as it is told."""

    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)
    """What is answered first, once each."""
    headers: dict[str, str] = field(default_factory=dict)
    address: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        return web.json_response(self.pages.pop(0) if self.pages else self.answer, status=self.status, headers=self.headers)

    async def file(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"%PDF-", content_type="application/pdf")

    def said(self, place: int = -1) -> dict[str, Any]:
        """What it was sent."""
        words: dict[str, Any] = json.loads(self.got[place][1])
        return words


@asynccontextmanager
async def opened(**given: Any) -> AsyncIterator[tuple[Shop, Http]]:
    """The shop, and the channel."""
    shop, app = Shop(), web.Application()
    app.add_routes([web.post("/hilo", shop.take), web.get("/bill.pdf", shop.file)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"127.0.0.1:{runner.addresses[0][1]}"
    shop.address = f"http://{host}"
    try:
        async with WebEgress(named=[host]) as egress:
            around = Surroundings("http-1", "https://hilo.example", bytes(32), now=lambda: NOW, egress=egress)
            async with build(Settings(**{**SHOP, "url": f"{shop.address}/hilo", **given}), around) as channel:
                yield shop, channel
    finally:
        await runner.cleanup()


def channel(**given: Any) -> Http:
    """One that asks nobody."""
    return Http(Settings(**{**SHOP, **given}), Surroundings("http-1", "https://hilo.example", bytes(32)))


def request(*events: Any, secret: str = SECRET, at: float = NOW, late: float = 0.0, name: str = "", **headers: str) -> WebhookRequest:
    """A signed delivery; `late`: seconds between signing and arriving; `name`: the sender's id of it."""
    body = json.dumps({"events": events, **({"id": name} if name else {})}).encode()
    stamp = str(int(at))
    given = {"x-hilo-timestamp": stamp, "x-hilo-signature": signature(secret, stamp, body), **headers}
    return WebhookRequest("POST", "https://hilo.example/hooks/x", given, {}, body, at + late)


def message(id_: str = "1", text: str = "Hola", **more: Any) -> dict[str, Any]:
    return {"type": "message", "id": id_, "from": ROSA, "text": text, **more}
