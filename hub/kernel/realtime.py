"""Sockets of colleagues: who connects, rooms, publishing in the order of the ledger, and resuming after a break.

A domain registers projections: for batches of its event types they return what to push (`Push`), joined with the current rows in one
query. The same projections serve the live stream and the replay after a break, so both tell the same story. A push is a hint; the
ledger with a cursor is the truth.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import socketio

from hub.errors import Conflict, NotFound
from hub.kernel.database import GONE, UNFIT
from hub.kernel.ledger import EventRow, Ledger
from hub.kernel.push import EVERYBODY, SUPERVISORS, Projection, Push, customer_room, place, plain, projected, wire
from hub.kernel.storable import storable
from hub.kernel.web import Principal

log = logging.getLogger(__name__)

NAMESPACE = "/agent"
RESUME_LIMIT = 1000
"""Further behind than this many events a browser takes a new snapshot."""
GATHER_S = 0.5
"""For how long changes of lists are gathered."""
LARGE_ROOM = 32
"""Above this many sockets nothing per item goes to a list's room (a queue, the supervisors): it is told to fetch, once a second."""


class Snapshot(Protocol):
    """What a console needs to begin."""

    async def __call__(self, principal: Principal) -> Mapping[str, Any]: ...


class Doorkeeper(Protocol):
    """Knows who is behind a handshake, and the rooms that are his or hers."""

    async def admit(self, environ: Mapping[str, Any], auth: Any) -> Principal | None: ...

    async def rooms_of(self, principal: Principal) -> frozenset[str]: ...


class Presence(Protocol):
    """Is told when a colleague's first socket comes and the last one goes."""

    async def connected(self, agent: str) -> None: ...

    async def disconnected(self, agent: str) -> None: ...


@dataclass(slots=True)
class Seat:
    """One socket of one colleague."""

    principal: Principal
    rooms: frozenset[str]
    watching: str | None = None
    watches: int = 0
    """How often it asked to watch: answers to two questions may overtake each other, the last question counts."""
    registered: bool = False


@dataclass(slots=True)
class Wiring:
    """What the composition root gives to the sockets once the rooms are built."""

    doorkeeper: Doorkeeper
    presence: Presence
    snapshot: Snapshot
    root_of: Callable[[Principal, str], Awaitable[str]]
    """The root of a customer that the caller may see. Raises NotFound."""
    on_typing: Callable[[str, Principal, bool], Awaitable[None]]
    """Carries a colleague's typing (root, who, on) to the customer."""
    projections: dict[str, list[Projection]] = field(default_factory=dict)
    """Event type -> projections; each is asked once for all of its events of a batch."""

    unhurried: dict[str, list[Projection]] = field(default_factory=dict)
    """The same for what lists show: gathered, and told at most every half second."""

    def gather(self, *groups: Mapping[str, Projection]) -> None:
        """Add the unhurried projections of some rooms."""
        for group in groups:
            for type_, projection in group.items():
                self.unhurried.setdefault(type_, []).append(projection)

    def project(self, *groups: Mapping[str, Projection]) -> None:
        """Add the projections of some rooms."""
        for group in groups:
            for type_, projection in group.items():
                self.projections.setdefault(type_, []).append(projection)


