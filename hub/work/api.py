"""Routes: one's own status and offers, work and what is done with it, queues."""

from hub.errors import Forbidden, NotFound
from hub.kernel.web import SIGNED_IN, Call, Route, get, post, put
from hub.work.model import (
    Accepted,
    Activities,
    AssignInput,
    DeclineInput,
    Offers,
    QueueLoads,
    Status,
    StatusInput,
    TransferInput,
    Why,
    Work,
    WorkPage,
    WorkQuery,
    WrapUpCodes,
    WrapUpInput,
)
from hub.work.moves import ANYBODYS, Moves
from hub.work.presence import Presence
from hub.work.reading import WorkReading

READ, TAKE = "conversation.read", "work.take"


class WorkApi:
    """Everything about work over HTTP."""

    def __init__(self, reading: WorkReading, moves: Moves, presence: Presence) -> None:
        self._reading = reading
        self._moves = moves
        self._presence = presence

    def routes(self) -> list[Route]:
        """The routes of this room."""
        return [
            get("/me/status", self.status, needs=SIGNED_IN, answers={200: Status}),
            put("/me/status", self.set_status, needs=SIGNED_IN, body=StatusInput, answers={200: Status}),
            get("/activities", self.activities, needs=SIGNED_IN, answers={200: Activities}),
            get("/wrap-up-codes", self.wrap_up_codes, needs=SIGNED_IN, answers={200: WrapUpCodes}),
            get("/queues", self.queues, needs="queue.read", answers={200: QueueLoads}),
            get("/offers", self.offers, needs=TAKE, answers={200: Offers}),
            post("/offers/{id}/accept", self.accept, needs=TAKE, answers={200: Accepted}),
            post("/offers/{id}/decline", self.decline, needs=TAKE, body=DeclineInput, answers={204: None}),
            get("/work", self.works, needs=READ, query=WorkQuery, answers={200: WorkPage}),
            get("/work/{id}", self.work, needs=READ, answers={200: Work}),
            get("/work/{id}/why", self.why, needs=READ, answers={200: Why}),
            post("/work/{id}/finish", self.finish, needs=TAKE, answers={200: Work}),
            post("/work/{id}/resume", self.resume, needs=TAKE, answers={200: Work}),
            post("/work/{id}/extend", self.extend, needs=TAKE, answers={200: Work}),
            post("/work/{id}/wrap-up", self.wrap_up, needs=TAKE, body=WrapUpInput, answers={200: Work}),
            post("/work/{id}/release", self.release, needs=TAKE, answers={200: Work}),
            post("/work/{id}/assign", self.assign, needs=TAKE, body=AssignInput, answers={200: Work}),
            post("/work/{id}/transfer", self.transfer, needs=TAKE, body=TransferInput, answers={200: Work}),
        ]

    async def status(self, call: Call) -> Status:
        """Where one stands."""
        return (await self._reading.statuses([call.who.agent]))[call.who.agent]

    async def set_status(self, call: Call) -> Status:
        """Set one's activity, kinds of channel, or what comes after the current work."""
        await self._presence.set_status(call.who.agent, call.body)
        await self._presence.announced(call.who.agent)
        return await self.status(call)

    async def activities(self, call: Call) -> Activities:
        """What one can be doing."""
        return Activities(items=await self._reading.activities())

    async def wrap_up_codes(self, call: Call) -> WrapUpCodes:
        """What can have come of work."""
        return WrapUpCodes(items=await self._reading.wrap_up_codes())

    async def queues(self, call: Call) -> QueueLoads:
        """Every queue with what waits in it and who serves it."""
        return QueueLoads(items=await self._reading.queue_loads())

    async def offers(self, call: Call) -> Offers:
        """What is offered to the caller. A program without a socket is present for a minute after it set its status or asked for this."""
        self._presence.asked(call.who.agent)
        return Offers(items=await self._reading.offers_of(call.who.agent))

    async def accept(self, call: Call) -> Accepted:
        """Take what was offered."""
        return Accepted(work=await self._view(call, await self._moves.accept(call.who, call.id())))

    async def decline(self, call: Call) -> None:
        """Not take what was offered, and say why."""
        await self._moves.decline(call.who, call.id(), call.body.reason)

    async def works(self, call: Call) -> WorkPage:
        """Work by state, by queue, or one's own."""
        return await self._reading.work_page(call.query, call.who.agent)

    async def work(self, call: Call) -> Work:
        """One item."""
        return await self._view(call, call.id())

    async def why(self, call: Call) -> Why:
        """Why an item waits, where it stands and how long it will take."""
        return await self._reading.why(await self._view(call, call.id()))

    async def finish(self, call: Call) -> Work:
        """The talk is over; the wrap-up begins."""
        await self._moves.finish(call.who, call.id())
        return await self._view(call, call.id())

    async def resume(self, call: Call) -> Work:
        """The talk goes on after all: out of the wrap-up, back to the customer."""
        await self._moves.resume(call.who, call.id())
        return await self._view(call, call.id())

    async def extend(self, call: Call) -> Work:
        """One minute more to wrap up."""
        await self._moves.extend(call.who, call.id())
        return await self._view(call, call.id())

    async def wrap_up(self, call: Call) -> Work:
        """Complete the work with a code, a note and perhaps a promise; the same again changes nothing."""
        await self._moves.wrap_up(call.who, call.id(), call.body)
        return await self._view(call, call.id())

    async def release(self, call: Call) -> Work:
        """Give the work back to its queue."""
        await self._moves.release(call.who, call.id())
        return await self._view(call, call.id())

    async def assign(self, call: Call) -> Work:
        """Put work into one's own hands; into anybody's with the permission work.assign_any, even beyond capacity."""
        agent = str(call.body.agent)
        if agent != call.who.agent and not call.who.may(ANYBODYS):
            raise Forbidden(
                "not_allowed", f"your role ({call.who.role}) does not have the permission {ANYBODYS}: assign work to yourself only"
            )
        await self._moves.assign(call.who, call.id(), agent)
        return await self._view(call, call.id())

    async def transfer(self, call: Call) -> Work:
        """Hand the work to another queue or to a colleague, with a note."""
        await self._moves.transfer(call.who, call.id(), call.body)
        return await self._view(call, call.id())

    async def _view(self, call: Call, id_: str) -> Work:
        views = await self._reading.work_views([id_], call.who.agent)
        if id_ not in views:
            raise NotFound("not_found", f"there is no work {id_}")
        return views[id_]
