"""A channel as it is set up, and as it is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from connectors.contract import Connector, Receives
from connectors.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Channel:
    """One row of `channel`, secrets opened."""

    id: UUID
    connector: str
    kind: str
    name: str
    hook: str
    queue: UUID
    brand: UUID
    enabled: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the queue rules: what it asks for, and where it leads. What it does not name fits always."""

    queue: UUID
    channel: UUID | None
    language: str | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel whose connector is open on this node."""

    channel: Channel
    manifest: Manifest
    connector: Connector
    receives: Receives | None
    """The same connector where it takes webhooks; found out once, since asking a protocol is slow."""


def choose_queue(channel: Channel, rules: tuple[Rule, ...], text: str, language: str) -> UUID:
    """The queue of the first rule that fits, else the channel's own. Pure."""
    fitting = [rule for rule in rules if rule.channel in (None, channel.id) and rule.language in (None, language)]
    said = text.casefold() if fitting else ""
    return next((rule.queue for rule in fitting if not rule.words or any(word in said for word in rule.words)), channel.queue)
