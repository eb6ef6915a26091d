"""The composition root: opens everything, wires it, runs it, closes it. Read this first.

A message in: webhook, mail listener or visitor's socket → `inbox` (safe: database or spool) → `intake` (customer, message, work and events
in one transaction) → `publisher` (positions) → `router` (offers) and `realtime` (sockets).
A message out: a route of `conversations` → its outbox row → `outbox` → the connector → a receipt → the same ledger.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from connectors.contract import Delivery, Event
from connectors.egress import WebEgress
from connectors.registry import manifest
from hub.abuse.clamav import Clamd
from hub.abuse.room import AbuseRoom
from hub.answers.room import AnswersRoom
from hub.asides.room import AsideRoom
from hub.channels.administration import Administration
from hub.channels.ground import Ground
from hub.channels.model import Channel
from hub.channels.store import QUERIES as CHANNEL_QUERIES
from hub.channels.store import ChannelStore
from hub.channels.supervisor import ChannelSupervisor
from hub.conversations.room import ConversationRoom, Ties
from hub.customers import live as customers_live
from hub.customers.api import CustomersApi
from hub.customers.records import Records
from hub.figures import show_figures
from hub.inbound.api import QuarantineApi
from hub.inbound.arrivals import Arrivals
from hub.inbound.duties import Listening, Reading
from hub.inbound.fetching import Fetching
from hub.inbound.inbox import Inbox
from hub.inbound.intake import Intake
from hub.inbound.parsing import Parsers
from hub.inbound.quarantine import Quarantine
from hub.inbound.sweeping import Sweeping
from hub.inbound.webhooks import Webhooks
from hub.kernel.blobs import Blobs
from hub.kernel.health import Health, beat, counted
from hub.kernel.jobs import Jobs
from hub.kernel.lease import Lease, holding
from hub.kernel.ledger import Doorbell, EventRow, Ledger, Publisher
from hub.kernel.openapi import OpenApi
from hub.kernel.proxies import Proxies
from hub.kernel.push import EVERYBODY, SUPERVISORS, agent_room, queue_room
from hub.kernel.realtime import Realtime, Wiring
from hub.kernel.secrets import Secrets, read_key
from hub.kernel.shapes import Named
from hub.kernel.site import Site, safe_headers
from hub.kernel.sockets import socket_server
from hub.kernel.spool import Spool
from hub.kernel.web import Principal, Route, WebRooms, errors_as_data
from hub.keystrokes import Keystrokes
from hub.outbound.actions import Deeds
from hub.outbound.doors import add_doors
from hub.outbound.links import MediaLinks
from hub.outbound.outbox import Outbox
from hub.outbound.sending import Sending
from hub.outbound.signals import AgentSignals
from hub.people.people import People
from hub.settings import Settings
from hub.signatures.api import SignaturesApi
from hub.signatures.signatures import Signatures
from hub.storage import Storage, opened_storage
from hub.templates.api import TemplatesApi
from hub.templates.templates import Templates
from hub.timeline import live as timeline_live
from hub.timeline.reading import Timeline
from hub.upkeep import upkeep
from hub.visitors.bubbles import Bubbles
from hub.visitors.limits import VisitorLimits
from hub.visitors.room import VisitorRoom
from hub.visits.api import VisitsApi
from hub.work.api import WorkApi
from hub.work.live import WorkLive
from hub.work.moves import Moves
from hub.work.presence import Presence
from hub.work.reading import WorkReading
from hub.work.router import Router

MEGABYTE = 1024 * 1024


class Hub:
    """One node: every part, built in reading order. `run` runs it; nothing here talks to the network before that."""

    def __init__(self, settings: Settings, storage: Storage, parsers: Parsers, secrets: Secrets) -> None:
        self.settings, self.storage, self.secrets = settings, storage, secrets
        self.node = uuid4()
        self.address = ""
        self.draining = False
        self.parsers = parsers
        self.proxies = Proxies(settings.server.trusted_proxies)
        self.egress = WebEgress(settings.egress.private)
        self._keep()
        self._know()
        self._take_in()
        self._send_out()
        self._decide()
        self._tell()
        self._receive_visitors()
        self._answer()

    def _keep(self) -> None:
        """Where things stay."""
        data, database = self.settings.data.path, self.storage.database
        self.blobs = Blobs(data / "blobs")
        self.spool = Spool(data / "spool", self.settings.spool.megabytes * MEGABYTE)
        self.ledger = Ledger(database)
        self.publishing = Lease(database, "publisher", self.node)
        self.publisher = Publisher(database, self.publishing, self.ledger)
        self.doorbell = Doorbell(self.storage.url, self.ledger.wake, self.publisher.heard)

    def _know(self) -> None:
        """People, customers, conversations."""
        database = self.storage.database
        self.people = People(database, self.settings, lambda: self.public_url, self.publisher.wake)
        self.records = Records(database, manifest)
        self.timeline = Timeline(database)
        self.abuse = AbuseRoom(database, self.records, self.publisher.wake)
        self.templates = Templates(database, lambda: self.supervisor.open, self.publisher.wake)
        self.signals = AgentSignals(database, lambda: self.supervisor.open)
        self.signatures = Signatures(database, self.publisher.wake)
        clamav = self.settings.clamav
        examine = Clamd(clamav.address, clamav.away).examine if clamav.address else None
        ties = Ties(self.publisher.wake, self._viewers, self.signals.read, examine)
        reopen_hours = self.settings.intake.reopen_hours
        sources = (self.records, self.timeline, self.templates, self.signatures)
        self.talk = ConversationRoom(database, self.blobs, *sources, manifest, ties, reopen_hours)
        self.keystrokes = Keystrokes(
            self.talk.conversations.root_of_address,
            lambda: self.realtime,
            self.signals.typing,
            lambda: self.visitors,
        )
        self.asides = AsideRoom(database, self.records, self.talk.conversations, self.talk.writer, self.publisher.wake)

    def _take_in(self) -> None:
        """The way in."""
        database = self.storage.database
        self.arrivals = Arrivals(database, lambda channels: self.administration.live.arrived(channels, self.realtime.push_everywhere))
        self.fetching = Fetching(database, self.blobs, self.publisher.wake)
        self.intake = Intake(
            database,
            self.blobs,
            group_size=self.settings.intake.group_size,
            reopen_hours=self.settings.intake.reopen_hours,
            committed=self.publisher.wake,
            on_typing=self.keystrokes.of_customer,
            arrived=self.arrivals.note,
            waits=self.fetching.ring,
        )
        self.inbox = Inbox(self.intake, self.spool)
        self.reading = Reading(database, self.intake, self.blobs, self._parse)
        self.sweeping = Sweeping(database, self.inbox, self.reading)

    def _send_out(self) -> None:
        """The way out."""
        data, database = self.settings.data.path, self.storage.database
        self.channels = ChannelStore(database, self.secrets, data / "channels.sealed")
        self.ground = Ground(self.secrets, self.egress, self.settings.smtp.host, lambda: self.public_url, lambda: self.supervisor.known)
        self.administration = Administration(database, self.channels, self.ground, self.publisher.wake)
        self.links = MediaLinks(self.secrets.subkey("media links"), lambda: self.public_url, self.settings.server.public_url)
        sending = Sending(database, self.blobs, self._set_channel_state, lambda one: self.ground.webhook(one.hook), self.links)
        self.outbox = Outbox(database, sending, Deeds(database), self.publisher.wake, self._set_channel_state)
        self.supervisor = ChannelSupervisor(
            self._load_channels,
            self.ground.surroundings,
            lambda name: Lease(database, name, self.node, ttl_s=5),
            [
                Listening(database, self.inbox, self.reading).serve,
                self.reading.serve,
                self.sweeping.serve,
                self.fetching.serve,
                self.outbox.serve,
                self.templates.serve,
                self.administration.reporting.serve,
            ],
            self._set_channel_state,
        )
        self.quarantine = Quarantine(database, self.intake, self.blobs, self._parse, self.supervisor.reachable)
        self.inbox.know(self.supervisor.reachable)

    def _decide(self) -> None:
        """Who gets which work."""
        database = self.storage.database
        self.routing = Lease(database, "router", self.node)
        self.work = WorkReading(database)
        self.work_live = WorkLive(self.work)
        self.router = Router(database, self.routing, written=self.publisher.wake, explained=self.work_live.explained)
        self.presence = Presence(database, self.node, written=self.publisher.wake)
        self.moves = Moves(database, written=self.publisher.wake)
        self.answers = AnswersRoom(database, self.node, lambda: self.supervisor.open, self.publisher.wake)

    def _tell(self) -> None:
        """Colleagues' sockets."""
        database = self.storage.database
        self.sockets = socket_server(self.settings.redis.url)
        wiring = Wiring(
            doorkeeper=self, presence=self.presence, snapshot=self._snapshot, root_of=self._root_of, on_typing=self.keystrokes.of_colleague
        )
        self.realtime = Realtime(self.sockets, self.ledger, wiring)
        wiring.project(
            self.talk.projections(),
            self.asides.projections(),
            customers_live.projections(database),
            timeline_live.projections(self.timeline),
            self.work_live.projections(),
            self.administration.live.projections(),
            self.answers.projections(),
        )
        wiring.gather(self.work_live.unhurried(), self.administration.live.unhurried(), self.abuse.unhurried())
        self.people.endings.on_ended.append(self._cut_sockets)

    def _receive_visitors(self) -> None:
        """The chat bubbles' sockets."""
        database = self.storage.database
        bubbles = Bubbles(self.supervisor.open, lambda: {self.public_url, self.address})
        limits = VisitorLimits(database, self.proxies, self.settings.visitors)
        ties = (self.intake, self.work, self.moves, self.keystrokes.of_visitor)
        room = VisitorRoom(database, self.secrets, self.sockets, self.ledger, self.blobs, bubbles, limits, *ties)
        self.visitors, self.visitor_files = room.sockets, room.files

    def _answer(self) -> None:
        """HTTP."""
        database = self.storage.database
        self.rooms = WebRooms(self.people.door, self.people.same_site)
        self.routes: list[Route] = [
            *self.people.routes(),
            *CustomersApi(database, self.records, self.timeline, lambda: self.supervisor.open, self.publisher.wake).routes(),
            *self.talk.routes(),
            *self.abuse.routes(),
            *self.asides.routes(),
            *TemplatesApi(self.templates).routes(),
            *SignaturesApi(self.signatures).routes(),
            *self.answers.routes(),
            *WorkApi(self.work, self.moves, self.presence).routes(),
            *self.administration.routes(self.supervisor),
            *QuarantineApi(self.quarantine).routes(),
            *VisitsApi(database, self.intake, self.moves, lambda: self.supervisor.open, self.records).routes(),
        ]
        self.jobs = Jobs(database, self.node, upkeep(database, self.people, self.blobs, self.settings.retention))

    # ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Everything, for ever. A part that dies ends the process; a channel that dies is restarted alone by its supervisor."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.intake.run(), name="intake")
            group.create_task(self.supervisor.run(), name="channels")
            group.create_task(self.inbox.run(), name="spool")
            group.create_task(self.arrivals.run(), name="arrivals")
            group.create_task(beat(), name="heartbeat")
            group.create_task(self._with_database(), name="with the database")

    async def _with_database(self) -> None:
        """What makes no sense before the database has been reached."""
        await self.storage.wait()
        self.supervisor.changed()
        async with holding(self.publishing), holding(self.routing), asyncio.TaskGroup() as group:
            group.create_task(self.publisher.run(), name="publisher")
            group.create_task(self.doorbell.run(), name="doorbell")
            group.create_task(self.router.run(), name="router")
            group.create_task(self.presence.run(self.realtime.seated), name="presence")
            group.create_task(self.realtime.run(), name="sockets")
            group.create_task(self.visitors.run(), name="visitors")
            group.create_task(self.work_live.tell(self.realtime.push), name="queues")
            group.create_task(self._follow(), name="followers")
            group.create_task(self.jobs.run(), name="jobs")
            group.create_task(self.answers.run(), name="answers")

    async def _follow(self) -> None:
        await self.ledger.follow(self._heard, await self.ledger.find_head())

    async def _heard(self, events: Sequence[EventRow]) -> None:
        """What this node does about events, wherever they happened."""
        await self.router.on_events(events)
        await self.people.endings.heard(events)
        self.answers.heard(events)
        for event in events:
            if event.channel and event.actor_kind != "customer" and event.type in ("message.created", "message.changed", "message.acted"):
                self.outbox.ring(event.channel)
                self.fetching.ring(event.channel)
            elif event.type.startswith("channel."):
                self.administration.heard(event, self.supervisor.changed)
            elif event.type == "rules.changed":
                self.intake.rules = await self.channels.rules()

    def application(self) -> web.Application:
        """The web application with every address this hub answers."""
        app = web.Application(middlewares=[counted, errors_as_data], client_max_size=64 * MEGABYTE)
        app.on_response_prepare.append(safe_headers)
        self.sockets.attach(app)
        self.realtime.attach()
        self.visitors.attach()
        Health(self.storage.database, lambda: self.spool.room and not self.draining, self.supervisor.ready.is_set).add(app)
        Webhooks(self.inbox, self.supervisor.at_hook, lambda: self.public_url, self.proxies).add(app)
        self.visitor_files.add(app)
        add_doors(app, self.storage.database, self.blobs, self.links, self.publisher.wake)
        self.rooms.add(app, [*self.routes, OpenApi(self.routes).route()])
        Site().add(app)
        show_figures(self.realtime, self.visitors, self.spool)
        return app

    async def hang_up(self) -> None:
        """Close all sockets of this node; browsers come back by themselves, to whichever node is there."""
        if self.sockets.eio.sockets:
            await self.sockets.eio.disconnect()

    # ── Who and where ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def public_url(self) -> str:
        """Where the world reaches this hub."""
        return self.settings.server.public_url.rstrip("/") or self.address

    async def admit(self, environ: Any, auth: Any) -> Principal | None:
        """Who is behind a socket's handshake."""
        return None if self.draining else await self.people.door.admit(environ, auth)

    async def rooms_of(self, principal: Principal) -> frozenset[str]:
        """The rooms of a colleague: his or her own, those of the queues, and the supervisors' for those who supervise."""
        queues = await self.storage.database.rows("SELECT queue_id FROM queue_member WHERE agent_id = $1", principal.agent)
        rooms = {agent_room(principal.agent), EVERYBODY, *(queue_room(row["queue_id"]) for row in queues)}
        return frozenset(rooms | {SUPERVISORS} if principal.may("supervise") else rooms)

    async def _root_of(self, principal: Principal, customer: str) -> str:
        return (await self.records.customer_for(principal, customer)).id

    async def _snapshot(self, principal: Principal) -> dict[str, Any]:
        statuses = await self.work.statuses([principal.agent])
        return {
            "me": {"agent": await self.people.agents.own(principal.agent), "status": statuses.get(principal.agent)},
            "offers": await self.work.offers_of(principal.agent),
            "work": await self.work.work_of(principal.agent),
            "queues": await self.work.queue_loads(),
            "channels": await self.administration.reading.tiles(),
        }

    async def _cut_sockets(self, agent: str, session: str | None, reason: str) -> None:
        await self.realtime.cut(agent, session, reason)
        await self.presence.signed_out(agent)

    # ── Channels ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _load_channels(self) -> list[Channel]:
        if not self.storage.ready.is_set():
            return self.channels.remembered()
        self.intake.rules = await self.channels.rules()
        return await self.channels.all()

    async def _parse(self, channel: Channel, delivery: Delivery) -> list[Event]:
        return await self.parsers.parse(channel.connector, channel.settings, self.ground.surroundings(channel), delivery)

    async def _set_channel_state(self, channel: UUID, state: str, detail: str) -> None:
        await self.storage.database.run(CHANNEL_QUERIES.set_state, channel, state, detail)
        self.publisher.wake()

    def _viewers(self, root: str) -> list[Named]:
        return [Named(**one) for one in self.realtime.viewers(root)]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Hub]:
    """A hub that is ready to run. Raises SetupError when it cannot be."""
    settings.data.path.mkdir(parents=True, exist_ok=True)
    secrets = Secrets(read_key(settings.data.path / "key"))
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(opened_storage(settings, owner=True))
        await storage.first()
        parsers = await stack.enter_async_context(Parsers(settings.server.public_url))
        hub = Hub(settings, storage, parsers, secrets)
        await stack.enter_async_context(hub.egress)
        stack.callback(hub.people.close)
        yield hub
