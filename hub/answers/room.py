"""The room of automatic answers and alarms: its parts put together, for the composition root."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from hub.answers.alarms import Alarms
from hub.answers.answering import Answering
from hub.answers.api import AnswersApi
from hub.answers.keeping import AnswerBook
from hub.channels.model import OpenChannel
from hub.kernel.database import Database
from hub.kernel.health import figure
from hub.kernel.lease import Lease
from hub.kernel.ledger import EventRow
from hub.kernel.push import Projection
from hub.kernel.web import Route


class AnswersRoom:
    """What the hub needs of it. `channels`: those that are open on this node; `committed`: something was written."""

    def __init__(
        self, database: Database, node: UUID, channels: Callable[[], Mapping[UUID, OpenChannel]], committed: Callable[[], None]
    ) -> None:
        self._alarms = Alarms(database, committed)
        self._book = AnswerBook(database, channels, committed)
        self._answering = Answering(database, Lease(database, "answers", node), committed)

    def routes(self) -> list[Route]:
        """Its routes."""
        return AnswersApi(self._book, self._alarms).routes()

    def projections(self) -> Mapping[str, Projection]:
        """What supervisors' sockets hear."""
        return self._alarms.projections()

    def heard(self, events: Sequence[EventRow]) -> None:
        """What happened, on whichever node."""
        self._answering.heard(events)

    async def run(self) -> None:
        """Answer, for ever; and know how many alarms stand."""
        figure("hilo_alarms", "Alarms that nobody has settled", lambda: self._alarms.standing)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._alarms.keep_count(), name="alarms")
            group.create_task(self._answering.run(), name="automatic answers")
