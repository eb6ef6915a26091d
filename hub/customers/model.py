"""The shapes of the customer's record, in and out."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.kernel.limits import Limits
from hub.kernel.shapes import ChannelRef, Named, Person, ThreadEvent
from hub.kernel.web import Input, Page, View

# ── Out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class AddressView(View):
    """An address by which somebody is known."""

    kind: str
    value: str


class Found(View):
    """A customer in a list. `name` is never empty: without one it is the first address."""

    id: str
    name: str
    identities: list[AddressView]


class FoundPage(View):
    """A page of customers."""

    items: list[Found]
    next: str | None


class Field(View):
    """One of the fields that this company keeps of its customers; `value` is null where nothing is known."""

    id: str
    label: dict[str, str]
    kind: str
    choices: list[str]
    value: Any


class Identity(View):
    """An address that is this person's. `customer` is the member of the family it belongs to."""

    id: str
    customer: str
    kind: str
    value: str
    name: str
    proved: bool
    evidence: str
    at: datetime


class Claim(View):
    """What somebody says of himself: a hint, nothing more."""

    kind: str
    value: str
    at: datetime


class Figures(View):
    """The relation in numbers."""

    messages: int
    topics: int
    first_at: datetime | None
    last_at: datetime | None
    preferred_channel: ChannelRef | None


class Suggestion(View):
    """Somebody who may be the same person: `score` 0 to 100, and why."""

    customer: Named
    score: int
    evidence: list[str]


class Join(View):
    """A family that was put under this one; its id is what *Undo* takes."""

    id: str
    customer: Named
    at: datetime
    by: Person
    evidence: str


class Topic(View):
    """A matter in the conversation. `spam`: why it lies among the spam (spam, blocked, judged), or empty."""

    id: str
    code: str
    subject: str
    state: str
    spam: str
    channel: ChannelRef
    queue: Named | None
    agent: Named | None
    opened_at: datetime
    closed_at: datetime | None
    last_at: datetime


class Commitment(View):
    """What was promised, by whom, until when."""

    id: str
    text: str
    due_at: datetime
    by: Person
    done_at: datetime | None
    topic: str | None
    customer: Named


class Window(View):
    """What may be written now: free, tagged (by a person only), template, closed; and until when, null for ever."""

    allows: str
    until: datetime | None


class ConsentGiven(View):
    """What the customer last said about hearing from this channel. `reason`: stop_word, start_word, blocked, unblocked, provider; or, with
    `by`, how a colleague was told: in_person, by_phone, in_writing, online.
    """

    given: bool
    reason: str
    at: datetime
    by: Named | None = None


class Unreachable(View):
    """Mail does not reach an address: why (no_mailbox, no_domain, closed_mailbox), and since when that is known."""

    why: str
    at: datetime


class Reach(View):
    """One way to answer: a channel, and an address there. `claimed`: an address that is only said to be this person's. `native`: how the
    provider writes it; `sender`: which address of ours the customer wrote to last; both empty where it does not matter. `needs_consent`:
    nothing may be written before the customer has agreed, or written. `unreachable`: what was sent there last came back.
    """

    channel: ChannelRef
    address: AddressView
    last: bool
    claimed: bool
    limits: Limits
    state: str
    undo_s: int
    window: Window
    consent: ConsentGiven | None
    needs_consent: bool
    unreachable: Unreachable | None
    native: str
    sender: str


class Customer(View):
    """Everything that is known of a person. `id` is the root's. `invitable`: channels that he is not on yet and can be invited to."""

    id: str
    name: str
    created_at: datetime
    locale: str
    fields: list[Field]
    tags: list[str]
    identities: list[Identity]
    claims: list[Claim]
    figures: Figures
    suggestions: list[Suggestion]
    joins: list[Join]
    topics: list[Topic]
    commitments: list[Commitment]
    reach: list[Reach]
    invitable: list[ChannelRef]


class TimelinePage(View):
    """What happened, newest first."""

    items: list[ThreadEvent]
    next: str | None


class Tags(View):
    """All tags of a customer, or tags in use."""

    tags: list[str]


class Joined(View):
    """A join that was made, and the record as it is now."""

    join: str
    customer: Customer


class Parted(View):
    """Who stands alone again, and from whom."""

    customers: list[Named]


class Invitation(View):
    """A link for one customer, good once, until then."""

    link: str
    expires_at: datetime


class Commitments(View):
    """Promises, the next due first."""

    items: list[Commitment]


# ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

Id = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", description="a UUID")]


Language = Annotated[str, Meta(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", description="a language, such as es or en")]


class Search(Page):
    """What to look for: words of a name, an address, a tracking code; empty for the newest activity."""

    q: Annotated[str, Meta(max_length=200)] = ""


class TagSearch(Input):
    """The beginning of a tag."""

    q: Annotated[str, Meta(max_length=60)] = ""


class Changes(Input):
    """Changes to a record; what is left out stays."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    locale: Language | UnsetType = UNSET
    fields: dict[str, Any] = msgspec.field(default_factory=dict)


class ToldAddress(Input):
    """An address that an agent was told."""

    kind: str
    value: Annotated[str, Meta(min_length=1, max_length=320)]


class Other(Input):
    """Another customer."""

    customer: Id


class Agreed(Input):
    """How a customer agreed to be written to."""

    how: Literal["in_person", "by_phone", "in_writing", "online"]


class Invited(Input):
    """To which channel."""

    channel: Id


class Done(Input):
    """Whether a promise is kept."""

    done: bool


class Whose(Input):
    """Whose promises."""

    mine: bool = False
