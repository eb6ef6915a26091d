"""What a channel stands on: its address, its key, the way out to the web."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from connectors.contract import Surroundings
from connectors.egress import Egress
from hub.channels.model import Channel
from hub.channels.sharing import neighbours
from hub.kernel.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Ground:
    """The same for every channel of this process."""

    secrets: Secrets
    egress: Egress
    listen_host: str
    public_url: Callable[[], str]
    known: Callable[[], Iterable[Channel]]
    """All channels that there are, also those that are switched off."""
    tells: list[Callable[[UUID], None]] = field(default_factory=list)
    """Who hears that a channel became better or worse."""

    def webhook(self, hook: str) -> str:
        """The public address of a webhook's end."""
        return f"{self.public_url()}/hooks/{hook}"

    def surroundings(self, channel: Channel) -> Surroundings:
        """What the contract says that a connector is given."""
        return Surroundings(
            channel=str(channel.id),
            public_url=self.public_url(),
            key=self.secrets.subkey(f"channel {channel.id}"),
            listen_host=self.listen_host,
            now=time.time,
            webhook=self.webhook(channel.hook),
            egress=self.egress,
            neighbours=lambda: neighbours(channel, self.known(), self.webhook),
            unwell=lambda: self._tell(channel.id),
        )

    def _tell(self, channel: UUID) -> None:
        for tell in self.tells:
            tell(channel)
