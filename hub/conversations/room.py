"""This room, wired: what reads, writes and acts on conversations, and their routes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from connectors.manifest import Manifest
from hub.conversations import live
from hub.conversations.acting import Acting
from hub.conversations.api import ConversationsApi
from hub.conversations.files import Examine, Files
from hub.conversations.mailing import Signatures
from hub.conversations.moving import Moving
from hub.conversations.moving_api import MovingApi
from hub.conversations.reading import Conversations, Timeline
from hub.conversations.reading import Customers as Readable
from hub.conversations.writing import Customers as Reachable
from hub.conversations.writing import Templates, Writer
from hub.kernel.blobs import Blobs
from hub.kernel.database import Database
from hub.kernel.push import Projection
from hub.kernel.shapes import Named
from hub.kernel.web import Route


class Customers(Readable, Reachable, Protocol):
    """Knows customers, who may see them, and the ways to answer them."""


@dataclass(frozen=True, slots=True)
class Ties:
    """Whom this room tells and asks: that something was committed, who has a customer open, that a colleague has read up to a number;
    what is in a file, where somebody examines them."""

    committed: Callable[[], None]
    viewers: Callable[[str], list[Named]]
    on_read: Callable[[str, int], None]
    examine: Examine | None = None


class ConversationRoom:
    """The parts, by name."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        customers: Customers,
        timeline: Timeline,
        templates: Templates,
        signatures: Signatures,
        manifest: Callable[[str], Manifest],
        ties: Ties,
        reopen_hours: int,
    ) -> None:
        self.conversations = Conversations(database, customers, timeline, ties.viewers)
        self.writer = Writer(database, blobs, customers, templates, signatures, manifest, ties.committed, ties.on_read, reopen_hours)
        acting = Acting(database, manifest, ties.committed)
        self._moving_api = MovingApi(Moving(database, ties.committed), self.conversations, customers)
        self._api = ConversationsApi(
            self.conversations, self.writer, acting, Files(database, blobs, customers, ties.examine), blobs, customers
        )

    def routes(self) -> list[Route]:
        """All routes of this room."""
        return [*self._api.routes(), *self._moving_api.routes()]

    def projections(self) -> Mapping[str, Projection]:
        """What sockets hear of this room's events."""
        return live.projections(self.conversations)
