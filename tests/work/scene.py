"""A working floor: real PostgreSQL, ledger, publisher and router; tests wait for the events that the ledger tells."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from hub.kernel.database import Database
from hub.kernel.lease import Lease, holding
from hub.kernel.ledger import EventRow, Ledger, Publisher
from hub.kernel.web import Principal
from hub.work.model import StatusInput
from hub.work.moves import Moves
from hub.work.presence import Presence
from hub.work.reading import WorkReading
from hub.work.router import Router

PERMISSIONS = {
    "agent": frozenset({"work.take", "conversation.read", "queue.read"}),
    "supervisor": frozenset({"work.take", "work.assign_any", "conversation.read", "queue.read"}),
}


class Floor:
    """One company on one node. Names of agents and queues stand for their ids."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.node = uuid4()
        self.ledger = Ledger(database)
        self.publisher = Publisher(database, Lease(database, "publisher", self.node), self.ledger)
        self.wake: Callable[[], None] = self.publisher.wake
        self.moves = Moves(database, written=self.wake)
        self.presence = Presence(database, self.node, written=self.wake)
        self.reading = WorkReading(database)
        self.events: list[EventRow] = []
        self.agents: dict[str, str] = {}
        self.queues: dict[str, str] = {}
        self.channels: dict[tuple[str, str], str] = {}
        self._told = asyncio.Condition()
        self._messages = 0

    # ── The company ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def agent(self, name: str, *queues: str, role: str = "agent", present: bool = True) -> str:
        """An agent who serves these queues; connected and available if present."""
        email = f"{name}@company.example"
        id_ = str(
            await self.database.value("INSERT INTO agent (email, name, role) VALUES ($1, $2, $3) RETURNING id", email, name.title(), role)
        )
        self.agents[name] = id_
        for queue in queues:
            await self.database.run("INSERT INTO queue_member VALUES ($1, $2)", await self.queue(queue), id_)
        await self.database.run("INSERT INTO event (type, agent) VALUES ('agent.created', $1), ('queue.changed', NULL)", id_)
        if present:
            await self.presence.connected(id_)
            await self.activity(name, "available")
        return id_

    async def queue(self, name: str, **settings: object) -> str:
        """A queue; made at its first mention."""
        if name not in self.queues:
            values = {"offer_timeout": {}, "sticky_s": 30, "wrap_s": 60, "priority": 0} | settings
            sql = "INSERT INTO queue (name, offer_timeout, sticky_s, wrap_s, priority) VALUES ($1, $2, $3, $4, $5) RETURNING id"
            self.queues[name] = str(await self.database.value(sql, name, *values.values()))
            await self.database.run("INSERT INTO event (type, queue) VALUES ('queue.created', $1)", self.queues[name])
        return self.queues[name]

    async def channel(self, queue: str, kind: str) -> str:
        """A channel of this capacity kind whose work goes to this queue."""
        if (queue, kind) not in self.channels:
            brand = await self.database.value("INSERT INTO brand (name) VALUES ('Company') RETURNING id")
            sql = "INSERT INTO channel (brand_id, queue_id, connector, kind, name, hook) VALUES ($1, $2, $3, $3, $4, $5) RETURNING id"
            id_ = await self.database.value(sql, brand, await self.queue(queue), kind, f"{queue} {kind}", uuid4().hex)
            self.channels[queue, kind] = str(id_)
        return self.channels[queue, kind]

    def who(self, name: str, role: str = "agent") -> Principal:
        """An agent who is signed in."""
        return Principal(self.agents[name], name.title(), role, "es", PERMISSIONS[role], None)

    # ── What happens ────────────────────────────────────────────────────────────────────────────────────────────────

    async def message(self, customer: str, queue: str = "service", kind: str = "chat", text: str = "hello") -> str:
        """A customer writes; the work that this is."""
        given = await self.said(customer, queue, kind, text)
        work = await self.database.value("SELECT work::text FROM take_message($1)", given)
        self.wake()
        return str(work)

    async def said(self, customer: str, queue: str = "service", kind: str = "chat", text: str = "hello") -> dict[str, Any]:
        """What a customer has written, not taken in yet."""
        self._messages += 1
        return {
            "id": str(uuid4()),
            "kind": "visitor",
            "value": customer,
            "name": customer.title(),
            "answers": [],
            "proves": [],
            "claims": {},
            "channel": await self.channel(queue, kind),
            "queue": await self.queue(queue),
            "subject": "",
            "session": "",
            "reopen_s": 3600,
            "automatic": False,
            "external_id": f"m{self._messages}",
            "text": text,
            "context": {},
            "attachments": [],
        }

    async def activity(self, name: str, activity: str) -> None:
        """An agent sets what he or she does."""
        await self.presence.set_status(self.agents[name], StatusInput(activity=activity))

    async def expect(self, type_: str, **facts: object) -> EventRow:
        """Wait for an event of this type with these columns, told already or not; each is found once."""
        async with asyncio.timeout(10), self._told:
            while True:
                for place, event in enumerate(self.events):
                    if event.type == type_ and all(str(getattr(event, key)) == str(value) for key, value in facts.items()):
                        return self.events.pop(place)
                await self._told.wait()

    async def expect_offer(self, work: str, name: str) -> str:
        """Wait until the work is offered to this agent; the offer."""
        event = await self.expect("offer.created", work=work)
        assert str(event.agent) == self.agents[name], f"offered to {self.name(event.agent)}, not to {name}"
        return str(event.data["offer"])

    async def expect_taken(self, work: str, name: str) -> None:
        """Wait until it is offered to this agent, who accepts."""
        await self.moves.accept(self.who(name), await self.expect_offer(work, name))
        await self.expect("work.assigned", work=work)

    def name(self, agent: UUID | None) -> str:
        """The name of an agent."""
        return next((name for name, id_ in self.agents.items() if id_ == str(agent)), "nobody")

    async def state(self, work: str) -> str:
        """The state of work, by the database."""
        return str(await self.database.value("SELECT state FROM work WHERE id = $1", work))

    async def units(self, name: str) -> int:
        """The units of an agent that are taken; they must be those of what he or she has."""
        row = await self.database.row(
            "SELECT units_used, (SELECT COALESCE(sum(w.units), 0) FROM work w"
            " WHERE w.agent_id = p.agent_id AND w.state IN ('assigned', 'wrapping')) AS held FROM presence p WHERE agent_id = $1",
            self.agents[name],
        )
        assert row is not None
        assert row["units_used"] == row["held"]
        return int(row["held"])

    async def routing_status(self, name: str) -> str:
        """The derived status of an agent."""
        return (await self.reading.statuses([self.agents[name]]))[self.agents[name]].routing_status

    # ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator["Floor"]:
        """The ledger moves; nobody routes yet."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(holding(self.publisher._lease))
            await stack.enter_async_context(_running(self.publisher.run()))
            await stack.enter_async_context(_running(self.ledger.follow(self._hear, 0)))
            yield self

    @asynccontextmanager
    async def routing(self) -> AsyncIterator[Router]:
        """A router on this node, until the end of the block."""
        lease = Lease(self.database, "router", uuid4())
        router = Router(self.database, lease, written=self.wake, explained=self._explained)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(holding(lease))
            await stack.enter_async_context(_running(router.run()))
            await stack.enter_async_context(_running(self.ledger.follow(router.on_events, await self.ledger.find_head())))
            yield router

    async def expect_account(self, work: str, *codes: str) -> None:
        """Wait until the causes for which work waits are these."""
        async with asyncio.timeout(10), self._told:
            while sorted(reason.code for reason in (await self.reading.work_views([work]))[work].reasons) != sorted(codes):
                await self._told.wait()

    async def _explained(self, _: Sequence[str]) -> None:
        async with self._told:
            self._told.notify_all()

    async def _hear(self, events: Sequence[EventRow]) -> None:
        async with self._told:
            self.events.extend(events)
            self._told.notify_all()


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
