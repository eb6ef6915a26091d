"""What the engine is told: one frozen dataclass per thing that can happen."""

from dataclasses import dataclass

from routing.model import Agent, Offer, Queue, Work


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """A queue is new or has other settings or members."""

    queue: Queue


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent is new, came, left, changed activity, answered again or has other skills or capacity."""

    agent: Agent


@dataclass(frozen=True, slots=True)
class WorkQueued:
    """Work waits, or waits with other terms: moved, transferred, given back or reprioritised."""

    work: Work


@dataclass(frozen=True, slots=True)
class WorkTaken:
    """An agent has the work now, with or without an offer, and even beyond capacity; also when paused work goes on.

    An offer of it that is pending with the same agent is over; one that is pending with somebody else is rescinded.
    """

    work: str
    agent: str
    channel: str
    units: int


@dataclass(frozen=True, slots=True)
class WorkEnded:
    """Work needs nobody any more; `reason` is completed, abandoned, flow_out, expired or canceled."""

    work: str
    reason: str


@dataclass(frozen=True, slots=True)
class RoomFreed:
    """Assigned work is paused: it stays with its agent and gives its room back."""

    work: str


@dataclass(frozen=True, slots=True)
class OfferMade:
    """The offer of that attempt is written and has an id, and a deadline by the clock of whoever keeps the offers."""

    offer: Offer
    attempt: int


@dataclass(frozen=True, slots=True)
class OfferRefused:
    """The offer of that attempt could not be written: somebody else knew better."""

    work: str
    attempt: int


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """An agent has accepted; carries the whole offer because the engine may have given it up already."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class OfferDeclined:
    """An agent has declined with a reason."""

    offer: str
    reason: str


@dataclass(frozen=True, slots=True)
class OfferTimedOut:
    """The deadline has passed without an answer, by the clock of whoever keeps the offers."""

    offer: str


@dataclass(frozen=True, slots=True)
class OfferRescinded:
    """Somebody else took a pending offer back, for instance a supervisor."""

    offer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed: send it when `Engine.next_deadline` is reached."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An agent declined or missed an item at a time; part of `Restored`, so that a restart forgets no exclusion."""

    work: str
    agent: str
    at: float


@dataclass(frozen=True, slots=True)
class Restored:
    """Everything that is known after a restart, taken in as one step so that the order of loading does not matter.

    `waiting` holds also the work of `offers`; `taken` is the work that agents have in hand; `refusals` come in the order of their times.
    """

    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    taken: tuple[WorkTaken, ...]
    waiting: tuple[Work, ...]
    offers: tuple[Offer, ...]
    refusals: tuple[Refusal, ...] = ()


Event = (
    QueueChanged
    | AgentChanged
    | WorkQueued
    | WorkTaken
    | WorkEnded
    | RoomFreed
    | OfferMade
    | OfferRefused
    | OfferAccepted
    | OfferDeclined
    | OfferTimedOut
    | OfferRescinded
    | Tick
    | Restored
)
