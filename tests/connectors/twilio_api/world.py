"""What the tests of the channels by Twilio share: the pretend Twilio on a port of its own, a place for its webhooks, recorded requests."""

import asyncio
import json
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from connectors.contract import Address, Delivery, Event, Outgoing, Surroundings, WebhookRequest
from connectors.egress import WebEgress
from connectors.errors import Refused
from connectors.sms.connector import Settings as SmsSettings
from connectors.sms.connector import Sms
from connectors.twilio_api.channel import TwilioChannel
from connectors.twilio_api.payloads import events_of
from connectors.whatsapp_twilio.connector import Settings as WhatsAppSettings
from connectors.whatsapp_twilio.connector import WhatsApp
from sandbox.double import Fault, Shown
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER, WHATSAPP_NUMBER, Twilio

KEY = bytes(range(32))
OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
LUCIA = "+34611222333"
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC")


@dataclass
class Hook:
    """Where webhooks of one channel arrive: taken apart by the channel, kept once, as the hub does."""

    url: str = ""
    channel: TwilioChannel | None = None
    deliveries: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    requests: list[WebhookRequest] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    status: int = 200
    """What it answers while it is broken."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        plain = WebhookRequest(
            request.method,
            str(request.url.origin()) + request.raw_path,
            {name.lower(): value for name, value in request.headers.items()},
            dict(request.query),
            await request.read(),
            time.time(),
            request.match_info["path"],
        )
        self.requests.append(plain)
        if self.status != 200:
            return web.Response(status=self.status)
        assert self.channel is not None
        try:
            reception = self.channel.receive(plain)
        except Refused as error:
            self.refused.append(str(error))
            return web.Response(status=error.status)
        async with self.changed:
            for one in reception.deliveries:
                self.deliveries.setdefault((one.kind, one.external_id), one)
            self.changed.notify_all()
        return web.Response(body=reception.body, content_type=reception.content_type)

    def events(self) -> list[Event]:
        """What all that arrived says, each thing once."""
        assert self.channel is not None
        return [event for one in self.deliveries.values() for event in self.channel.parse(one)]

    async def event(self, wanted: Callable[[Event], bool]) -> Event:
        """The first event that is wanted, as soon as it is there."""
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: any(map(wanted, self.events())))
        return next(filter(wanted, self.events()))


@dataclass
class World:
    """The pretend Twilio, and how to be the company and a customer."""

    double: Twilio
    base: str
    stack: AsyncExitStack
    hooks: dict[str, Hook]
    files: dict[str, tuple[str, bytes]]

    async def sms(self, *, timeout_s: float = 15.0, hook: bool = True, named: str = "", **given: Any) -> tuple[Sms, Hook]:
        """A channel for SMS, and where its webhooks arrive. `named`: another `host:port` that it may call."""
        settings = SmsSettings(**(_account(self.base) | {"senders": SMS_NUMBER} | given))
        surroundings, place = await self._around("sms", named)
        place.channel = channel = Sms(settings, surroundings, timeout_s=timeout_s)
        if hook:
            await channel.install()
        return channel, place

    async def whatsapp(self, *, timeout_s: float = 15.0, hook: bool = True, named: str = "", **given: Any) -> tuple[WhatsApp, Hook]:
        """A channel for WhatsApp, and where its webhooks arrive."""
        settings = WhatsAppSettings(**(_account(self.base) | {"senders": WHATSAPP_NUMBER} | given))
        surroundings, place = await self._around("whatsapp", named)
        place.channel = channel = WhatsApp(settings, surroundings, timeout_s=timeout_s)
        if hook:
            await channel.install()
        return channel, place

    async def _around(self, name: str, named: str) -> tuple[Surroundings, Hook]:
        egress = await self.stack.enter_async_context(WebEgress(named=[urlsplit(self.base).netloc, named]))
        place = self.hooks[name] = Hook(f"{self.base}/hooks/{name}")
        around = Surroundings(f"{name}-1", self.base, KEY, now=time.time, webhook=place.url, egress=egress)
        return around, place

    async def does(self, verb: str, customer: str = LUCIA, **given: Any) -> Any:
        """The customer acts."""
        return await self.double.verbs()[verb]({"customer": customer, **given})

    def fails(self, kind: str, path: str = "/Messages.json", *, times: int = 1, ms: int = 0) -> None:
        """The next calls there, or webhooks, go wrong."""
        self.double.faults.append(Fault(kind, times, ms, path))

    def offers(self, name: str, content_type: str, data: bytes) -> str:
        """A file under an address that anybody can fetch."""
        self.files[name] = (content_type, data)
        return f"{self.base}/files/{name}"

    def asked(self, path: str) -> list[Any]:
        """The calls whose path contains this."""
        return [one for one in self.double.asked if path in one.path]

    def shown(self) -> list[Shown]:
        """What the company wrote, as it stands on the phones."""
        return [one for one in self.double.shown if not one.mine]


def _account(base: str) -> dict[str, str]:
    return {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "base_url": f"{base}/twilio"}


@asynccontextmanager
async def opened() -> AsyncIterator[World]:
    """The double on a free port of its own, beside the hub's webhooks and a place for files."""
    double, hooks, files = Twilio(), dict[str, Hook](), dict[str, tuple[str, bytes]]()

    async def take(request: web.Request) -> web.Response:
        return await hooks[request.match_info["hook"]].take(request)

    async def file(request: web.Request) -> web.Response:
        content_type, data = files[request.match_info["name"]]
        return web.Response(body=data, content_type=content_type)

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes([*double.routes(), web.route("*", "/hooks/{hook}{path:(/.*)?}", take), web.get("/files/{name}", file)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    double.phones.address = f"{base}/twilio"
    async with AsyncExitStack() as stack:
        try:
            yield World(double, base, stack, hooks, files)
        finally:
            await double.closed()
            await stack.aclose()
            await runner.cleanup()


def outgoing(to: str = LUCIA, text: str = "Hola", *, hook: Hook | None = None, kind: str = "phone", **given: Any) -> Outgoing:
    """A message of an agent's, as the hub hands it over."""
    callback = f"{hook.url}/status/{OURS}" if hook else ""
    return Outgoing(OURS, Address(kind, to), text, callback=callback, **given)


def photo(name: str = "foto.png") -> dict[str, str]:
    """A picture as a customer's phone sends it."""
    return {"name": name, "type": "image/png", "kind": "image", "data": b64encode(PNG).decode()}


# ── Recorded requests ────────────────────────────────────────────────────────────────────────────────────────────────


def names(folder: Path) -> list[str]:
    """All recorded requests beside a test."""
    return sorted(one.stem for one in (folder / "recorded").glob("*.json"))


def recorded(folder: Path, name: str) -> tuple[Delivery, list[dict[str, Any]]]:
    """A delivery as Twilio's request made it, and the events that it must give."""
    told = json.loads((folder / "recorded" / f"{name}.json").read_text(encoding="utf-8"))
    body = urlencode(told["fields"]).encode()
    return Delivery(told["kind"], told["fields"]["MessageSid"], body, told.get("headers", {})), told["events"]


def plain(events: list[Event]) -> list[dict[str, Any]]:
    """Events as JSON: the name of each, and what is not as usual."""
    return [{"event": type(one).__name__, **_unusual(one)} for one in events]


def _unusual(one: Any) -> dict[str, Any]:
    found = {}
    for about in fields(one):
        usual = about.default_factory() if about.default_factory is not MISSING else about.default
        value = getattr(one, about.name)
        if value != usual:
            found[about.name] = json.loads(json.dumps(_words(value)))
    return found


def _words(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_words(one) for one in value]
    return _unusual(value) if hasattr(value, "__dataclass_fields__") else value


def said(**form: str) -> list[Event]:
    """What a message with these fields says."""
    usual = {"MessageSid": "SM" + "1" * 32, "From": LUCIA, "To": SMS_NUMBER, "Body": "Hola"}
    return events_of(Delivery("message", "SM1", urlencode(usual | form).encode()))
