"""What leaves: messages, actions on messages that are there, signs that are gone in a moment; and what a provider says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from connectors.arriving import Address, Choice, Media


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A template of the provider's, filled in. `variables`: name (or position, from "1") -> value."""

    name: str
    language: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing that the provider takes in one call, to one address. `id` is our own id, the same at every attempt.

    What is larger than the manifest allows, the hub has cut before: (`id`, `part`) is the provider's idempotency key where it has one.
    """

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
    """External id of the customer's message that this one answers, for the provider's quotation."""
    references: tuple[str, ...] = ()
    """External ids of the thread so far, oldest first."""
    author: str = ""
    """The name to show as sender's."""
    attempt: int = 1
    automatic: bool = False
    part: int = 0
    parts: int = 1
    sender: str = ""
    """Which of our addresses it leaves from, where the channel has several: the one that the customer wrote to last."""
    choices: tuple[Choice, ...] = ()
    """Buttons. Empty where the channel has none: the text then holds them as numbered lines."""
    template: TemplateUse | None = None
    tagged: bool = False
    """A human's answer after the free window, where the provider wants that said."""
    callback: str = ""
    """Where the provider shall report what became of it: the channel's webhook address with `/status/<id>` behind it."""
    forwarded: bool = False
    """Passed on to somebody else than the customer: nothing of it may lead an answer into the customer's conversation."""
    unsubscribe: str = ""
    """Where the recipient can say that he or she wants no more of this: for what nobody had asked for."""
    only: tuple[str, ...] = ()
    """Only to these of its recipients: the others have it. Empty: to all."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. `state` may already be higher (web chat hands over at once). `refused`: recipients that it did not take;
    `later`: recipients that it may take another time, with what it said of each."""

    external_id: str
    state: Literal["sent", "delivered"] = "sent"
    refused: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    """Further ids that the provider gave to it (an album: one for each picture): answers and reactions may name any of them."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something done to a message that is there already. `target`: its external id. Doing it twice does no more than once."""

    id: str
    kind: Literal["react", "edit", "delete"]
    to: Address
    target: str
    emoji: str = ""
    """For react; empty takes the sign away."""
    text: str = ""
    """For edit."""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """Gone in a moment, sent once, never retried: that an agent writes, or that the customer's messages up to `target` are read."""

    kind: Literal["typing", "read"]
    to: Address
    target: str = ""
    on: bool = True
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the provider has approved, for when free text is not allowed."""

    name: str
    language: str
    text: str
    """With `{{1}}` or `{{name}}` where a variable goes."""
    variables: tuple[str, ...] = ()
    category: str = ""
    state: Literal["approved", "pending", "rejected", "paused"] = "approved"
    examples: Mapping[str, str] = field(default_factory=dict)


STEP_S = 8.0
"""Seconds that one step of `check()` waits for an answer. The egress of a check keeps to it by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of `check()`: a stable name, whether it went well, how long it took (ms), and what to do if not, in both languages."""

    name: str
    ok: bool
    ms: float
    detail: str = ""
    """What the provider said, in its own words."""
    label: Mapping[str, str] = field(default_factory=dict)
    todo: Mapping[str, str] = field(default_factory=dict)
    tried: bool = True
    """False where it was not even tried, because the provider had given no answer before (an error with the code `not_tried`)."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a connector knows of itself; the hub adds last in, last out, the queue and the quarantine."""

    state: Literal["up", "degraded", "down"]
    detail: str = ""
    expires_at: float | None = None
    """When a token runs out."""
    quota: str = ""
    """What the provider still allows, in its own words."""
