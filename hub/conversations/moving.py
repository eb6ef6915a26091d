"""Puts messages where they belong: a matter of their own, another matter, another customer. The caller was asked for before."""

from collections.abc import Callable
from typing import Any

import msgspec

from hub.conversations.model import Moved, NewPlace, NewTopic, TopicName
from hub.conversations.reading import QUERIES
from hub.errors import Invalid, NotFound
from hub.kernel.database import Database, Record
from hub.kernel.refusals import settled


class Moving:
    """Moves messages, and back. Each move is one transaction; nothing is lost by any."""

    def __init__(self, database: Database, committed: Callable[[], None]) -> None:
        self._database = database
        self._committed = committed

    async def split(self, agent: str, message: str, owner: str, wanted: NewTopic) -> Moved:
        """Make a topic of a message and all that follow it in theirs. Raises NotFound, Invalid, Conflict."""
        return await self._move(agent, message, {"onward": True, "customer": owner, **_given(wanted)})

    async def move(self, agent: str, message: str, wanted: NewPlace) -> Moved:
        """Move to a topic, or to a customer, where it becomes a topic. Raises NotFound, Invalid, Conflict."""
        return await self._move(agent, message, _given(wanted))

    async def undo(self, agent: str, move: str) -> Moved:
        """Put back what a move moved. Raises NotFound, Conflict."""
        row = await self._settled(QUERIES.undo_move, move, agent)
        return await self._moved(move, row)

    async def owner_of_topic(self, topic: str) -> str:
        """The customer of a topic. Raises Invalid."""
        owner = await self._database.value(QUERIES.owner_of_topic, topic)
        if owner is None:
            raise Invalid("invalid", f"topic: there is no topic {topic}", fields={"topic": f"there is no topic {topic}"})
        return str(owner)

    async def customers_of(self, move: str) -> tuple[str, str]:
        """The customers between whom a move was made. Raises NotFound."""
        row = await self._database.row(QUERIES.places_of_move, move)
        if row is None:
            raise NotFound("not_found", f"there is no move {move}")
        return str(row["left"]), str(row["reached"])

    async def _move(self, agent: str, message: str, wanted: dict[str, Any]) -> Moved:
        row = await self._settled(QUERIES.move, {"onward": False, **wanted, "message": message, "agent": agent})
        return await self._moved(str(row["move"]), row)

    async def _settled(self, statement: str, *given: Any) -> Record:
        row = await settled(lambda: self._database.row(statement, *given))
        assert row is not None, "these statements answer one row or raise"
        self._committed()
        return row

    async def _moved(self, move: str, row: Record) -> Moved:
        topic = await self._database.row(QUERIES.topic, row["topic"])
        assert topic is not None
        name = TopicName(id=str(topic["id"]), code=topic["code"], subject=topic["subject"])
        return Moved(move=move, topic=name, customer=str(row["customer"]))


def _given(wanted: NewTopic | NewPlace) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
