"""A channel as it is set up, and as it is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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
    old_hook: str | None = None
    old_hook_until: datetime | None = None

    def answers_to(self, hook: str) -> bool:
        """Whether this is the end of its webhook address, or was it until a short time ago."""
        if hook == self.hook:
            return True
        return hook == self.old_hook and self.old_hook_until is not None and datetime.now(UTC) < self.old_hook_until


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel whose connector is open on this node."""

    channel: Channel
    manifest: Manifest
    connector: Connector
    receives: Receives | None
    """The same connector where it takes webhooks; found out once, since asking a protocol is slow."""
