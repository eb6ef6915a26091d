"""The visitors' sockets: hello, messages acknowledged after the commit, and what is pushed to them from the ledger."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import socketio

from hub.channels.model import OpenChannel
from hub.errors import Conflict, HubError, Invalid, TooMany
from hub.kernel.database import GONE, UNFIT
from hub.kernel.ledger import EventRow, Ledger
from hub.kernel.storable import storable
from hub.visitors.desk import VisitorDesk
from hub.visitors.farewell import Farewell
from hub.visitors.limits import VisitorLimits
from hub.visitors.tokens import BadIdentity, VisitorTokens, read_identity

log = logging.getLogger(__name__)

NAMESPACE = "/visitor"
BURST, BURST_S = 200, 10.0
"""Events of one socket, of every kind."""
REFRESH_S = 2.0
"""How often those who wait are told their place, when anything moved."""


@dataclass(slots=True)
class Guest:
    """One socket of one visitor."""

    channel: OpenChannel
    address: str
    visitor: str = ""
    known: list[dict[str, str]] = field(default_factory=list)
    page: dict[str, Any] | None = None
    locale: str = ""
    claims: dict[str, str] = field(default_factory=dict)
    burst: int = 0
    burst_ends: float = 0.0

    def slow_down(self, now: float) -> None:
        """One more event. Raises TooMany for what no chat bubble does."""
        if now >= self.burst_ends:
            self.burst, self.burst_ends = 0, now + BURST_S
        self.burst += 1
        if self.burst > BURST:
            raise TooMany("too_fast", "too many events at once; they can be sent again in a moment", retry_after=self.burst_ends - now)


TellTyping = Callable[[str, str, bool], Awaitable[None]]
"""Root, name, on: carries a visitor's typing to those who have the customer open."""


