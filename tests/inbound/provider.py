"""A provider with files and a history, and the smallest connector for it: what fetching and sweeping are tried against, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

from aiohttp import web

from connectors.contract import Address, Batch, Delivery, Event, Media, Message, Outgoing, Receipt, Reception, Sent, Step, WebhookRequest
from connectors.egress import WebEgress
from connectors.errors import MalformedPayload, Refused
from connectors.manifest import Manifest
from hub.channels.model import OpenChannel
from hub.kernel.lease import Lease, holding
from tests.inbound.scene import Entrance

MANIFEST = Manifest(
    contract=1, id="depot", title={"es": "Depósito", "en": "Depot"}, kind="message", icon="plug", receives="webhook", address="account"
)


@dataclass
class Depot:
    """Gives files under `/files/NAME`; a status in `answers` is given first, once each; `gate` holds all of them up."""

    files: dict[str, bytes] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    history: list[Delivery] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    swept_from: list[float] = field(default_factory=list)
    traced: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    most_at_once: int = 0
    _now: int = 0

    async def give(self, request: web.Request) -> web.StreamResponse:
        """One file."""
        name = request.match_info["name"]
        self.asked.append(name)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await self.gate.wait()
        finally:
            self._now -= 1
        if self.answers and (status := self.answers.pop(0)) != 200:
            return web.Response(status=status)
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)


class DepotConnector:
    """Messages are JSON: {"id", "from", "text"}; what became of one of ours: {"arrived"}."""

    def __init__(self, depot: Depot, egress: WebEgress) -> None:
        self._depot = depot
        self._egress = egress

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Nothing is open."""

    def receive(self, request: WebhookRequest) -> Reception:
        """A list of messages, signed with a word."""
        if request.headers.get("x-word") != "sesame":
            raise Refused("the word is missing")
        items = json.loads(request.body)
        return Reception(tuple(Delivery("message", str(number), json.dumps(one).encode()) for number, one in enumerate(items)))

    def parse(self, delivery: Delivery) -> list[Event]:
        """One message."""
        try:
            said = json.loads(delivery.body)
            if "arrived" in said:
                return [Receipt("delivered", external_id=said["arrived"])]
            return [Message(said["id"], Address("account", said["from"]), said["text"])]
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedPayload(f"no message: {error!r}") from error

    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """By its reference."""
        return self._egress.download(f"{self._depot.url}/files/{media.reference}")

    async def sweep(self, since: float) -> AsyncIterator[Batch]:
        """Everything, whatever the time."""
        self._depot.swept_from.append(since)
        for one in self._depot.history:
            yield Batch((one,))

    async def trace(self, external_ids: Sequence[str]) -> Sequence[Delivery]:
        """All of them arrived."""
        self._depot.traced.extend(external_ids)
        return [Delivery("arrived", name, json.dumps({"arrived": name}).encode()) for name in external_ids]

    async def send(self, outgoing: Outgoing) -> Sent:
        """It takes everything."""
        return Sent(outgoing.id)

    async def check(self) -> list[Step]:
        """It is always well."""
        return []


@asynccontextmanager
async def depot_channel(entrance: Entrance, kind: type[DepotConnector] = DepotConnector) -> AsyncIterator[tuple[Depot, OpenChannel]]:
    """A depot that answers, and the channel that leads to it."""
    depot = Depot()
    depot.gate.set()
    app = web.Application()
    app.router.add_get("/files/{name}", depot.give)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    depot.url = f"http://{host}:{port}"
    async with WebEgress(named=[f"{host}:{port}"]) as egress:
        connector = kind(depot, egress)
        yield depot, OpenChannel(entrance.channel, MANIFEST, connector, connector)
    depot.gate.set()
    await runner.cleanup()


@asynccontextmanager
async def serving(duty: Any, entrance: Entrance, channel: OpenChannel) -> AsyncIterator[Lease]:
    """A duty runs inside the block, on a node of its own, as the supervisor runs it."""
    lease = Lease(entrance.database, f"channel:{channel.channel.id}", uuid4())
    async with holding(lease):
        task = asyncio.create_task(duty(channel, lease))
        try:
            yield lease
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
