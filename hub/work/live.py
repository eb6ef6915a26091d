"""What sockets are told of work, offers and presence: events of the ledger, joined with the present rows."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import asyncpg

from hub.kernel.database import GONE
from hub.kernel.ledger import EventRow
from hub.kernel.push import EVERYBODY, SUPERVISORS, Projection, Push, agent_room, queue_room
from hub.kernel.shapes import Named
from hub.work.model import OfferEnd
from hub.work.reading import WorkReading

log = logging.getLogger(__name__)

WORK_EVENTS = (
    *("work.queued", "work.assigned", "work.released", "work.transferred", "work.wrapping", "work.resumed", "work.extended"),
    *("work.completed", "work.coded", "work.abandoned", "work.canceled", "work.moved"),
    *("work.paused", "work.continued"),
)
OFFER_ENDS = ("offer.accepted", "offer.rejected", "offer.timed_out", "offer.rescinded", "offer.canceled")
NAME_EVENTS = ("customer.changed", "customer.identified", "customer.joined", "customer.parted")
MOVES = ("topic.split", "message.moved")
ASIDES = ("aside.answered", "aside.closed", "aside.reopened", "aside.read")
TALK_EVENTS = ("message.created", "conversation.read", *ASIDES, *MOVES, *NAME_EVENTS)
"""They change what a list shows of work: the last words, whose turn it is, what is unread, whose it is."""
EVENTS = (*WORK_EVENTS, "offer.created", *OFFER_ENDS, "status.changed")

AT_ONCE = 20
"""More changes of one kind than this in one go are not told one by one."""

Emit = Callable[[str, Any, Iterable[str]], Awaitable[None]]


class WorkLive:
    """The projection of this room; register it for all its events. Of several changes of one thing in a batch only the last is told."""

    def __init__(self, reading: WorkReading) -> None:
        self._reading = reading
        self._moved = asyncio.Event()
        self._accounts: set[str] = set()

    def projections(self) -> dict[str, Projection]:
        """One projection for all events, so that a batch costs one query for each sort of thing."""
        return dict.fromkeys(EVENTS, self.project)

    def unhurried(self) -> dict[str, Projection]:
        """What a list shows of a talk that goes on: several changes in half a second are told as one."""
        return dict.fromkeys(TALK_EVENTS, self.project)

    async def project(self, events: Sequence[EventRow]) -> list[Push]:
        """What the events mean to sockets."""
        if any(event.type not in TALK_EVENTS for event in events):
            self._moved.set()
        offers = await self._reading.offer_views({str(event.data["offer"]) for event in events if event.type == "offer.created"})
        pushes = [
            Push("offer.created", offers[id_], frozenset({agent_room(event.agent)}), event.position, event.at)
            for event in events
            if event.type == "offer.created" and (id_ := str(event.data["offer"])) in offers
        ]
        pushes += await self._offer_ends([event for event in events if event.type in OFFER_ENDS])
        pushes += await self._work(await self._touched(events))
        pushes += await self._statuses([event for event in events if event.agent and event.type not in TALK_EVENTS])
        return pushes

    async def _offer_ends(self, events: Sequence[EventRow]) -> list[Push]:
        names = await self._reading.names({str(event.actor) for event in events if event.actor})
        return [_offer_end(event, names) for event in events]

    async def _touched(self, events: Sequence[EventRow]) -> list[tuple[str, EventRow]]:
        """Each item that an event concerns, with the event, in order."""
        topics = {str(event.topic) for event in events if event.type == "message.created" and not event.work and event.topic}
        topics |= {topic for event in events for topic in _moved_between(event)}
        customers = {str(event.customer) for event in events if event.type == "conversation.read" and event.customer}
        renamed = {str(one) for event in events if event.type in NAME_EVENTS for one in (event.customer, event.data.get("other")) if one}
        works: dict[str, list[str]] = {}
        for work, place in await self._reading.open_work_in(topics, customers, renamed):
            works.setdefault(place, []).append(work)
        return [(work, event) for event in events for work in ([str(event.work)] if event.work else _found(works, event))]

    async def _work(self, touched: Sequence[tuple[str, EventRow]]) -> list[Push]:
        last = dict(touched)
        views = await self._reading.work_views(last)
        rooms = {id_: {SUPERVISORS} for id_ in last}
        for id_, event in touched:
            rooms[id_] |= _rooms(event)
        for id_, view in views.items():
            rooms[id_] |= {agent_room(view.agent.id)} if view.agent else {queue_room(view.queue.id)}
        return [Push("work.changed", views[id_], frozenset(rooms[id_]), one.position, one.at) for id_, one in last.items() if id_ in views]

    async def _statuses(self, events: Sequence[EventRow]) -> list[Push]:
        last = {str(event.agent): event for event in events}
        views = await self._reading.statuses(last)
        return [
            Push("status.changed", views[id_], frozenset({agent_room(id_), SUPERVISORS}), one.position, one.at)
            for id_, one in last.items()
            if id_ in views
        ]

    async def explained(self, ids: Sequence[str]) -> None:
        """There are new accounts of why these items wait: told with the next counts."""
        self._accounts.update(ids)
        self._moved.set()

    async def tell(self, emit: Emit, every_s: float = 1.0) -> None:
        """Tell what need not last, when something moved, at most once in `every_s` seconds; runs for ever."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            try:
                await self._tell_queues(emit)
                await self._tell_accounts(emit)
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("work: what moved could not be read (%r); a second later again", error)
                self._moved.set()
            await asyncio.sleep(every_s)

    async def _tell_queues(self, emit: Emit) -> None:
        await emit("queues.changed", {"items": await self._reading.queue_loads()}, [EVERYBODY])

    async def _tell_accounts(self, emit: Emit) -> None:
        """Why items wait, to whom they concern. Many at once are fetched rather than told one by one."""
        ids, self._accounts = self._accounts, set()
        if len(ids) > AT_ONCE:
            await emit("list.changed", {}, [SUPERVISORS])
            return
        for view in (await self._reading.work_views(ids)).values():
            await emit("work.changed", view, [SUPERVISORS, queue_room(view.queue.id)])


def _offer_end(event: EventRow, names: dict[str, str]) -> Push:
    outcome = event.type.removeprefix("offer.")
    actor = str(event.actor) if event.actor else None
    by = Named(id=actor, name=names.get(actor, "")) if actor else None
    ended = OfferEnd(id=str(event.data["offer"]), work=str(event.work), outcome=outcome, by=by)
    return Push("offer.ended", ended, frozenset({agent_room(event.agent), SUPERVISORS}), event.position, event.at)


def _moved_between(event: EventRow) -> list[str]:
    """The topics between which messages were moved."""
    return [str(one) for one in (event.topic, event.data.get("from"), event.data.get("to")) if one] if event.type in MOVES else []


def _found(works: dict[str, list[str]], event: EventRow) -> list[str]:
    if event.type in MOVES:
        return [work for topic in _moved_between(event) for work in works.get(topic, [])]
    if event.type in NAME_EVENTS:
        return [*works.get(str(event.customer), []), *works.get(str(event.data.get("other")), [])]
    return works.get(str(event.customer if event.type == "conversation.read" else event.topic), [])


def _rooms(event: EventRow) -> set[str]:
    """Whom one move concerns besides supervisors: those who had the item, and the queue in which it was."""
    if event.type in TALK_EVENTS:
        return set()
    rooms = {agent_room(agent) for agent in (event.agent, event.actor) if agent and event.type.startswith("work.")}
    return rooms | ({queue_room(event.queue)} if event.queue else set())
