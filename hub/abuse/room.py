"""This room, wired: what keeps senders out, the folder, their routes, and what sockets hear."""

from collections.abc import Callable, Mapping

from hub.abuse import live
from hub.abuse.api import AbuseApi, Customers
from hub.abuse.blocking import Blocking
from hub.abuse.folder import Folder
from hub.kernel.database import Database
from hub.kernel.push import Projection
from hub.kernel.web import Route


class AbuseRoom:
    """The parts."""

    def __init__(self, database: Database, customers: Customers, committed: Callable[[], None]) -> None:
        self._database = database
        self._api = AbuseApi(database, Blocking(database, committed), Folder(database), customers)

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return self._api.routes()

    def unhurried(self) -> Mapping[str, Projection]:
        """What sockets hear, gathered."""
        return live.unhurried(self._database)
