"""The room of channels, put together: what the composition root and the command line need of it."""

from collections.abc import Callable

from hub.channels.api import ChannelsApi, GalleryApi, Openings, RulesApi
from hub.channels.checking import Checking
from hub.channels.ground import Ground
from hub.channels.live import ChannelsLive
from hub.channels.ordering import RuleBook
from hub.channels.reading import ChannelReading
from hub.channels.reporting import Reporting
from hub.channels.store import ChannelStore
from hub.kernel.database import Database
from hub.kernel.ledger import EventRow
from hub.kernel.web import Route


class Administration:
    """Channels as they are set up, tried, shown and told of."""

    def __init__(
        self,
        database: Database,
        store: ChannelStore,
        ground: Ground,
        written: Callable[[], None],
    ) -> None:
        self.store = store
        self.checking = Checking(ground.surroundings)
        self.reading = ChannelReading(database, store, ground.webhook, self.checking.installs)
        self.live = ChannelsLive(lambda ids: self.reading.tiles(ids, archived=True))
        self.reporting = Reporting(database, written)
        ground.tells.append(self.reporting.ask)
        self.rules = RuleBook(database, store)

    def heard(self, event: EventRow, changed: Callable[[], None]) -> None:
        """What this node does about an event of a channel's: `changed` is called when channels must be opened or closed."""
        if event.type in ("channel.created", "channel.changed"):
            changed()
        elif event.channel and event.type in ("channel.installed", "channel.uninstalled"):
            self.reporting.ask(event.channel)

    def routes(self, openings: Openings) -> list[Route]:
        """All routes of this room."""
        channels = ChannelsApi(self.store, self.reading, self.checking, openings)
        return [*channels.routes(), *GalleryApi().routes(), *RulesApi(self.rules).routes()]
