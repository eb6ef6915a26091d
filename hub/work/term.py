"""A term of office of the router: feeds what happened to the engine and writes what it decides, under the router's fencing token."""

import logging
import time
from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from hub.kernel.crash import crash_point
from hub.kernel.database import Database, Record
from hub.kernel.ledger import EventRow
from hub.work.accounts import Accounts, Explained
from hub.work.facts import Capacities, agent_of, event_of, offer_of, queue_of, taken_of, why_chosen, work_of
from hub.work.sql import QUERIES
from routing.decisions import Decision, ExpireOffer, MakeOffer, RescindOffer
from routing.engine import Engine
from routing.events import (
    AgentChanged,
    Event,
    OfferDeclined,
    OfferMade,
    OfferRefused,
    OfferRescinded,
    OfferTimedOut,
    QueueChanged,
    Refusal,
    Restored,
    Tick,
)
from routing.model import Offer, Queue

log = logging.getLogger(__name__)

SWEEP_S = 30.0
"""How often the engine's picture is compared with the database: a safety net, not a clock."""

WORK_MOVED = frozenset(
    {
        "work.queued",
        "work.assigned",
        "work.released",
        "work.transferred",
        "work.completed",
        "work.abandoned",
        "work.canceled",
        "work.paused",
        "work.continued",
    }
)
"""Events after which an item is looked at again."""
DEADLINES_MOVED = frozenset({"work.wrapping", "work.resumed", "work.extended", "work.assigned", "status.changed", "agent.disabled"})
"""Events after which the next deadline of the database is looked up again."""


