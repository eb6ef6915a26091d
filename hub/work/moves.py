"""The moves of work: what agents, supervisors and customers do with it. The database decides who was first."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hub.errors import Invalid, NotFound
from hub.kernel.database import Database
from hub.kernel.web import Principal
from hub.work.calls import Calls
from hub.work.model import TransferInput, WrapUpInput
from hub.work.sql import QUERIES

ANYBODYS = "work.assign_any"
"""The permission to move work that is in somebody else's hands."""
KEPT_S = 120
"""For how long work that is handed to a colleague is kept for him or her."""


class Moves:
    """Each move is one short transaction. All raise NotFound and Conflict with a code that says why."""

    def __init__(self, database: Database, *, written: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._calls = Calls(database, written)

    async def accept(self, who: Principal, offer: str) -> str:
        """Take what was offered; returns the work. Conflict "offer_ended" when it is over."""
        work: str = await self._calls.call(QUERIES.accept_offer, offer, who.agent)
        return work

    async def decline(self, who: Principal, offer: str, reason: str) -> None:
        """Not take it. Conflict "offer_ended" when it is over."""
        await self._calls.call(QUERIES.decline_offer, offer, who.agent, reason)

    async def finish(self, who: Principal, work: str) -> None:
        """The talk is over; the time to wrap up begins."""
        await self._calls.call(QUERIES.finish_work, work, who.agent, who.may(ANYBODYS))

    async def resume(self, who: Principal, work: str) -> None:
        """The talk goes on after all: back from the wrap-up."""
        await self._calls.call(QUERIES.resume_work, work, who.agent, who.may(ANYBODYS))

    async def extend(self, who: Principal, work: str) -> None:
        """One minute more to wrap up."""
        await self._calls.call(QUERIES.extend_wrapping, work, who.agent, who.may(ANYBODYS))

    async def wrap_up(self, who: Principal, work: str, given: WrapUpInput) -> None:
        """Complete it. The same again changes nothing; other words get Conflict "wrapped_up". What nobody has read is new work."""
        codes = [row["id"] for row in await self._database.rows(QUERIES.wrap_up_codes)]
        if given.code not in codes:
            said = f"there is no wrap-up code {given.code!r}; allowed: {', '.join(codes)}"
            raise Invalid("invalid", f"code: {said}", fields={"code": said})
        if given.commitment and given.commitment.due_at <= datetime.now(UTC):
            said = "a promise is for a time to come"
            raise Invalid("promise_past", f"commitment.due_at: {said}", fields={"commitment.due_at": said})
        promise = given.commitment and {"text": given.commitment.text, "due_at": given.commitment.due_at}
        await self._calls.call(QUERIES.wrap_up_work, work, who.agent, who.may(ANYBODYS), given.code, given.note, promise)

    async def release(self, who: Principal, work: str) -> None:
        """Back to the queue, with its age."""
        await self._calls.call(QUERIES.release_work, work, who.agent, who.may(ANYBODYS))

    async def assign(self, who: Principal, work: str, agent: str) -> None:
        """Into an agent's hands without asking. For others than oneself the caller must be allowed to; the API checks that."""
        await self._calls.call(QUERIES.assign_work, work, agent, who.agent, who.may(ANYBODYS))

    async def transfer(self, who: Principal, work: str, to: TransferInput) -> None:
        """To another queue or to a colleague, with its age; the note is written into the thread in the same transaction."""
        note = await self._note(who, work, to.note) if to.note.strip() else None
        move = (QUERIES.transfer_work, (work, who.agent, who.may(ANYBODYS), to.queue, to.agent, KEPT_S, note and note["id"]))
        await self._calls.together(*([(QUERIES.write_note, (note,))] if note else []), move)

    async def abandon(self, topic: str) -> str | None:
        """The customer has left the live session of a topic; the work that this concerns, if any."""
        work: str | None = await self._calls.call(QUERIES.abandon_topic, topic)
        return work

    async def _note(self, who: Principal, work: str, text: str) -> dict[str, Any]:
        place = await self._database.row(QUERIES.place_of_note, work)
        if place is None:
            raise NotFound("not_found", f"there is no work {work}")
        return {
            "id": str(uuid4()),
            "customer": place["customer"],
            "topic": place["topic"],
            "direction": "note",
            "author_kind": "human",
            "author": who.agent,
            "subject": "",
            "text": text,
            "attachments": [],
            "context": {},
            "body_hash": hashlib.sha256(text.encode()).hexdigest(),
        }
