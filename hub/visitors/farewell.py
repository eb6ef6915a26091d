"""The end of a talk as the visitor sees it: leaving, and saying how it was."""

import hashlib
from typing import Any, Protocol
from uuid import UUID, uuid5

from hub.errors import Conflict, Invalid
from hub.kernel.database import Database, Record, queries

QUERIES = queries(__package__)

BEST = 5
TEXT_LIMIT = 2000


class Ends(Protocol):
    """Ends the live session of a topic; see `hub.work.moves`."""

    async def abandon(self, topic: str) -> str | None: ...


class Farewell:
    """What a visitor may do when it is over."""

    def __init__(self, database: Database, ends: Ends) -> None:
        self._database = database
        self._ends = ends

    async def leave(self, visitor: str) -> None:
        """The visitor has left: what waited is abandoned, and who talked with him or her may wrap up."""
        if talk := await self._last_talk(visitor):
            await self._ends.abandon(str(talk["topic"]))

    async def rate(self, visitor: str, score: object, text: object) -> None:
        """How it was, from 1 to 5: a number in the ledger and a note in the thread. The first answer about a piece of work stands."""
        if type(score) is not int or not 1 <= score <= BEST:
            raise Invalid("invalid", f"score: a whole number from 1 to {BEST} is expected")
        talk = await self._last_talk(visitor)
        if talk is None:
            raise Conflict("nothing_to_rate", "nobody has answered here yet")
        note = _note(talk, score, str(text or "").strip()[:TEXT_LIMIT])
        async with self._database.transaction() as connection:
            if await connection.fetchval(QUERIES.rated, talk["root"], UUID(note["id"])):
                return
            await connection.execute(QUERIES.write_rating, note)
            await connection.execute(QUERIES.tell_rating, talk["work"], {"score": score})

    async def _last_talk(self, visitor: str) -> Record | None:
        return await self._database.row(QUERIES.last_talk, visitor)


def _note(talk: Record, score: int, text: str) -> dict[str, Any]:
    words = f"{'★' * score}{'☆' * (BEST - score)}\n\n{text}".strip()
    return {
        "id": str(uuid5(talk["work"], "rating")),
        "customer": str(talk["customer"]),
        "topic": str(talk["topic"]),
        "direction": "note",
        "author_kind": "system",
        "author": None,
        "subject": "",
        "text": words,
        "attachments": [],
        "context": {"rating": score},
        "body_hash": hashlib.sha256(words.encode()).hexdigest(),
    }
