"""HTTP: what a colleague writes down at the counter."""

from collections.abc import Callable, Mapping
from typing import Protocol
from uuid import UUID

from hub.channels.model import OpenChannel
from hub.kernel.database import Database
from hub.kernel.shapes import Named
from hub.kernel.web import Answer, Call, Principal, Route, post
from hub.visits.model import NewPersonVisit, RecordedVisit, VisitInput
from hub.visits.recording import Assigns, Takes, Visits


class Customers(Protocol):
    """Finds a customer through the caller."""

    async def customer_for(self, principal: Principal, customer: str) -> Named: ...


class VisitsApi:
    """Routes of the counter."""

    def __init__(
        self,
        database: Database,
        intake: Takes,
        moves: Assigns,
        channels: Callable[[], Mapping[UUID, OpenChannel]],
        customers: Customers,
    ) -> None:
        self._visits = Visits(database, intake, moves, channels)
        self._customers = customers

    def routes(self) -> list[Route]:
        """All routes of this room."""
        needs, answers = "conversation.write", {201: RecordedVisit, 200: RecordedVisit}
        return [
            post("/customers/{id}/visits", self.of_customer, needs=needs, body=VisitInput, answers=answers),
            post("/visits", self.of_somebody_new, needs=needs, body=NewPersonVisit, answers=answers),
        ]

    async def of_customer(self, call: Call) -> Answer:
        """Write down a visit, a letter or a fax of a customer. The same id again answers 200 with the same."""
        customer = (await self._customers.customer_for(call.who, call.id())).id
        return _answer(*await self._visits.record(call.who, customer, call.body))

    async def of_somebody_new(self, call: Call) -> Answer:
        """Write down a visit, a letter or a fax of somebody who is new. The same id again answers 200 with the same."""
        return _answer(*await self._visits.record(call.who, None, call.body))


def _answer(recorded: RecordedVisit, fresh: bool) -> Answer:
    return Answer(201 if fresh else 200, recorded)