class Term:
    """Load once, then step with what happened."""

    def __init__(self, database: Database, token: int, explained: Explained) -> None:
        self._database = database
        self._token = token
        self._engine = Engine()
        self._decisions: list[Decision] = []
        self._ahead = 0.0
        self._capacities = Capacities([])
        self._queues: dict[str, Queue] = {}
        self._agents: set[str] = set()
        self._states: dict[str, tuple[str, str, str | None]] = {}
        self._offers: dict[str, Offer] = {}
        self._due_at: float | None = None
        self._sweep_at = 0.0
        self._accounts = Accounts(database, token, self._engine, explained)
        self.wrote = False
        """Whether something was written since this was set to False: the publisher wants to know."""

    def now(self) -> float:
        """The time by the database's clock, in seconds since the epoch."""
        return time.time() + self._ahead

    def next_deadline(self) -> float:
        """When `step` is to be called again even if nothing happens."""
        times = [self._engine.next_deadline(), self._due_at, self._accounts.due_at, self._sweep_at]
        return min(at for at in times if at is not None)

    # ── Taking over ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def load(self) -> None:
        """Settle what is overdue, then take in everything that is known, as one event."""
        await self._set_clock()
        await self._settle_overdue()
        self._capacities = Capacities(await self._database.rows(QUERIES.capacity))
        queue_rows, agent_rows = await self._database.rows(QUERIES.queues), await self._database.rows(QUERIES.agents, None)
        offer_rows, work_rows = await self._database.rows(QUERIES.open_offers), await self._database.rows(QUERIES.open_work_facts)
        self._queues = {row["id"]: queue_of(row, self._capacities) for row in queue_rows}
        self._agents = {row["id"] for row in agent_rows}
        waiting = tuple(work_of(row) for row in work_rows if row["state"] in ("queued", "offered"))
        known = {work.id for work in waiting}
        self._offers = {row["id"]: offer_of(row) for row in offer_rows if row["work"] in known}
        agents = tuple(agent_of(row, self._capacities) for row in agent_rows)
        taken = tuple(taken_of(row) for row in work_rows if row["state"] in ("assigned", "wrapping"))
        refusals = tuple(Refusal(**dict(row)) for row in await self._database.rows(QUERIES.refusals) if row["work"] in known)
        self._note(work_rows)
        self._accounts.look_at(known)
        self._apply(Restored(tuple(self._queues.values()), agents, taken, waiting, tuple(self._offers.values()), refusals))
        await self._carry_out()
        self._sweep_at = self.now() + SWEEP_S

    async def _set_clock(self) -> None:
        self._ahead = await self._database.value(QUERIES.database_time) - time.time()

    # ── Living ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def step(self, events: Sequence[EventRow]) -> None:
        """Take in what happened and what is due, decide, and write until there is nothing more to decide."""
        await self._take(events)
        if (self._engine.next_deadline() or float("inf")) <= self.now():
            self._apply(Tick())
        await self._carry_out()
        if self._due_at is not None and self._due_at <= self.now():
            await self._settle_overdue()
        if self._sweep_at <= self.now():
            await self.sweep()
        await self._accounts.write(self.now())

    async def _take(self, events: Sequence[EventRow]) -> None:
        if any(event.type.startswith("queue.") for event in events):
            await self._take_queues()
        await self._take_agents(events)
        await self._take_work({str(event.work) for event in events if event.type in WORK_MOVED and event.work})
        for event in events:
            self._take_offer_end(event)
        if any(event.type in DEADLINES_MOVED for event in events):
            self._due_at = await self._database.value(QUERIES.next_due)

    async def _take_queues(self) -> None:
        for row in await self._database.rows(QUERIES.queues):
            queue = queue_of(row, self._capacities)
            if self._queues.get(queue.id) != queue:
                self._queues[queue.id] = queue
                self._apply(QueueChanged(queue))
        self._accounts.look_at_all()

    async def _take_agents(self, events: Sequence[EventRow]) -> None:
        touched = {str(event.agent) for event in events if event.type.startswith(("status.", "agent.")) and event.agent}
        gone = {str(event.agent) for event in events if event.type == "offer.rescinded" and event.data.get("reason") == "left"}
        if touched | gone:
            await self._read_agents(touched | gone, gone)
            self._accounts.look_at_all()

    async def _read_agents(self, ids: set[str], gone: set[str]) -> None:
        """Tell the engine how colleagues are. One who was away for a moment has lost the offers, without blame."""
        for row in await self._database.rows(QUERIES.agents, list(ids)):
            agent = agent_of(row, self._capacities)
            if agent.id in gone:
                self._apply(AgentChanged(agent_of({**dict(row), "connected": False}, self._capacities)))
            self._apply(AgentChanged(agent))
            self._agents.add(agent.id)

    async def _take_work(self, ids: set[str]) -> None:
        if not ids:
            return
        rows = await self._database.rows(QUERIES.work_facts, list(ids))
        strangers = {row["agent"] for row in rows if row["agent"]} - self._agents
        if strangers:
            await self._read_agents(strangers, set())
        for row in sorted(rows, key=lambda row: row["id"]):
            self._apply(event_of(row))
        self._note(rows)
        self._accounts.look_at(ids)

    def _take_offer_end(self, event: EventRow) -> None:
        offer = event.data.get("offer")
        if event.type == "offer.rejected":
            self._apply(OfferDeclined(str(offer), str(event.data.get("reason"))))
        elif event.type == "offer.timed_out":
            self._apply(OfferTimedOut(str(offer)))
        elif event.type in ("offer.rescinded", "offer.canceled"):
            self._apply(OfferRescinded(str(offer), str(event.data.get("reason"))))
        elif event.type != "offer.accepted":
            return
        self._offers.pop(str(offer), None)
        self._accounts.look_at({str(event.work)})

    def _apply(self, event: Event) -> None:
        self._decisions += self._engine.apply(event, self.now())

    def _note(self, rows: Sequence[Record]) -> None:
        for row in rows:
            state = "queued" if row["state"] == "offered" else row["state"]
            if state in ("queued", "assigned", "wrapping"):
                self._states[row["id"]] = (state, row["queue"], row["agent"])
            else:
                self._states.pop(row["id"], None)

    # ── Writing what was decided ────────────────────────────────────────────────────────────────────────────────────

    async def _carry_out(self) -> None:
        """Write decisions in their order, neighbouring offers together, until the answers bring no new ones."""
        while self._decisions:
            decisions, self._decisions = self._decisions, []
            for kind, group in groupby(decisions, key=type):
                if kind is MakeOffer:
                    await self._make_offers([one for one in group if isinstance(one, MakeOffer)])
                else:
                    for one in group:
                        await self._settle(one)

    async def _make_offers(self, wanted: list[MakeOffer]) -> None:
        now = self.now()
        asked = [
            {"attempt": one.attempt, "work": one.work, "agent": one.agent, "units": one.units, "seconds": one.expires_at - now}
            | {"why": why_chosen(one.why)}
            for one in wanted
        ]
        answers = {row["attempt"]: row for row in await self._database.rows(QUERIES.make_offers, self._token, asked)}
        crash_point("work.offered")
        self.wrote = True
        for one in wanted:
            await self._hear(one, answers[one.attempt])
        self._accounts.look_at({one.work for one in wanted})

    async def _hear(self, one: MakeOffer, answer: Record) -> None:
        if answer["refused"] is None:
            offer = Offer(answer["offer"], one.work, one.agent, one.channel, one.units, answer["expires_at"])
            self._offers[offer.id] = offer
            self._apply(OfferMade(offer, one.attempt))
        else:
            await self._learn(one, answer["refused"])
            self._apply(OfferRefused(one.work, one.attempt))

    async def _learn(self, one: MakeOffer, refused: str) -> None:
        """The database knew better: take in what it knows, so that the engine does not decide the same again."""
        log.info("routing: work %s was not offered to %s: %s", one.work, one.agent, refused)
        match refused:
            case "not_waiting":
                await self._take_work({one.work})
            case "not_a_member":
                await self._take_queues()
            case _:
                await self._read_agents({one.agent}, set())

    async def _settle(self, decision: Decision) -> None:
        # MarkNotResponding needs no write of its own: it was done where the offer timed out, in the same transaction.
        self.wrote = True
        if isinstance(decision, RescindOffer):
            self._offers.pop(decision.offer, None)
            state = await self._database.value(QUERIES.rescind_offer, self._token, decision.offer, decision.reason)
            if state == "accepted":
                await self._take_work({decision.work})
        elif isinstance(decision, ExpireOffer):
            await self._expire(decision)

    async def _expire(self, decision: ExpireOffer) -> None:
        state = await self._database.value(QUERIES.expire_offer, self._token, decision.offer)
        if state == "timed_out":
            self._offers.pop(decision.offer, None)
            self._apply(OfferTimedOut(decision.offer))
        elif state == "accepted":
            await self._take_work({decision.work})
        elif state != "pending":
            self._apply(OfferRescinded(decision.offer, "over"))

    # ── Deadlines of the database, and the safety net ───────────────────────────────────────────────────────────────

    async def _settle_overdue(self) -> None:
        """End wrap-ups and give back lost work whose time has come; each in a transaction of its own, its event does the rest."""
        for row in await self._database.rows(QUERIES.overdue):
            await self._settle_one(row["what"], row["id"])
        self._due_at = await self._database.value(QUERIES.next_due)

    async def _settle_one(self, what: str, id_: UUID) -> None:
        self.wrote = True
        match what:
            case "offer":
                await self._database.value(QUERIES.expire_offer, self._token, id_)
            case "wrapping":
                await self._database.run(QUERIES.end_wrapping, self._token, id_)
            case "lost":
                await self._database.run(QUERIES.release_lost_work, self._token, id_)

    async def sweep(self) -> None:
        """Compare with the database, and take in whatever differs."""
        await self._set_clock()
        await self._settle_overdue()
        rows = await self._database.rows(QUERIES.open_work_facts)
        here = {row["id"]: ("queued" if row["state"] == "offered" else row["state"], row["queue"], row["agent"]) for row in rows}
        other = {id_ for id_ in self._states.keys() | here.keys() if self._states.get(id_) != here.get(id_)}
        await self._take_work(other)
        for row in await self._database.rows(QUERIES.open_offers):
            if row["id"] not in self._offers:
                await self._database.value(QUERIES.rescind_offer, self._token, row["id"], "unknown")
        await self._read_agents(self._agents, set())
        await self._carry_out()
        self._accounts.look_at_all()
        self._sweep_at = self.now() + SWEEP_S
