"""What the tests of Meta's three channels share: pretend Meta on a free port, and a webhook address behind which a connector listens."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.contract import (
    Acts,
    Connector,
    Delivery,
    Egress,
    Event,
    Fetches,
    Installs,
    Neighbours,
    Receives,
    Reports,
    Signals,
    Surroundings,
    WebhookRequest,
)
from connectors.egress import WebEgress
from connectors.errors import Refused
from sandbox.double import Shown
from sandbox.meta import Meta

VERIFY = "the-word-agreed-on"
Found = TypeVar("Found")


class Channel(Connector, Receives, Fetches, Acts, Signals, Installs, Reports, Protocol):
    """What all three can."""


@dataclass
class Hub:
    """A webhook address: verifies, keeps, answers, as the hub does."""

    connector: Channel | None = None
    answers: Callable[[], int] = field(default=lambda: 200)
    deliveries: list[Delivery] = field(default_factory=list)
    requests: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        self.requests += 1
        assert self.connector is not None
        try:
            reception = self.connector.receive(await plain(request))
        except Refused as error:
            return web.Response(status=error.status, text=str(error))
        if request.method == "POST" and (status := self.answers()) != 200:
            return web.Response(status=status)
        async with self._changed:
            self.deliveries += reception.deliveries
            self._changed.notify_all()
        return web.Response(body=reception.body, status=reception.status, content_type=reception.content_type)

    def events(self) -> list[Event]:
        """All that was delivered, read; what came twice once."""
        assert self.connector is not None
        once = {(one.kind, one.external_id): one for one in self.deliveries}
        return [event for one in once.values() for event in self.connector.parse(one)]

    async def event(self, kind: type[Found], wanted: Callable[[Found], bool] = lambda _: True) -> Found:
        """The last event of a kind that is wanted, as soon as it is there."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: self._of(kind, wanted))
        return self._of(kind, wanted)[-1]

    def _of(self, kind: type[Found], wanted: Callable[[Found], bool]) -> list[Found]:
        return [one for one in self.events() if isinstance(one, kind) and wanted(one)]


async def plain(request: web.Request) -> WebhookRequest:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return WebhookRequest(request.method, str(request.url), headers, dict(request.query), await request.read(), at=time.time())


@dataclass
class World:
    """Pretend Meta, a hub, and one channel between them."""

    meta: Meta
    hub: Hub
    url: str
    """Where the Graph API is."""
    webhook: str
    egress: Egress
    channel: Channel
    app: str
    neighbours: Neighbours = field(default_factory=Neighbours)

    async def does(self, verb: str, customer: str, **given: Any) -> Any:
        """A customer acts."""
        return await self.meta.verbs()[verb]({"app": self.app, "customer": customer, **given})

    async def settled(self) -> None:
        """Until Meta has told everything."""
        await self.meta.hooks.idle()

    def phone(self, customer: str) -> Sequence[Shown]:
        """What the company wrote to somebody, oldest first."""
        return [one for one in self.meta.shown if one.customer == customer and not one.mine]


def surroundings(webhook: str, egress: Egress) -> Surroundings:
    return Surroundings(channel="meta-1", public_url="http://127.0.0.1", key=bytes(32), now=time.time, webhook=webhook, egress=egress)


Build = Callable[[str, Surroundings], Channel]


@contextlib.asynccontextmanager
async def opened(
    app: str, build: Callable[[str, Surroundings], Channel], *, speed: float = 1.0, install: bool = True
) -> AsyncIterator[World]:
    """The world of one channel; `build` makes it from the address of the Graph API."""
    meta, hub = Meta(speed=speed), Hub()
    hooks = web.Application()
    hooks.router.add_route("*", "/hooks/one", hub.take)
    graph = web.Application(client_max_size=50 * 1024 * 1024)
    graph.add_routes(meta.routes())
    async with TestServer(graph) as server, TestServer(hooks) as listening:
        url, webhook = str(server.make_url("")).rstrip("/") + "/meta", str(listening.make_url("/hooks/one"))
        async with WebEgress(named={f"127.0.0.1:{server.port}"}) as egress:
            channel = build(url, replace(surroundings(webhook, egress), neighbours=lambda: here.neighbours))
            here = World(meta, hub, url, webhook, egress, channel, app)
            hub.connector = channel
            try:
                if install:
                    assert all(one.ok for one in await channel.install())
                yield here
            finally:
                await meta.closed()
