"""How long one routing decision takes with 1 000 agents and 20 000 waiting items: the 99th of 100, in milliseconds."""

import gc
import json
from collections.abc import Callable
from random import Random
from time import perf_counter

from benchmarks.figure import Figure, figure, percentile
from routing.decisions import Decision, MakeOffer
from routing.engine import Engine
from routing.events import AgentChanged, Event, OfferAccepted, OfferDeclined, OfferMade, Restored, WorkEnded, WorkQueued, WorkTaken
from routing.model import Agent, Offer, Queue, Work

AGENTS, WAITING, QUEUES, ROUNDS = 1_000, 20_000, 20, 2_000
LIMIT_MS = 5.0
CHANNELS = ("webchat", "email", "sms", "voice")
SKILLS = ("spanish", "english", "billing", "french")
START = 1_000_000.0


class Floor:
    """An engine that is told what a hub would tell it, with every call timed."""

    def __init__(self, seed: int = 1, clock: Callable[[], float] = perf_counter, waiting: int = WAITING) -> None:
        self._waiting = waiting
        self._clock = clock
        self.random = Random(seed)
        self.engine = Engine()
        self.now = START
        self.taken: list[str] = []
        self.milliseconds: list[float] = []
        self._count = 0

    def fill(self) -> float:
        """Load agents with full hands and the waiting work; the seconds that the engine needs for it."""
        names = [f"agent{number}" for number in range(AGENTS)]
        members = {f"queue{number}": frozenset(self.random.sample(names, AGENTS // 4)) for number in range(QUEUES)}
        queues = tuple(
            Queue(name, name, agents, strategy=self.random.choice(("longest_idle", "least_active")), priority=number % 3)
            for number, (name, agents) in enumerate(members.items())
        )
        taken = tuple(WorkTaken(f"{name}-{number}", name, "webchat", 33) for name in names for number in range(3))
        self.taken = [event.work for event in taken]
        started = self._clock()
        agents = tuple(self.agent(name) for name in names)
        work = tuple(self.work(START - self.random.uniform(0, 3600)) for _ in range(self._waiting))
        self.engine.apply(Restored(queues, agents, taken, work, ()), self.now)
        return self._clock() - started

    def agent(self, name: str, *, online: bool = True) -> Agent:
        """An agent with some skills."""
        skills = {skill: self.random.randint(1, 5) for skill in SKILLS if self.random.random() < 0.6}
        return Agent(name, "available", True, online, self.now, skills=skills)

    def work(self, queued_at: float) -> Work:
        """Work on some channel; a third of it demands a skill, a fifth has an agent who knows the customer."""
        self._count += 1
        random = self.random
        return Work(
            f"work{self._count}",
            f"queue{random.randrange(QUEUES)}",
            random.choice(CHANNELS),
            "customer",
            queued_at,
            queued_at,
            priority=random.choice((0, 0, 0, 5)),
            known_agent=f"agent{random.randrange(AGENTS)}" if random.random() < 0.2 else None,
            require={random.choice(SKILLS): random.randint(1, 5)} if random.random() < 0.33 else {},
        )

    def tell(self, event: Event) -> list[Decision]:
        """Time one event."""
        started = self._clock()
        decisions = self.engine.apply(event, self.now)
        self.milliseconds.append((self._clock() - started) * 1000)
        return decisions

    def answer(self, decisions: list[Decision]) -> None:
        """Write the offers down; most are accepted, some declined."""
        for decision in decisions:
            if isinstance(decision, MakeOffer):
                offer = Offer(
                    f"of{decision.work}-{self._count}", decision.work, decision.agent, decision.channel, decision.units, decision.expires_at
                )
                self._count += 1
                self.tell(OfferMade(offer, decision.attempt))
                if self.random.random() < 0.1:
                    self.answer(self.tell(OfferDeclined(offer.id, "busy")))
                else:
                    self.taken.append(decision.work)
                    self.tell(OfferAccepted(offer))

    def round(self) -> None:
        """Something ends, something arrives, and now and then somebody leaves and comes back."""
        self.now += self.random.uniform(0.01, 0.2)
        self.answer(self.tell(WorkQueued(self.work(self.now))))
        at = self.random.randrange(len(self.taken))
        self.taken[at], self.taken[-1] = self.taken[-1], self.taken[at]
        self.answer(self.tell(WorkEnded(self.taken.pop(), "completed")))
        if self.random.random() < 0.1:
            name = f"agent{self.random.randrange(AGENTS)}"
            self.answer(self.tell(AgentChanged(self.agent(name, online=False))))
            self.answer(self.tell(AgentChanged(self.agent(name))))


def run() -> Figure:
    """Play the floor and report the 99th percentile of the time per event, in milliseconds."""
    floor = Floor()
    floor.fill()
    gc.collect()
    for _ in range(ROUNDS):
        floor.round()
    return figure("route_decision_p99", percentile(floor.milliseconds, 0.99), "ms", LIMIT_MS)


if __name__ == "__main__":
    print(json.dumps(run()))