class VisitorSockets:
    """All visitors of this node."""

    def __init__(
        self,
        server: socketio.AsyncServer,
        ledger: Ledger,
        desk: VisitorDesk,
        farewell: Farewell,
        tokens: VisitorTokens,
        limits: VisitorLimits,
        channel_of: Callable[[str], OpenChannel | None],
        origin_allowed: Callable[[OpenChannel, str | None], bool],
        tell_typing: TellTyping,
    ) -> None:
        self._server = server
        self._ledger = ledger
        self._desk = desk
        self._farewell = farewell
        self._tokens = tokens
        self._limits = limits
        self._channel_of = channel_of
        self._origin_allowed = origin_allowed
        self._tell_typing = tell_typing
        self._guests: dict[str, Guest] = {}
        self._moved = asyncio.Event()
        self._told: dict[str, dict[str, Any]] = {}

    def attach(self) -> None:
        """Register the namespace with the server."""
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        for name, handle in {
            "hello": self._hello,
            "message": self._message,
            "typing": self._typing,
            "received": self._received,
            "read": self._read,
            "profile": self._profile,
            "end": self._end,
            "rate": self._rate,
        }.items():
            self._server.on(name, self._guarded(handle), namespace=NAMESPACE)

    async def run(self) -> None:
        """Push what happens, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ledger.follow(self._publish, await self._ledger.find_head()), name="visitors")
            group.create_task(self._tell_places(), name="visitors, places in the queue")

    async def agent_typing(self, customers: Sequence[Any], name: str, on: bool) -> None:
        """A colleague writes to a customer: his or her bubbles show it."""
        for visitor in await self._desk.visitors_of(customers):
            await self._emit(visitor, "typing", {"on": on, "name": name.split(" ", maxsplit=1)[0]})

    @property
    def sockets(self) -> int:
        """How many visitors' sockets this node has."""
        return len(self._guests)

    # ── From the ledger ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _publish(self, events: Sequence[EventRow]) -> None:
        if not self._guests:
            return
        await self._push_messages([one for one in events if one.type in ("message.created", "message.changed") and one.message])
        moved = [
            one.customer for one in events if one.customer and (one.type.startswith(("work.", "topic.")) or one.type == "conversation.read")
        ]
        if moved:
            await self._push_states(await self._desk.visitors_of(moved))
            self._moved.set()

    async def _push_messages(self, events: Sequence[EventRow]) -> None:
        created = {one.message for one in events if one.type == "message.created"}
        if ids := [one.message for one in events if one.message]:
            for visitor, message in await self._desk.messages(ids):
                new = any(str(one) == message["id"] for one in created) or message["from"] == "visitor"
                if message["state"] == "canceled" or not new:
                    await self._emit(visitor, "message.changed", {"id": message["id"], "state": message["state"]})
                else:
                    await self._emit(visitor, "message", message)

    async def _push_states(self, visitors: Sequence[str]) -> None:
        here = {guest.visitor for guest in self._guests.values()}
        wanted = [visitor for visitor in visitors if visitor in here]
        if wanted:
            for visitor, state in (await self._desk.states(wanted)).items():
                if self._told.get(visitor) != state:
                    self._told[visitor] = state
                    await self._emit(visitor, "state", state)

    async def _tell_places(self) -> None:
        """Somebody ahead was served: those who wait move up."""
        while True:
            await self._moved.wait()
            await asyncio.sleep(REFRESH_S)
            self._moved.clear()
            waiting = [visitor for visitor, state in self._told.items() if state["phase"] == "queued"]
            try:
                await self._push_states(waiting)
            except GONE as error:
                log.info("places in the queue: the database is away (%r)", error)

    async def _emit(self, visitor: str, type_: str, data: Mapping[str, Any]) -> None:
        """To sockets of this node only, but for typing: every node follows the ledger by itself."""
        event, room = {"type": type_, "data": data}, f"visitor:{visitor}"
        await self._server.emit("event", event, to=room, namespace=NAMESPACE, ignore_queue=type_ != "typing")

    # ── From the sockets ────────────────────────────────────────────────────────────────────────────────────────────

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any) -> None:
        given = auth if isinstance(auth, dict) else {}
        channel = self._channel_of(str(given.get("channel") or ""))
        if channel is None:
            raise socketio.exceptions.ConnectionRefusedError("no_such_channel")
        if not self._origin_allowed(channel, environ.get("HTTP_ORIGIN")):
            raise socketio.exceptions.ConnectionRefusedError("origin")
        self._guests[sid] = Guest(channel, self._limits.address(environ["aiohttp.request"]), locale=str(given.get("locale") or "")[:2])

    async def _disconnect(self, sid: str, *_: object) -> None:
        guest = self._guests.pop(sid, None)
        if guest and not any(one.visitor == guest.visitor for one in self._guests.values()):
            self._told.pop(guest.visitor, None)

    def _guarded(self, handle: Callable[[str, Guest, dict[str, Any]], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def answer(sid: str, data: Any = None, *_: Any) -> Any:
            guest = self._guests.get(sid)
            if guest is None:
                return _refusal("not_connected", "connect again")
            try:
                guest.slow_down(time.monotonic())
                return await handle(sid, guest, storable(data) if isinstance(data, dict) else {})
            except HubError as error:
                return _refusal(error.code, error.message, error.retry_after if isinstance(error, TooMany) else None)
            except UNFIT as error:
                log.info("a visitor's socket: %s", type(error).__name__)
                return _refusal("invalid", "a value is not what it should be")
            except GONE:
                return _refusal("not_now", "it cannot be kept at this moment; it will be sent again")
            except Exception:
                log.exception("a visitor's socket")
                return _refusal("not_now", "something broke here; it will be sent again")

        return answer

    async def _hello(self, sid: str, guest: Guest, said: dict[str, Any]) -> dict[str, Any]:
        again = bool(guest.visitor)
        guest.visitor = self._visitor(guest, said.get("token"))
        guest.locale = str(said.get("locale") or guest.locale)[:2]
        guest.page = said.get("page") if isinstance(said.get("page"), dict) else None
        problem = self._identify(guest, said.get("identity"))
        if guest.known and await self._desk.is_somebody_elses(guest.visitor, guest.known):
            if again:
                raise Conflict("another_visitor", "somebody else has signed in: open a new connection")
            guest.visitor = self._tokens.new()[0]  # a shared computer: who signs in now sees nothing of who was here before
        visitor = guest.visitor
        await self._server.enter_room(sid, f"visitor:{visitor}", namespace=NAMESPACE)
        after = said.get("after") if isinstance(said.get("after"), int) else 0
        state = (await self._desk.states([visitor]))[visitor]
        self._told[visitor] = state
        return {
            "token": self._tokens.token(visitor),
            "visitor": visitor,
            "brand": await self._desk.brand(guest.channel.channel.id),
            "hours": {"open": True, "opens_at": None},
            "messages": await self._desk.history(visitor, int(after or 0)),
            "state": state,
            "identity": problem,
        }

    def _visitor(self, guest: Guest, token: object) -> str:
        """Who says hello: a socket stays one visitor, so that nobody floods as ever new ones. Raises Conflict, TooMany."""
        named = self._tokens.read(token)
        if guest.visitor and named not in (None, guest.visitor):
            raise Conflict("another_visitor", "this socket is another visitor's: open a new one")
        if known := guest.visitor or named:
            return known
        self._limits.newcomer(guest.address)
        return self._tokens.new()[0]

    def _identify(self, guest: Guest, token: object) -> str | None:
        """Believe the shop's token; a wrong one changes nothing and is answered with its reason."""
        if not isinstance(token, str) or not token:
            return None
        secret = str(guest.channel.channel.settings.get("identity_secret", ""))
        try:
            known = read_identity(token, secret, time.time())
        except BadIdentity as error:
            return str(error)
        guest.known = list(known.proves)
        guest.claims["name"] = known.name
        return None

    async def _message(self, sid: str, guest: Guest, said: dict[str, Any]) -> dict[str, Any]:
        _require_hello(guest)
        whole = {"page": guest.page, "locale": guest.locale, "claims": guest.claims, **said}
        return await self._desk.write(guest.channel, guest.visitor, whole, guest.known)

    async def _typing(self, sid: str, guest: Guest, said: dict[str, Any]) -> None:
        _require_hello(guest)
        if root := await self._desk.root(guest.visitor):
            await self._tell_typing(root[0], root[1], bool(said.get("on")))

    async def _received(self, sid: str, guest: Guest, said: dict[str, Any]) -> None:
        _require_hello(guest)
        await self._desk.reached(guest.visitor, said.get("number"), "delivered")

    async def _read(self, sid: str, guest: Guest, said: dict[str, Any]) -> None:
        _require_hello(guest)
        await self._desk.reached(guest.visitor, said.get("number"), "read")

    async def _profile(self, sid: str, guest: Guest, said: dict[str, Any]) -> dict[str, bool]:
        _require_hello(guest)
        guest.claims.update({key: str(said[key])[:300] for key in ("name", "email") if said.get(key)})
        await self._desk.claim(guest.visitor, said)
        return {"ok": True}

    async def _end(self, sid: str, guest: Guest, said: dict[str, Any]) -> dict[str, bool]:
        _require_hello(guest)
        await self._farewell.leave(guest.visitor)
        return {"ok": True}

    async def _rate(self, sid: str, guest: Guest, said: dict[str, Any]) -> dict[str, bool]:
        _require_hello(guest)
        await self._farewell.rate(guest.visitor, said.get("score"), said.get("text"))
        return {"ok": True}


def _require_hello(guest: Guest) -> None:
    if not guest.visitor:
        raise Invalid("hello_first", "say hello first")


def _refusal(code: str, message: str, retry_after: float | None = None) -> dict[str, Any]:
    wait = {} if retry_after is None else {"retry_after": max(1, round(retry_after))}
    return {"error": {"code": code, "message": message, **wait}}
