"""What the console is told of work, offers, presence and queues, and what it may ask."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from hub.kernel.shapes import ChannelRef, Named
from hub.kernel.web import Input, Page, View

Kind = Literal["voice", "chat", "message", "mail", "task"]
DeclineReason = Literal["busy_with_call", "not_mine", "need_break", "other"]

OPEN_STATES = ("queued", "offered", "assigned", "wrapping", "paused")
ENDED_STATES = ("completed", "abandoned", "flow_out", "expired", "canceled")


class TopicRef(View):
    """A matter inside a conversation."""

    id: str
    code: str
    subject: str


class Preview(View):
    """The last thing said."""

    direction: str
    text: str
    at: datetime
    author: Named | None
    """The colleague who said it; None for the customer and for what nobody here wrote."""


class Handover(View):
    """Who handed work on, and the note for whoever takes it."""

    by: Named
    note: str


class Reason(View, omit_defaults=True):
    """One cause: a code and its parameters. The console has a sentence for every code.

    `left_s` is what is left (delay, exclusion, offer); `for_s` how long the chosen agent was idle or the item waited. `have` and `need`
    count units, items or skill levels; `name` is the skill, activity, kind of channel or queue meant; `among` how many could have taken it.
    """

    code: str
    agent: Named | None = None
    left_s: float | None = None
    for_s: float | None = None
    name: str | None = None
    have: int | None = None
    need: int | None = None
    among: int | None = None


class Work(View):
    """A need to be served, in a topic."""

    id: str
    state: str
    queue: Named
    channel: ChannelRef
    customer: Named
    """The root of the family, whose conversation it is."""
    topic: TopicRef
    agent: Named | None
    waited_s: float
    first_queued_at: datetime
    reasons: list[Reason]
    why: Reason | None
    """Why this agent has it."""
    preview: Preview | None
    turn: str
    turn_since: datetime
    unread: int
    """Messages of the customer that the reader (or else the agent who has the work) has not seen; counted up to 100."""
    asides: int
    """Side conversations with an answer that the same has not seen."""
    wrap_until: datetime | None
    due_at: datetime | None
    """When the customer should have an answer; None while it is the customer's turn."""
    priority: int
    code: str | None
    note: str


class Offer(View):
    """Work held out to one agent until a deadline."""

    id: str
    work: str
    agent: str
    customer: Named
    queue: Named
    channel: ChannelRef
    created_at: datetime
    expires_at: datetime
    waited_s: float
    first_queued_at: datetime
    why: Reason | None
    preview: Preview | None
    """The customer's last words."""
    subject: str
    due_at: datetime
    """When the customer should have an answer."""
    handed: Handover | None


class OfferEnd(View):
    """How an offer ended."""

    id: str
    work: str
    outcome: str
    by: Named | None


class Units(View):
    """How full an agent is."""

    used: int
    max: int


class ChannelLoad(View):
    """One kind of channel of one agent."""

    kind: str
    on: bool
    items: int
    max: int


class Status(View):
    """Where an agent stands."""

    agent: str
    activity: str
    since: datetime
    routing_status: str
    units: Units
    channels: list[ChannelLoad]
    after_work: str | None


class QueueLoad(View):
    """A queue as of now. `available` counts the members who could be offered work."""

    id: str
    name: str
    waiting: int
    longest_wait_s: float | None
    in_hand: int
    """How many items of the queue colleagues have."""
    members: int
    available: int


class Label(View):
    """A word in every language of the console."""

    es: str
    en: str


class Activity(View):
    """What an agent can be doing."""

    id: str
    label: Label
    routable: bool


class WrapUpCode(View):
    """What can have come of a piece of work."""

    id: str
    label: Label


class Why(View):
    """Why an item waits, where it stands, and how long it will take; None when nobody can say."""

    reasons: list[Reason]
    position: int | None
    expected_wait_s: int | None


class Accepted(View):
    """The work that is now yours."""

    work: Work


class WorkPage(View):
    """A part of a list of work."""

    items: list[Work]
    next: str | None


class Activities(View):
    """All activities."""

    items: list[Activity]


class WrapUpCodes(View):
    """All wrap-up codes."""

    items: list[WrapUpCode]


class Offers(View):
    """All open offers of one agent."""

    items: list[Offer]


class QueueLoads(View):
    """All queues."""

    items: list[QueueLoad]


class WorkQuery(Page):
    """Which work: states separated by commas (all that is open when left out), a queue, one's own."""

    state: str = ",".join(OPEN_STATES)
    queue: UUID | None = None
    mine: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.after is not None:
            UUID(self.after)
        for state in self.states():
            if state not in OPEN_STATES + ENDED_STATES:
                raise ValueError(f"state {state!r} does not exist; allowed: {', '.join(OPEN_STATES + ENDED_STATES)}")

    def states(self) -> list[str]:
        """The states asked for."""
        return [state.strip() for state in self.state.split(",")]


class StatusInput(Input):
    """What an agent sets; what is left out stays."""

    activity: str | None = None
    channels: dict[Kind, bool] | None = None
    after_work: str | msgspec.UnsetType | None = msgspec.UNSET


class DeclineInput(Input):
    """Why not."""

    reason: DeclineReason = "other"


class CommitmentInput(Input):
    """A promise to the customer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    due_at: Annotated[datetime, msgspec.Meta(tz=True)]


class WrapUpInput(Input):
    """What came of it."""

    code: str
    note: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    commitment: CommitmentInput | None = None


class AssignInput(Input):
    """Into whose hands."""

    agent: UUID


class TransferInput(Input):
    """To a queue or to a colleague, with what he or she should know."""

    queue: UUID | None = None
    agent: UUID | None = None
    note: Annotated[str, msgspec.Meta(max_length=10_000)] = ""

    def __post_init__(self) -> None:
        if (self.queue is None) == (self.agent is None):
            raise ValueError("give either a queue or an agent")
