"""The contract between the hub and every connector: plain data, and one Protocol that each connector fulfils.

A connector knows a provider and nothing of the hub. It turns what arrives into `Delivery` (raw, kept) and then into events
(`Message`, `Receipt`, ...), and sends `Outgoing`. Times are seconds since the epoch, UTC.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, runtime_checkable

CONTRACT = 1
"""The version of this contract; a manifest names the one it was written for."""


# ── Both ways ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody can be reached: kind (email, phone, visitor, account, ...), normalised value, name as shown by the provider."""

    kind: str
    value: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A file. Incoming: `data`, or a `url` that the hub fetches through its egress client. Outgoing: always `data`."""

    name: str
    content_type: str
    data: bytes | None = None
    url: str | None = None
    content_id: str = ""
    """Set for a picture inside HTML (`cid:`), empty for a file of its own."""
    upload: str = ""
    """The id of a file that the hub has already, because the sender uploaded it there (web chat)."""


# ── In ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Delivery:
    """One raw thing that arrived, exactly as it came; stored before anything is acknowledged."""

    kind: str
    """The connector's own word: what `parse` will find in `body`."""
    external_id: str
    """The provider's id of this delivery; the same delivery again has the same id (content hash where there is none)."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a poll or socket channel yields: deliveries, and the cursor that follows them. Asking for the next one confirms it."""

    deliveries: tuple[Delivery, ...]
    cursor: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request to a channel's webhook, body unread by anybody else. `headers` have lower-case names."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Reception:
    """Verified deliveries and the answer to give once they are stored."""

    deliveries: tuple[Delivery, ...] = ()
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Message:
    """Something a customer wrote."""

    external_id: str
    sender: Address
    text: str = ""
    html: str = ""
    """Already sanitised by the connector; shown only inside a sandboxed frame."""
    subject: str = ""
    attachments: tuple[Media, ...] = ()
    at: float | None = None
    to: str = ""
    """Our address that it was sent to, where a channel has several."""
    answers: tuple[str, ...] = ()
    """Ids of messages of ours that it answers, *proved* (a signature verified, or the provider's word). Never a mere claim."""
    reply_to: tuple[str, ...] = ()
    """External ids it answers, as claimed by the sender; for showing, not for joining."""
    session: str = ""
    """The live session it belongs to (web chat), where there is one."""
    automatic: bool = False
    """Written by a machine (vacation notice, list, bounce): shown, never answered automatically."""
    proves: tuple[Address, ...] = ()
    """Other addresses that this delivery proves to be the same person's (a signed token of the shop)."""
    claims: Mapping[str, str] = field(default_factory=dict)
    """What the sender says of himself (name, email, phone, order): a hint for the agent, never a join."""
    context: Mapping[str, object] = field(default_factory=dict)
    """Where it was written: page, campaign, cc, whole text with quotes, authentication results."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fate of a message of ours. States only climb: sent, delivered, read; failed is final unless a higher one comes."""

    state: Literal["sent", "delivered", "read", "failed"]
    external_id: str = ""
    """The provider's id of our message; or `message`, when our own id comes back."""
    message: str = ""
    reason: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """The customer is writing (or has stopped)."""

    sender: Address
    on: bool = True


@dataclass(frozen=True, slots=True)
class Reaction:
    """The customer put a sign on a message; an empty `emoji` takes it away."""

    external_id: str
    sender: Address
    target: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Edit:
    """The customer changed a message."""

    external_id: str
    sender: Address
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Delete:
    """The customer took a message back."""

    external_id: str
    sender: Address
    target: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What the provider says of the sender: a name, a language, a picture's address."""

    sender: Address
    name: str = ""
    language: str = ""
    claims: Mapping[str, str] = field(default_factory=dict)


Event = Message | Receipt | Typing | Reaction | Edit | Delete | Profile


# ── Out ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message of ours to one address. `id` is our own id, the same at every attempt: the provider's idempotency key where it has one."""

    id: str
    to: Address
    text: str
    html: str = ""
    subject: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    attachments: tuple[Media, ...] = ()
    topic: str = ""
    """The topic's tracking code."""
    answers: str = ""
    """External id of the customer's message that this one answers."""
    references: tuple[str, ...] = ()
    """External ids of the thread so far, oldest first."""
    author: str = ""
    """The name to show as sender's."""
    attempt: int = 1
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. `state` may already be higher (web chat hands over at once). `refused`: recipients that it did not take."""

    external_id: str
    state: Literal["sent", "delivered"] = "sent"
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of `check()`: a stable name, whether it went well, how long it took, and what to do if not."""

    name: str
    ok: bool
    ms: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What a connector knows of itself; the hub adds last in, last out and the queue."""

    state: Literal["up", "degraded", "down"]
    detail: str = ""
    expires_at: float | None = None


# ── The Protocol ─────────────────────────────────────────────────────────────────────────────────────────────────────


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
class Receives(Protocol):
    """A connector that is called by its provider's webhooks."""

    def receive(self, request: WebhookRequest) -> Reception:
        """Verify a request. Raises Refused when it is not the provider's. No input or output; looks only at `request.at` for the time."""
        ...


@runtime_checkable
class Sweeps(Protocol):
    """A connector whose provider has a history to look through for what was missed."""

    def sweep(self, since: float) -> AsyncIterator[Batch]: ...


@runtime_checkable
class Reports(Protocol):
    """A connector that knows more about its health than whether it is running."""

    async def health(self) -> Health: ...
