"""This room, wired: what reads and writes side conversations, their routes and what sockets hear of them."""

from collections.abc import Callable, Mapping

from hub.asides import live
from hub.asides.api import AsidesApi
from hub.asides.asking import Asking, Writer
from hub.asides.reading import Asides, Customers, Messages
from hub.kernel.database import Database
from hub.kernel.push import Projection
from hub.kernel.web import Route


class AsideRoom:
    """The parts, by name."""

    def __init__(self, database: Database, customers: Customers, messages: Messages, writer: Writer, committed: Callable[[], None]) -> None:
        self.asides = Asides(database, customers, messages)
        self.asking = Asking(database, self.asides, customers, writer, committed)

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return AsidesApi(self.asides, self.asking).routes()

    def projections(self) -> Mapping[str, Projection]:
        """Event type -> projection."""
        return live.projections(self.asides)
