"""A floor to play on: applies events to an engine at a time that the test moves, and writes its offers down."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from routing.decisions import Decision, ExpireOffer, MakeOffer, MarkNotResponding, RescindOffer
from routing.engine import Engine
from routing.events import (
    AgentChanged,
    Event,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferTimedOut,
    QueueChanged,
    Tick,
    WorkEnded,
    WorkQueued,
)
from routing.model import Agent, Code, Offer, Queue, Reason, Work

START = 1_000_000.0


class Scene:
    """Keeps pending offers by work id, and every decision in `log`."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.now = START
        self.log: list[Decision] = []
        self.offers: dict[str, Offer] = {}
        self.agents: dict[str, Agent] = {}
        self.whys: dict[str, Reason] = {}
        self._written = 0
        self._to_do: deque[Decision] = deque()
        self._busy = False

    def tell(self, event: Event) -> list[Decision]:
        """Apply an event and carry out what is decided, one decision after the other; those of this event."""
        decisions = self.engine.apply(event, self.now)
        self.log.extend(decisions)
        self._to_do.extend(decisions)
        if not self._busy:
            self._busy = True
            while self._to_do:
                self._carry_out(self._to_do.popleft())
            self._busy = False
        return decisions

    def queue(self, name: str, *members: str, **settings: Any) -> None:
        """A queue with these members."""
        self.tell(QueueChanged(Queue(name, name, frozenset(members), **settings)))

    def agent(self, name: str, **facts: Any) -> None:
        """An agent who is online and free, or the one known already, with other facts."""
        before = self.agents.get(name) or Agent(name, "available", routable=True, online=True, idle_since=self.now)
        self.agents[name] = replace(before, **facts)
        self.tell(AgentChanged(self.agents[name]))

    def work(self, name: str, queue: str = "service", channel: str = "webchat", **terms: Any) -> None:
        """Work that is queued now."""
        times = {"first_queued_at": self.now, "queued_at": self.now}
        self.tell(WorkQueued(Work(name, queue, channel, "customer", **(times | terms))))

    def wait(self, seconds: float) -> None:
        """Let time pass, with a tick at every deadline on the way."""
        end = self.now + seconds
        while (at := self.engine.next_deadline()) is not None and at <= end:
            self.now = max(self.now, at)
            self.tell(Tick())
        self.now = end

    def accept(self, work: str) -> None:
        """The agent accepts."""
        self.tell(OfferAccepted(self.offers.pop(work)))

    def decline(self, work: str) -> None:
        """The agent declines."""
        self.tell(OfferDeclined(self.offers.pop(work).id, "busy"))

    def end(self, work: str, reason: str = "completed") -> None:
        """The work is over."""
        self.tell(WorkEnded(work, reason))

    def offered_to(self, work: str) -> str | None:
        """Who is asked at present."""
        offer = self.offers.get(work)
        return offer.agent if offer else None

    def codes(self, work: str) -> Mapping[str | None, Code]:
        """Why each agent does not get the work."""
        return {reason.agent: reason.code for reason in self.engine.reasons(work, self.now)}

    def reason(self, work: str, agent: str) -> Reason:
        """Why this agent does not get the work."""
        return next(reason for reason in self.engine.reasons(work, self.now) if reason.agent == agent)

    def _carry_out(self, decision: Decision) -> None:
        match decision:
            case MakeOffer(attempt, work, agent, channel, units, expires_at, why):
                self._written += 1
                self.whys[work] = why
                self.offers[work] = Offer(f"offer{self._written}", work, agent, channel, units, expires_at)
                self.tell(OfferMade(self.offers[work], attempt))
            case RescindOffer(_, work):
                self.offers.pop(work, None)
            case ExpireOffer(offer, work):
                if work in self.offers and self.offers[work].id == offer:
                    del self.offers[work]
                    self.tell(OfferTimedOut(offer))
            case MarkNotResponding(agent):
                self.agents[agent] = replace(self.agents[agent], not_responding=True)
