"""What goes in and out over HTTP and sockets about channels. No secret has a place in any of them but `generated`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from hub.kernel.limits import ChannelLimits, Limits
from hub.kernel.shapes import Named
from hub.kernel.web import Input, View


class Words(View):
    """A text in both languages."""

    es: str
    en: str


def words_of(said: Mapping[str, Any], fallback: str = "") -> Words:
    """Both languages of what a manifest or connector says; one stands in for the other."""
    known = {language: str(said[language]) for language in ("es", "en") if said.get(language)}
    first = next(iter(known.values()), fallback)
    return Words(es=known.get("es", first), en=known.get("en", first))


# ── The gallery ──────────────────────────────────────────────────────────────────────────────────────────────────────


class FieldView(View):
    """One field of a connector's form. `kind`: text, number, switch, choice; `shape`: what a text is (url, email, phone, lines)."""

    name: str
    kind: str
    label: Words
    help: Words
    group: str
    secret: bool
    required: bool
    default: str | int | bool | None
    choices: list[str]
    shape: str
    generated: bool
    shown_if: list[str] | None
    low: int | None
    high: int | None
    max_length: int | None
    example: str


class WindowStep(View):
    """What may be written for how long after the customer's last message; without `hours`: from then on."""

    allows: str
    hours: float | None = None


class Capabilities(Limits):
    """What a channel of this kind can do, as its manifest says."""

    typing: bool
    delivered: bool
    read: bool
    starts: bool
    invites: bool
    live: bool
    window: list[WindowStep]


class ConnectorView(View):
    """One kind of channel that can be set up."""

    id: str
    title: Words
    summary: Words
    kind: str
    icon: str
    receives: str
    address: str
    capabilities: Capabilities
    sandbox: bool
    form: list[FieldView]
    groups: dict[str, Words]


class Gallery(View):
    """All kinds that are installed."""

    items: list[ConnectorView]
    next: None = None


class Guide(View):
    """How an admin gets what the form asks for: sanitised HTML, `lang` as asked for or what there is."""

    lang: str
    html: str


# ── Channels ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class ChannelTile(View):
    """One channel: how it is, and since when. What every colleague may see."""

    id: str
    connector: str
    name: str
    kind: str
    icon: str
    enabled: bool
    archived: bool
    state: str
    since: datetime | None
    detail: str
    last_in_at: datetime | None
    last_out_at: datetime | None
    queued: int
    quarantined: int
    limits: ChannelLimits
    does: str
    """both: it receives and sends. receives: it does not send. records: agents write down what comes."""
    expires_at: datetime | None
    """When a token of the provider's runs out."""
    quota: str
    waiting_first: bool
    """Nothing has ever come in on it, and something is waited for."""
    waiting_until: datetime | None
    """The provider asked for patience until then."""


class ChannelView(ChannelTile):
    """The same for those who administer: with the address for the provider's webhooks, null for those who do not."""

    webhook: str | None


class ChannelList(View):
    """All channels."""

    items: list[ChannelView]
    next: None = None


class ChannelDetail(ChannelView):
    """A channel with its settings. `secrets` only says which are set."""

    title: Words
    receives: str
    queue: Named
    brand: Named
    settings: dict[str, Any]
    secrets: dict[str, bool]
    problems: dict[str, str]
    """Fields that do not fit the connector any more (it was updated), and why."""
    key: str
    """The end of its address: the public key of a chat bubble."""
    old_webhook: str | None
    old_webhook_until: datetime | None
    installs: bool
    """Whether the webhook can be set at the provider's from here."""
    created_at: datetime


class NewChannel(Input):
    """A channel to set up. Without a queue its work goes to the first one."""

    connector: str
    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    queue: str | None = None
    brand: str | None = None


class ChannelChange(Input):
    """What is given is changed. A setting that is absent stays; null takes an optional one back to its default."""

    name: str | UnsetType = UNSET
    queue: str | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET


class MadeChannel(View):
    """A channel, and the secrets that the hub made for it: they are shown this once."""

    channel: ChannelDetail
    generated: dict[str, str]


class SecretName(Input):
    """Which secret."""

    secret: str


class NewAddress(View):
    """The new address; the old one is answered until then. `steps`: setting it at the provider's, where that can be done from here."""

    channel: ChannelDetail
    steps: list["StepView"]


class Opening(View):
    """Whether it is open now; if not, `problem` says why, in the provider's words or ours."""

    channel: ChannelDetail
    open: bool
    problem: str


class Archived(Input):
    """Which channels to list."""

    archived: bool = False


# ── Check ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class StepView(View):
    """One step. `todo` says what to do when it failed; `tried` is false where the provider was silent before and was not asked again."""

    name: str
    ok: bool
    tried: bool
    ms: float
    detail: str
    label: Words
    todo: Words


class Steps(View):
    """What was tried, in order; it ends at the first step that makes the next ones senseless."""

    ok: bool
    steps: list[StepView]


class Draft(Input):
    """Settings to try before they are kept. `channel`: whose secrets are taken where the form leaves them out."""

    connector: str
    settings: dict[str, Any] = field(default_factory=dict)
    channel: str | None = None


# ── What went through ────────────────────────────────────────────────────────────────────────────────────────────────


class Passage(View):
    """Something that came in or went out. `kind`: message, or the connector's word of a delivery that made none yet."""

    at: datetime
    direction: Literal["in", "out"]
    kind: str
    who: str
    state: str
    problem: str
    delivery: str | None
    message: str | None
    customer: Named | None


class Passages(View):
    """Newest first."""

    items: list[Passage]
    next: str | None


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class RuleView(View):
    """One line of the queue rules; the first that fits wins, and null or empty fits always."""

    id: str
    queue: str
    channel: str | None
    address: str | None
    language: str | None
    words: list[str]


class RuleList(View):
    """All rules in the order in which they are asked."""

    items: list[RuleView]
    next: None = None


class RuleInput(Input):
    """A rule; without an id it is a new one."""

    queue: str
    id: str | None = None
    channel: str | None = None
    address: str | None = None
    language: str | None = None
    words: list[str] = field(default_factory=list)


class RulesInput(Input):
    """All rules, in order: what is not among them is removed."""

    items: list[RuleInput]


class Trial(Input):
    """A message that might come."""

    channel: str
    address: str = ""
    text: str = ""
    language: str = ""


class Verdict(View):
    """Where it would go. `rule` and `position` (from 1) are null when it goes to the channel's own queue."""

    rule: str | None
    position: int | None
    queue: Named
