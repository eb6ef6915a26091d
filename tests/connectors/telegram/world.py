"""What the tests of the Telegram channel share: the pretend Telegram on a port of its own, bots that talk to it, recorded updates."""

import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from connectors.contract import Address, Delivery, Event, Media, Outgoing, Surroundings, WebhookRequest
from connectors.egress import WebEgress
from connectors.telegram import payloads
from connectors.telegram.connector import Telegram
from connectors.telegram.settings import Settings, check_settings
from connectors.telegram.transport import Transport
from sandbox.double import Fault, Shown
from sandbox.telegram import BOT_TOKEN
from sandbox.telegram import Telegram as Double

KEY = bytes(range(32))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
PHOTO = Media("caja.png", "image/png", PNG, kind="image")
SECRET = "a-secret-of-twenty-letters"
RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> bytes:
    """An update as Telegram sent it."""
    return (RECORDED / f"{name}.json").read_bytes()


def names() -> list[str]:
    """All recorded updates."""
    return sorted(one.stem for one in RECORDED.glob("*.json"))


def parsed(body: bytes | dict[str, Any]) -> list[Event]:
    """What an update says."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return payloads.events_of(payloads.delivery_of(raw), key=KEY)


def outgoing(to: str, text: str = "Hola", **given: Any) -> Outgoing:
    return Outgoing("6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c", Address("telegram", to), text, **given)


@dataclass
class World:
    """The pretend Telegram, and how to be a customer of the bot's."""

    double: Double
    base: str
    stack: AsyncExitStack
    hook: list[WebhookRequest] = field(default_factory=list)

    async def bot(
        self, *, timeout_s: float = 15.0, first_pause: float = 0.01, webhook: str = "", now: Any = time.time, **given: Any
    ) -> Telegram:
        """A channel that talks to the double, opened. `webhook`: its address."""
        egress = await self.stack.enter_async_context(WebEgress(named=[urlsplit(self.base).netloc]))
        settings = Settings(**{"token": BOT_TOKEN, "base_url": f"{self.base}/telegram", "webhook_secret": SECRET, **given})
        check_settings(settings)
        around = Surroundings("telegram-1", self.base, KEY, now=now, webhook=webhook, egress=egress)
        return await self.stack.enter_async_context(
            Telegram(settings, around, Transport(egress, timeout_s=timeout_s), first_pause=first_pause)
        )

    async def does(self, verb: str, customer: str = "lucia", **given: Any) -> Any:
        """The customer acts."""
        return await self.double.verbs()[verb]({"customer": customer, **given})

    async def starts(self, customer: str = "lucia") -> str:
        """The customer opens the bot; their address."""
        await self.does("say", customer, text="/start")
        return str(self.double.chats.person(customer).id)

    def fails(self, kind: str, path: str, *, times: int = 1, ms: int = 0) -> None:
        """The next calls of that method go wrong."""
        self.double.faults.append(Fault(kind, times, ms, path))

    def asked(self, method: str) -> list[Any]:
        """The calls of a method that the double has got."""
        return [one for one in self.double.asked if one.path.partition("?")[0].lower().endswith(f"/{method.lower()}")]

    def shown(self) -> list[Shown]:
        """What the bot wrote, as it stands on the phones."""
        return [one for one in self.double.shown if not one.mine]


@asynccontextmanager
async def opened() -> AsyncIterator[World]:
    """The double on a free port of its own."""
    double = Double()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes(double.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await double.opened()
    async with AsyncExitStack() as stack:
        try:
            yield World(double, f"http://127.0.0.1:{runner.addresses[0][1]}", stack)
        finally:
            await double.closed()
            await stack.aclose()
            await runner.cleanup()


async def first(bot: Telegram, cursor: dict[str, object] | None = None) -> tuple[list[Event], dict[str, object], list[Delivery]]:
    """The first batch of a bot that asks: its events, its cursor, its deliveries. It is not confirmed."""
    listening = bot.listen(cursor)
    batch = await anext(listening)
    await listening.aclose()  # type: ignore[attr-defined]
    events = [event for one in batch.deliveries for event in bot.parse(one)]
    return events, dict(batch.cursor or {}), list(batch.deliveries)


def file(name: str = "photo.png", type_: str = "image/png", kind: str = "image", data: bytes = PNG, **more: Any) -> dict[str, Any]:
    """A file as a customer's phone sends it."""
    return {"name": name, "type": type_, "kind": kind, "data": b64encode(data).decode(), **more}


async def fetched(bot: Telegram, media: Media) -> bytes:
    """The bytes of a file that came."""
    async with bot.fetch(media) as pieces:
        return b"".join([piece async for piece in pieces])
