"""What the engine remembers of each agent and of each work item that waits."""

from dataclasses import dataclass, field
from typing import NamedTuple

from routing.capacity import Load
from routing.model import Agent, Queue, Step, Work
from routing.waiting import LaneKey, OrderKey

FULL_EXCLUSION_S = 60.0
FIRST_RETURN_S = 15.0
#: The doubling stops here, so that a lone agent who declines a lot still sees the item every four minutes.
LONGEST_RETURN_S = 240.0


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An agent who declined or missed an item: barred until `returns_at`, afterwards the last resort until `ends_at`."""

    times: int
    returns_at: float
    ends_at: float


def exclude(before: Exclusion | None, now: float) -> Exclusion:
    """The exclusion after one more refusal: each one doubles the time before the agent sees the item again."""
    times = before.times + 1 if before else 1
    away = min(FIRST_RETURN_S * 2 ** (times - 1), LONGEST_RETURN_S)
    return Exclusion(times, now + away, now + max(away, FULL_EXCLUSION_S))


def hold_back(before: Exclusion | None, now: float, seconds: float) -> Exclusion:
    """A short bar that is nobody's refusal and counts as none; never shortens one that stands."""
    if before is None:
        return Exclusion(0, now + seconds, now + seconds)
    return Exclusion(before.times, max(before.returns_at, now + seconds), max(before.ends_at, now + seconds))


@dataclass(slots=True)
class Pending:
    """An offer that is out: without `id` it is decided, by that attempt, but not yet known to be written."""

    agent: str
    attempt: int
    expires_at: float
    id: str | None = None


class Hold(NamedTuple):
    """The room that one item takes."""

    channel: str
    units: int


@dataclass(slots=True)
class AgentState:
    """An agent with what he or she carries; `open_channels` are the kinds for which there is room right now."""

    agent: Agent
    idle_since: float
    not_responding: bool = False
    queues: set[str] = field(default_factory=set)
    holds: dict[str, Hold] = field(default_factory=dict)
    offered: dict[str, None] = field(default_factory=dict)
    load: Load = field(default_factory=Load)
    last_offer: dict[str, float] = field(default_factory=dict)
    open_channels: frozenset[str] = frozenset()

    @property
    def present(self) -> bool:
        """Whether the agent takes work at all."""
        return self.agent.online and self.agent.routable and not self.not_responding

    def takes(self, channel: str) -> bool:
        """Whether the activity takes this kind of channel."""
        return self.agent.channels is None or channel in self.agent.channels

    def skilled(self, require: tuple[tuple[str, int], ...]) -> bool:
        """Whether every skill is there at its level."""
        skills = self.agent.skills
        return all(skills.get(skill, 0) >= level for skill, level in require)


@dataclass(slots=True)
class WorkState:
    """A work item that waits or is offered. `lane` and `order` say where it stands; None while an offer is out."""

    work: Work
    step: int = 0
    step_ends_at: float | None = None
    lane: LaneKey | None = None
    order: OrderKey | None = None
    pending: Pending | None = None
    exclusions: dict[str, Exclusion] = field(default_factory=dict)
    bar_ends_at: float | None = None


def steps_of(work: Work, queue: Queue) -> tuple[Step, ...]:
    """The stages of waiting: those given, else the known agent first for a time and then anyone."""
    if work.steps:
        return work.steps
    if work.known_agent is not None and queue.sticky_s > 0:
        return (Step(timeout_s=queue.sticky_s, known_only=True), Step())
    return (Step(),)


def requirement(work: Work, step: Step) -> tuple[tuple[str, int], ...]:
    """The skills demanded in this step, the higher level where both the work and the step name one."""
    levels = dict(work.require)
    for skill, level in step.require.items():
        levels[skill] = max(level, levels.get(skill, 0))
    return tuple(sorted(levels.items()))


def bar(state: WorkState, agent: AgentState) -> tuple[float, bool]:
    """Until when this item is barred for this agent, and whether it is an exclusion (else the profile's delay)."""
    exclusion = state.exclusions.get(agent.agent.id)
    profile = agent.agent.profile.get((state.work.queue, state.work.channel))
    visible_at = state.work.first_queued_at + profile.delay_s if profile else 0.0
    if exclusion is not None and exclusion.returns_at >= visible_at:
        return exclusion.returns_at, True
    return visible_at, False
