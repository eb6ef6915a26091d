"""What routing talks about: queues, agents, work, offers and the reasons for what happens to them.

Identifiers are strings, times are seconds since the epoch, durations are seconds. Higher priorities come first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class RoutingError(ValueError):
    """A setting that routing cannot work with; the message names it and what is allowed."""


class Code(StrEnum):
    """Why something waits, and why an agent was chosen. The console has words for each code."""

    # why one agent does not get one work item
    OFFLINE = "offline"
    ACTIVITY = "activity"
    NOT_RESPONDING = "not_responding"
    NOT_A_MEMBER = "not_a_member"
    CHANNEL_OFF = "channel_off"
    SKILL = "skill"
    KEPT_FOR = "kept_for"
    AT_CAPACITY = "at_capacity"
    CHANNEL_FULL = "channel_full"
    EXCLUDED = "excluded"
    DELAY = "delay"
    NEXT_TICK = "next_tick"
    # where the item is instead
    NO_MEMBERS = "no_members"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    # why this agent
    KNOWN_AGENT = "known_agent"
    NEXT_IN_LINE = "next_in_line"
    LONGEST_IDLE = "longest_idle"
    LEAST_ACTIVE = "least_active"
    ROUND_ROBIN = "round_robin"
    MOST_FREE_UNITS = "most_free_units"
    MOST_FREE_SHARE = "most_free_share"
    BEST_SKILL = "best_skill"


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause: a code and its parameters, never prose.

    `seconds` is what is left (delay, exclusion, offer), or how long the chosen agent was idle or the item waited.
    `have` and `need` count units, items or skill levels. `name` is the skill, activity, channel or agent meant.
    `among` is how many agents could have taken the item.
    """

    code: Code
    agent: str | None = None
    seconds: float | None = None
    name: str | None = None
    have: int | None = None
    need: int | None = None
    among: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A line of work and the agents who serve it.

    `offer_timeout` maps a kind of channel to seconds; kinds not named there have the usual ones of `capacity`.
    `sticky_s` is how long an item is kept for the agent who knows the customer. `priority_worth_s` is the waiting
    time that one step of priority outweighs when `order` is "score". `wrap_s` is carried for whoever ends the work.
    """

    id: str
    name: str
    members: frozenset[str] = frozenset()
    strategy: str = "longest_idle"
    order: str = "priority"
    offer_timeout: Mapping[str, float] = field(default_factory=dict)
    priority: int = 0
    sticky_s: float = 30.0
    wrap_s: float = 60.0
    priority_worth_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Profile:
    """How one agent serves one queue and kind of channel: what comes first, and only after which waiting time."""

    priority: int = 0
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent as the hub knows him or her now.

    `routable` says whether the activity takes work at all, `channels` which kinds (None: every kind).
    `channel_weight` and `channel_max` override the usual weights and the maximum of items at once, per kind.
    `profile` is keyed by (queue, kind of channel).
    """

    id: str
    activity: str
    routable: bool
    online: bool
    idle_since: float
    not_responding: bool = False
    units_max: int = 100
    channel_weight: Mapping[str, int] = field(default_factory=dict)
    channel_max: Mapping[str, int] = field(default_factory=dict)
    channels: frozenset[str] | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    profile: Mapping[tuple[str, str], Profile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of waiting. It demands `require` besides what the work demands, and ends after `timeout_s`.

    `known_only` keeps the item for the agent who knows the customer; it is passed over when that agent cannot come.
    `prefer` puts agents with these skills first without demanding them. The last step never ends and is open to anyone.
    """

    timeout_s: float = 0.0
    require: Mapping[str, int] = field(default_factory=dict)
    prefer: Mapping[str, int] = field(default_factory=dict)
    known_only: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A need to be served now. `first_queued_at` stays through every decline, time-out and transfer.

    Without `steps`, work of a customer with a `known_agent` is kept for that agent for the queue's `sticky_s`.
    """

    id: str
    queue: str
    channel: str
    customer: str
    first_queued_at: float
    queued_at: float
    priority: int = 0
    known_agent: str | None = None
    require: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    due_at: float | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One work item held out to one agent until a deadline, as it was written down; `units` are those it takes."""

    id: str
    work: str
    agent: str
    channel: str
    units: int
    expires_at: float
