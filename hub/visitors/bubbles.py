"""The chat bubbles that are open here, and the pages they may stand on."""

from collections.abc import Callable, Mapping
from uuid import UUID

from hub.channels.model import OpenChannel


class Bubbles:
    """Finds the channel of a bubble and knows its origins."""

    def __init__(self, channels: Mapping[UUID, OpenChannel], own_addresses: Callable[[], set[str]]) -> None:
        self._channels = channels
        self._own_addresses = own_addresses

    def of(self, key: str) -> OpenChannel | None:
        """The bubble of a public key; the only one when no key is given."""
        live = self._live()
        if not key and len(live) == 1:
            return live[0]
        return next((one for one in live if one.channel.answers_to(key)), None)

    def allows(self, channel: OpenChannel, origin: str | None) -> bool:
        """Browsers name their page; a program that is no browser names none and has nothing but its own token."""
        pages = str(channel.channel.settings.get("origins", "")).split()
        return origin is None or origin in {*pages, *self._own_addresses()}

    def any_allows(self, origin: str | None) -> bool:
        """Whether a page may hold any of the bubbles."""
        return any(self.allows(one, origin) for one in self._live())

    def _live(self) -> list[OpenChannel]:
        return [one for one in self._channels.values() if one.manifest.live]
