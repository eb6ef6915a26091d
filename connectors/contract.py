"""The contract between the hub and every connector: plain data, one Protocol that each fulfils, and more for those that can more.

A connector knows a provider and nothing of the hub. It turns what arrives into `Delivery` (raw, kept) and then into events
(`Message`, `Receipt`, ...), and sends `Outgoing`. Times are seconds since the epoch, UTC.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol, Self, runtime_checkable

from connectors.arriving import (
    Address,
    Batch,
    Choice,
    Consent,
    Contact,
    Delete,
    Delivery,
    Echo,
    Edit,
    Event,
    Location,
    Media,
    Message,
    Profile,
    Reaction,
    Receipt,
    Reception,
    Typing,
    WebhookRequest,
)
from connectors.egress import Answer, Egress, closed_egress
from connectors.leaving import Action, Health, Outgoing, Sent, Signal, Step, Template, TemplateUse

__all__ = [
    "CONTRACT",
    "Action",
    "Acts",
    "Address",
    "Answer",
    "Batch",
    "Choice",
    "Collects",
    "Connector",
    "Consent",
    "Contact",
    "Delete",
    "Delivery",
    "Echo",
    "Edit",
    "Egress",
    "Event",
    "Fetches",
    "HasTemplates",
    "Health",
    "Installs",
    "Invites",
    "Listens",
    "Location",
    "Media",
    "Message",
    "Neighbours",
    "Outgoing",
    "Profile",
    "Reaction",
    "Receipt",
    "Receives",
    "Reception",
    "Reports",
    "Sent",
    "Signal",
    "Signals",
    "Step",
    "Surroundings",
    "Sweeps",
    "Template",
    "TemplateUse",
    "Traces",
    "Typing",
    "WebhookRequest",
]

CONTRACT = 1
"""The version of this contract; a manifest names the one it was written for."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The channels whose provider calls them at one address with this one (`shares` of the manifest)."""

    addresses: frozenset[str] = frozenset()
    """Webhook addresses of the hub's from which what comes is shown to this channel, its own among them."""
    names: tuple[str, ...] = ()
    """What the others that are switched on are called."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the hub hands to a connector when it opens: where the world reaches us, and a key of the channel's own for signing."""

    channel: str
    """The channel's id."""
    public_url: str
    key: bytes
    """32 bytes, secret, the same for the life of the channel: HMAC over ids and tokens that go out and come back."""
    listen_host: str = "127.0.0.1"
    now: Callable[[], float] = field(default=lambda: 0.0)
    webhook: str = ""
    """The public address of this channel's webhook."""
    egress: Egress = field(default_factory=closed_egress)
    """The only way out to the web."""
    region: str = "ES"
    """Where a phone number without a country is from."""
    neighbours: Callable[[], Neighbours] = Neighbours
    """Who else is called at one address with this channel, as of now."""
    unwell: Callable[[], None] = field(default=lambda: None)
    """To be called when `health()` became better or worse: it is asked at once, not only every few minutes."""


@runtime_checkable
class Connector(Protocol):
    """One channel, opened. `parse` is pure and synchronous: it may run in another process, and again years later."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    def parse(self, delivery: Delivery) -> list[Event]:
        """Turn a raw delivery into events. Raises MalformedPayload when it cannot be read."""
        ...

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand a message to the provider. Raises from the tree in `errors.py`; the class says what happens next."""
        ...

    async def check(self) -> list[Step]:
        """The *Check* button: try each step without reaching a customer."""
        ...


@runtime_checkable
class Listens(Protocol):
    """A connector that fetches by itself: polls, or keeps a server or socket open."""

    def listen(self, cursor: Mapping[str, object] | None) -> AsyncIterator[Batch]:
        """Yield batches for ever. Asking for the next one confirms that the last is stored."""
        ...


@runtime_checkable
class Collects(Protocol):
    """A connector that also fetches from where things wait, beside a server of its own: one node at a time does that, from a cursor."""

    def collect(self, cursor: Mapping[str, object] | None) -> AsyncIterator[Batch]:
        """As `listen` of a channel that polls: for ever, each batch with the cursor behind it. Asking for the next confirms the last."""
        ...


@runtime_checkable
class Receives(Protocol):
    """A connector that is called by its provider's webhooks."""

    def receive(self, request: WebhookRequest) -> Reception:
        """Verify a request and take it apart into items. Raises Refused when it is not the provider's.

        No input or output; looks only at `request.at` for the time. What is the provider's and cannot be read is a delivery all the same,
        on which `parse` raises MalformedPayload: nothing that was verified is lost.
        """
        ...


@runtime_checkable
class Sweeps(Protocol):
    """A connector whose provider has a history to look through for what was missed."""

    def sweep(self, since: float) -> AsyncIterator[Batch]:
        """All that the provider had for us since then, as deliveries with the very ids that its webhooks would have given them."""
        ...


@runtime_checkable
class Traces(Protocol):
    """A connector whose provider can be asked what became of one message of ours."""

    async def trace(self, external_ids: Sequence[str]) -> Sequence[Delivery]:
        """What became of these, as deliveries with the very ids that its webhooks would have given them; nothing of what is not decided."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A connector whose files have to be fetched from the provider."""

    def fetch(self, media: Media) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of an incoming file, through the egress client. Raises Rejected when it is gone, Unavailable when it may come later."""
        ...


@runtime_checkable
class Acts(Protocol):
    """A connector that can change what is there: reactions, edits, deletions, as its manifest says."""

    async def act(self, action: Action) -> None:
        """Raises as `send` does."""
        ...


@runtime_checkable
class Signals(Protocol):
    """A connector that passes on that an agent writes, or has read."""

    async def signal(self, signal: Signal) -> None:
        """Once, best effort. Raises as `send` does; nobody retries."""
        ...


@runtime_checkable
class HasTemplates(Protocol):
    """A connector whose provider keeps templates."""

    async def templates(self) -> Sequence[Template]: ...


@runtime_checkable
class Installs(Protocol):
    """A connector that can set its webhook at the provider's by itself."""

    async def install(self) -> list[Step]:
        """Set the provider's webhook to `surroundings.webhook`. Steps as in `check`."""
        ...

    async def uninstall(self) -> None:
        """Take it away again."""
        ...


@runtime_checkable
class Invites(Protocol):
    """A connector whose customers come to us by a link, which can say who follows it."""

    async def invite(self, address: Address, until: float) -> str:
        """A link. The first message of who follows it until then names this address in `proves`. Raises as `send` does.

        The link is signed with the channel's own key: on another channel it proves nothing.
        """
        ...


@runtime_checkable
class Reports(Protocol):
    """A connector that knows more about its health than whether it is running."""

    async def health(self) -> Health:
        """How it is. May raise as `send` does: what an admin must mend (AuthFailed) means down, anything else degraded."""
        ...
