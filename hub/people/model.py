"""What goes in and out about colleagues."""

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from hub.kernel.shapes import Person
from hub.kernel.web import Input, Page, View

Role = Literal["agent", "supervisor", "admin"]
Locale = Literal["es", "en"]
RoutingStatus = Literal["not_responding", "offered", "busy", "wrapping", "idle", "off"]


class Agent(View):
    """A colleague, as he or she sees himself or herself."""

    id: str
    email: str
    name: str
    role: Role
    locale: Locale


class SignedIn(View):
    """The session: who, and the token that unsafe methods carry as X-CSRF-Token. An API token has none."""

    agent: Agent
    csrf: str | None


class Credentials(Input):
    """What one signs in with."""

    email: str
    password: str


class Colleague(View):
    """A colleague, as others see him or her, with where he or she stands now."""

    id: str
    kind: Literal["human", "bot", "system"]
    email: str
    name: str
    role: Role
    locale: Locale
    enabled: bool
    routing_status: RoutingStatus
    activity: str | None
    free_units: int


class Colleagues(View):
    """A page of colleagues by name."""

    items: list[Colleague]
    next: str | None


class ColleaguePage(Page):
    """Which colleagues: `all` also those who are disabled."""

    all: bool = False


class NewAgent(Input):
    """A colleague to be."""

    email: str
    name: str
    password: str
    role: Role = "agent"
    locale: Locale = "es"


class AgentChange(Input):
    """What to change; what is left out stays."""

    email: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    password: str | UnsetType = UNSET


class PasswordChange(Input):
    """The password one has, and the one to have."""

    old: str
    new: str


class Token(View):
    """An API token, without its secret."""

    id: str
    name: str
    created_at: datetime
    seen_at: datetime | None


class Tokens(View):
    """The API tokens of the one who asks."""

    items: list[Token]


class NewToken(Input):
    """A token to be: what it is for."""

    name: str


class IssuedToken(View):
    """A new API token. `token` is shown this once."""

    id: str
    name: str
    token: str


class AuditEntry(View):
    """One event of the ledger. The ids are those that it concerns."""

    position: int
    at: datetime
    type: str
    actor: Person
    agent: str | None
    customer: str | None
    topic: str | None
    message: str | None
    work: str | None
    queue: str | None
    channel: str | None
    data: dict[str, Any]


class Audit(View):
    """A page of the ledger, newest first. With a filter a page may be empty and still have a next one."""

    items: list[AuditEntry]
    next: str | None


class AuditPage(Page):
    """Which events: of one type, or done by or to one colleague."""

    type: str | None = None
    agent: str | None = None