class Realtime:
    """Publishes the ledger to the sockets of this node, and answers to them."""

    def __init__(self, server: socketio.AsyncServer, ledger: Ledger, wiring: Wiring) -> None:
        self._server = server
        self._ledger = ledger
        self._wiring = wiring
        self._lock = asyncio.Lock()
        self._seats: dict[str, Seat] = {}
        self.position = 0
        self._stale_rooms: set[str] = set()
        self._gathered: list[EventRow] = []
        self._something_gathered = asyncio.Event()

    def attach(self) -> None:
        """Register the namespace with the server."""
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        self._server.on("register", self._guarded(self._register), namespace=NAMESPACE)
        self._server.on("watch", self._guarded(self._watch), namespace=NAMESPACE)
        self._server.on("typing", self._guarded(self._typing), namespace=NAMESPACE)

    async def run(self) -> None:
        """Publish everything after now, for ever, and tell large rooms once a second."""
        self.position = await self._ledger.find_head()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ledger.follow(self._publish, self.position), name="realtime")
            group.create_task(self._tell_large_rooms(), name="realtime, large rooms")
            group.create_task(self._tell_gathered(), name="realtime, lists")
            group.create_task(self._tell_outages(), name="realtime, outages")

    async def push(self, type_: str, data: Any, rooms: Iterable[str]) -> None:
        """Tell the sockets of this node something that need not last."""
        await self._emit(Push(type_, data, frozenset(rooms)))

    async def push_everywhere(self, type_: str, data: Any, rooms: Iterable[str], *, but: str | None = None) -> None:
        """Tell the sockets of every node what only one of them knows (typing), but for one socket."""
        data = wire(Push(type_, data, frozenset()))
        await self._server.emit("event", data, to=list(rooms), skip_sid=but, namespace=NAMESPACE)

    async def cut(self, agent: str, session: str | None, reason: str) -> None:
        """End the sockets of a colleague's session, or all (None): signed out, disabled, another role."""
        theirs = [(sid, seat.principal) for sid, seat in self._seats.items() if seat.principal.agent == agent]
        for sid in [sid for sid, principal in theirs if session in (None, principal.session)]:
            await self._tell(Push("session.ended", {"reason": reason}, frozenset()), sid)
            await self._server.disconnect(sid, namespace=NAMESPACE)

    async def cut_all(self, reason: str) -> None:
        """End all sockets of this node; browsers come back by themselves, to another one."""
        for agent in {seat.principal.agent for seat in self._seats.values()}:
            await self.cut(agent, None, reason)

    def size(self, room: str) -> int:
        """How many sockets of this node are in a room."""
        return sum(room in seat.rooms for seat in self._seats.values() if seat.registered)

    @property
    def sockets(self) -> int:
        """How many colleagues' sockets this node has."""
        return len(self._seats)

    # ── Publishing ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _publish(self, events: Sequence[EventRow]) -> None:
        pushes = await self.project(events) if self._seats else []  # whoever sits down meanwhile waits for the lock, behind us
        async with self._lock:
            for push in pushes:
                await self._emit(push)
            self.position = events[-1].position
        if self._seats and (gathered := [event for event in events if event.type in self._wiring.unhurried]):
            self._gathered += gathered
            self._something_gathered.set()

    async def _tell_gathered(self) -> None:
        """Positions have gone on since: what is told late carries none, and need not be replayed, since a replay tells it anyway."""
        while True:
            await self._something_gathered.wait()
            await asyncio.sleep(GATHER_S)
            self._something_gathered.clear()
            events, self._gathered = self._gathered, []
            try:
                pushes = await projected(self._wiring.unhurried, events)
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("lists could not be told (%r); a fetch shows the same", error)
                continue
            for push in pushes:
                await self._emit(replace(push, position=None))

    async def project(self, events: Sequence[EventRow]) -> list[Push]:
        """What a batch of events means to sockets; each projection runs once for all of its events."""
        return await projected(self._wiring.projections, events)

    async def _emit(self, push: Push) -> None:
        rooms = [room for room in push.rooms if not self._too_large(room)]
        if rooms:
            await self._tell(push, rooms)

    async def _tell(self, push: Push, to: str | list[str]) -> None:
        """To sockets of this node only: every node follows the ledger by itself."""
        await self._server.emit("event", wire(push), to=to, namespace=NAMESPACE, ignore_queue=True)

    def _too_large(self, room: str) -> bool:
        lists = room == SUPERVISORS or room.startswith("queue:")
        if not lists or len(self._seats) <= LARGE_ROOM or self.size(room) <= LARGE_ROOM:
            return False
        self._stale_rooms.add(room)
        return True

    async def _tell_outages(self) -> None:
        """The database went away, or is back: consoles say so and keep what is written."""
        told: datetime | None = None
        while True:
            await asyncio.sleep(1)
            since = self._ledger.away_since
            if since and not told:
                await self._tell(Push("hub.degraded", {"what": "database", "since": since}, frozenset()), [EVERYBODY])
            elif told and not since:
                await self._tell(Push("hub.recovered", {}, frozenset()), [EVERYBODY])
            told = since

    async def _tell_large_rooms(self) -> None:
        while True:
            await asyncio.sleep(1)
            rooms, self._stale_rooms = list(self._stale_rooms), set()
            if rooms:
                await self._tell(Push("list.changed", {}, frozenset()), rooms)

    # ── Sockets ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any) -> None:
        principal = await self._wiring.doorkeeper.admit(environ, auth)
        if principal is None:
            raise socketio.exceptions.ConnectionRefusedError("not_signed_in")
        self._seats[sid] = Seat(principal, await self._wiring.doorkeeper.rooms_of(principal))
        if await self._wiring.doorkeeper.admit(environ, auth) is None:  # it ended while we asked, when there was no seat to cut yet
            del self._seats[sid]
            raise socketio.exceptions.ConnectionRefusedError("not_signed_in")

    async def _disconnect(self, sid: str, *_: object) -> None:
        seat = self._seats.pop(sid, None)
        if seat is None:
            return
        if seat.registered and seat.principal.agent not in self.seated():
            try:
                await self._wiring.presence.disconnected(seat.principal.agent)
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("that %s has left is written when the database is back (%r)", seat.principal.agent, error)
        if seat.watching:
            await self._tell_viewers(seat.watching)

    def _guarded(self, handle: Callable[[str, Seat, Any], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """A handler that raises would send no answer: errors leave as data, like in HTTP."""

        async def answer(sid: str, data: Any = None, *_: Any) -> Any:
            seat = self._seats.get(sid)
            if seat is None:
                return _refusal("not_signed_in", "sign in first")
            try:
                return await handle(sid, seat, storable(data) if isinstance(data, dict) else {})
            except UNFIT as error:
                log.info("socket of %s: %s", seat.principal.agent, type(error).__name__)
                return _refusal("invalid", "a value is not what it should be")
            except Exception as error:
                log.warning("socket of %s: %s", seat.principal.agent, error, exc_info=not hasattr(error, "code"))
                return _refusal(getattr(error, "code", "internal"), getattr(error, "message", "something broke here"))

        return answer

    async def _register(self, sid: str, seat: Seat, data: Mapping[str, Any]) -> Mapping[str, Any]:
        position = data.get("position")
        resumable = isinstance(position, int) and 0 <= self.position - position <= RESUME_LIMIT
        first = seat.principal.agent not in self.seated()
        # Before anything is awaited: of whoever goes meanwhile it is told, and no other tab counts as the last one.
        seat.registered = True
        if first:
            await self._wiring.presence.connected(seat.principal.agent)
        if resumable and isinstance(position, int):
            await self._resume(sid, seat, position)
            return {"position": self.position, "snapshot": None}
        async with self._lock:
            await self._sit(sid, seat)
            here = self.position
        return {"position": here, "snapshot": plain(await self._wiring.snapshot(seat.principal))}

    async def _resume(self, sid: str, seat: Seat, position: int) -> None:
        async with self._lock:
            await self._sit(sid, seat)
            while position < self.position:
                events = [event for event in await self._ledger.read(position) if event.position <= self.position]
                replayed = [*await self.project(events), *await projected(self._wiring.unhurried, events)]
                for push in sorted(replayed, key=place):
                    if push.rooms & seat.rooms:
                        await self._tell(push, sid)
                position = events[-1].position if events else self.position

    async def _sit(self, sid: str, seat: Seat) -> None:
        """Take the rooms. Raises Conflict when the socket went while we asked."""
        if sid not in self._seats:
            raise Conflict("gone", "this socket has ended")
        for room in seat.rooms:
            await self._server.enter_room(sid, room, namespace=NAMESPACE)

    async def _watch(self, sid: str, seat: Seat, data: Mapping[str, Any]) -> Mapping[str, Any]:
        wanted = data.get("customer")
        seat.watches += 1
        question = seat.watches
        root = await self._wiring.root_of(seat.principal, _id(wanted)) if wanted else None
        if question != seat.watches or sid not in self._seats:
            return {"ok": False, "position": self.position, "viewers": []}
        left, seat.watching = seat.watching, root
        if left and left != root:
            await self._server.leave_room(sid, customer_room(left), namespace=NAMESPACE)
            await self._tell_viewers(left)
        if root:
            await self._server.enter_room(sid, customer_room(root), namespace=NAMESPACE)
            await self._tell_viewers(root)
        return {"ok": True, "position": self.position, "viewers": self.viewers(root) if root else []}

    async def _typing(self, sid: str, seat: Seat, data: Mapping[str, Any]) -> None:
        root = seat.watching
        if root and data.get("customer"):
            who = {"kind": "human", "id": seat.principal.agent, "name": seat.principal.name}
            typing = {"root": root, "who": who, "on": bool(data.get("on"))}
            await self.push_everywhere("typing", typing, [customer_room(root)], but=sid)
            await self._wiring.on_typing(root, seat.principal, bool(data.get("on")))

    async def _tell_viewers(self, root: str) -> None:
        await self.push("viewing", {"root": root, "viewers": self.viewers(root)}, [customer_room(root)])

    def viewers(self, root: str) -> list[dict[str, str]]:
        """Who has a customer open on this node."""
        found = {seat.principal.agent: seat.principal.name for seat in self._seats.values() if seat.watching == root}
        return [{"id": agent, "name": name} for agent, name in found.items()]

    def seated(self) -> set[str]:
        """The colleagues who have a registered socket on this node."""
        return {seat.principal.agent for seat in self._seats.values() if seat.registered}


def _id(given: object) -> str:
    """A UUID. Raises NotFound: no such customer can exist."""
    try:
        return str(UUID(str(given)))
    except ValueError:
        raise NotFound("not_found", "there is no such customer") from None


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}
