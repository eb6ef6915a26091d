"""What all pretend providers have: a ledger of what was asked of them, a script of faults, and the customer's side of the conversation.

A double speaks its provider's own protocol under `/<name>/...`, with real signatures. Beside it, the same for all:

GET    /doubles/<name>         {"asked", "told", "shown", "faults"}: what the hub asked and was told, and what the customers' phones show
DELETE /doubles/<name>         forgets everything
POST   /doubles/<name>/faults  {"kind", "times"?, "ms"?, "app"?, "what"?, "path"?, "method"?, "saying"?}: how it misbehaves for the next
                               calls or webhooks; "app" whose, "what" one of the purposes in trips.py
DELETE /doubles/<name>/faults  it behaves again
POST   /doubles/<name>/past    {"customer", "app", "at" (seconds since the epoch), "mine", "text"?, "media"?, "buttons"?} → {"id"}: somebody
                               said so then; it stands on the phone, and nobody is told
POST   /doubles/<name>/<verb>  the customer acts: say, react, edit, delete, press, read, type, block, ... with {"customer", ...}
GET    /doubles/events         what changes on the phones, what the hub asked and was told, which faults are left: server-sent events
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.base_protocol import BaseProtocol

from sandbox.trips import WHATS, Diary, Purpose, Told, masked, readable

ANSWERS = ("429", "500", "500_after", "401", "refuse", "hang", "cut", "cut_before", "garbage", "slow")
"""Faults of the answer to a call of the hub's. 500: nothing was done; 500_after: done, and answered with 500. cut: done, and the line
dropped; cut_before: dropped, and nothing done. hang: done, and silence. garbage: done, and no JSON. slow: after `ms`. refuse: the
provider's own way to say never."""
WEBHOOKS = ("twice", "late", "shuffled", "unsigned", "lost")
"""Faults of a webhook to the hub. late: after `ms`. shuffled: after the next one. lost: never sent (it stays in the provider's history)."""
KEPT = 2000
HANG_S = 120.0
NO_PURPOSE = Purpose()


@dataclass(slots=True)
class Fault:
    """A way to misbehave, for so many times. Only on calls or webhooks of this `app` (where it is known whose they are), for `what`, with
    this `method`, whose path contains `path` and whose body contains `saying`."""

    kind: str
    times: int = 1
    ms: int = 0
    path: str = ""
    method: str = ""
    saying: str = ""
    app: str = ""
    what: str = ""

    def is_due(self, path: str, method: str, body: bytes, purpose: Purpose = NO_PURPOSE) -> bool:
        concerns = (not self.app or purpose.app in ("", self.app)) and self.what in ("", purpose.what)
        return concerns and self.path in path and self.method in ("", method) and self.saying.encode() in body


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of the hub's, and how it was answered (0: not at all)."""

    at: float
    method: str
    path: str
    body: Any
    status: int
    purpose: Purpose = NO_PURPOSE
    took_ms: float = 0.0
    kind: str = ""
    """The content type of the body."""

    def described(self) -> dict[str, Any]:
        """For people, without secrets."""
        said = {"app": self.purpose.app, "what": self.purpose.what, "where": masked(self.path), "readable": readable(self.body, self.kind)}
        return {**asdict(self), **said}


@dataclass(slots=True)
class Shown:
    """A message on a phone. `mine`: the customer wrote it. `state`: sent, delivered, read, failed (of ours); empty for theirs."""

    id: str
    customer: str
    mine: bool
    text: str = ""
    at: float = field(default_factory=time.time)
    app: str = ""
    account: str = ""
    """Which of the company's accounts it is written to or by, where the app knows several: a number, a bot."""
    media: list[dict[str, Any]] = field(default_factory=list)
    """{"name", "type", "url" or "data" (base64), "kind"}."""
    buttons: list[dict[str, str]] = field(default_factory=list)
    reply_to: str = ""
    reactions: dict[str, str] = field(default_factory=dict)
    """Who (customer, company) -> the sign."""
    state: str = ""
    edited: bool = False
    deleted: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Double:
    """One pretend provider."""

    name = ""
    known_as: type[Any]
    """The dataclass of what outlives a restart."""

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
        """Is called after everything that may have changed what is known."""
        self.asked: deque[Asked] = deque(maxlen=KEPT)
        self.shown: deque[Shown] = deque(maxlen=KEPT)
        self.faults: list[Fault] = []
        self.watchers: set[asyncio.Queue[dict[str, Any]]] = set()
        self.diary = Diary(self._tell_told)
        self._changed = asyncio.Condition()

    def provider_routes(self) -> list[web.RouteDef]:
        """The provider's own addresses, below `/<name>`."""
        raise NotImplementedError

    def verbs(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """What a customer can do: verb -> function of the request's object; its result is answered as JSON."""
        raise NotImplementedError

    def known(self) -> Any:
        """What outlives a restart: what stands on the phones, files, numbers drawn, webhooks set. Not what was asked, nor faults."""
        raise NotImplementedError

    def recall(self, known: Any) -> None:
        """Go on from there."""
        raise NotImplementedError

    def purpose(self, request: web.Request, body: bytes) -> Purpose:
        """What a call is for."""
        raise NotImplementedError

    async def opened(self) -> None:
        """Called when the world starts."""

    async def closed(self) -> None:
        """Called when the world ends."""

    def forget(self) -> None:
        """Empty the ledger and the phones."""
        self.asked.clear()
        self.diary.all.clear()
        self.shown.clear()
        self.faults.clear()

    def fault(self, *kinds: str, path: str = "", method: str = "", body: bytes = b"", purpose: Purpose = NO_PURPOSE) -> Fault | None:
        """The fault to commit now, if one of these kinds is due for this call or webhook; counts it down."""
        for one in self.faults:
            if one.kind in kinds and one.is_due(path, method, body, purpose):
                one.times -= 1
                if one.times <= 0:
                    self.faults.remove(one)
                self._tell_faults()
                return one
        return None

    async def show(self, message: Shown) -> Shown:
        """Put a message on a phone, or tell that one changed."""
        if message not in self.shown:
            self.shown.append(message)
        self.tell(asdict(message))
        self.on_change()
        async with self._changed:
            self._changed.notify_all()
        return message

    def tell(self, what: dict[str, Any]) -> None:
        """Tell the pages that watch."""
        for watcher in self.watchers:
            watcher.put_nowait({"double": self.name, **what})

    def _tell_told(self, told: Told) -> None:
        if self.watchers:
            self.tell({"told": [told.described()]})

    def _tell_faults(self) -> None:
        self.tell({"faults": [asdict(one) for one in self.faults]})

    def find(self, id_: str) -> Shown:
        """A message on a phone. Raises HTTPNotFound."""
        for one in self.shown:
            if one.id == id_:
                return one
        raise web.HTTPNotFound(text=f"no message {id_!r}")

    async def wait_for(self, wanted: Callable[[Shown], bool], *, timeout: float = 15.0) -> Shown:
        """The first message on a phone that is wanted, as soon as it is there. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: any(wanted(one) for one in self.shown))
            return next(one for one in self.shown if wanted(one))

    # ── HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def routes(self) -> list[web.RouteDef]:
        """All addresses of this double."""
        own = [web.route(one.method, one.path, self._under_faults(one.handler), **one.kwargs) for one in self.provider_routes()]
        here = f"/doubles/{self.name}"
        return [
            *own,
            web.get(here, self._describe),
            web.delete(here, self._forget),
            web.post(f"{here}/faults", self._add_fault),
            web.delete(f"{here}/faults", self._behave),
            web.post(here + "/{verb}", self._act),
        ]

    def limited(self, _retry_after: int) -> web.Response:
        """The provider's own answer to too many calls."""
        return web.json_response({}, status=429, headers={"Retry-After": str(_retry_after)})

    def refused(self) -> web.Response:
        """The provider's own answer to what it will never do."""
        return web.json_response({}, status=400)

    def unauthorised(self) -> web.Response:
        """The provider's own answer to credentials that do not hold."""
        return web.json_response({}, status=401)

    def _under_faults(self, handler: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def faulty(request: web.Request) -> web.StreamResponse:
            body, began = await request.read(), time.monotonic()
            purpose = self.purpose(request, body)
            fault = self.fault(*ANSWERS, path=request.path, method=request.method, body=body, purpose=purpose)
            response = await self._answer(request, handler, fault)
            said, took = body.decode(errors="replace")[:20_000], round((time.monotonic() - began) * 1000, 1)
            kind = request.headers.get("Content-Type", "")
            asked = Asked(time.time(), request.method, request.path_qs, said, response.status, purpose, took, kind)
            self.asked.append(asked)
            if self.watchers:
                self.tell({"asked": [{**asked.described(), "body": ""}]})
            self.on_change()
            return response

        return faulty

    async def _answer(self, request: web.Request, handler: Any, fault: Fault | None) -> web.StreamResponse:
        kind = fault.kind if fault else ""
        if fault and kind == "429":
            return self.limited(max(1, fault.ms // 1000))
        early = {"500": lambda: web.Response(status=500, text="oops"), "401": self.unauthorised, "refuse": self.refused}.get(kind)
        if early is not None:
            return early()
        if kind == "cut_before":
            return _drop(request)
        response: web.StreamResponse = await handler(request)
        if fault and kind == "slow":
            await asyncio.sleep(fault.ms / 1000)
        elif kind == "hang":
            await asyncio.sleep(HANG_S)
        return _spoilt(request, kind) or response

    async def _describe(self, _: web.Request) -> web.Response:
        shown, faults = ([asdict(one) for one in found] for found in (self.shown, self.faults))
        asked, told = [one.described() for one in self.asked], [one.described() for one in self.diary.all]
        return web.json_response({"asked": asked, "told": told, "shown": shown, "faults": faults})

    async def _forget(self, _: web.Request) -> web.Response:
        self.forget()
        self.on_change()
        return web.Response(status=204)

    async def _add_fault(self, request: web.Request) -> web.Response:
        given = await request.json()
        if given.get("kind") not in (*ANSWERS, *WEBHOOKS):
            raise web.HTTPBadRequest(text=f"'kind' must be one of {', '.join((*ANSWERS, *WEBHOOKS))}")
        if given.get("what", "") not in ("", *WHATS):
            raise web.HTTPBadRequest(text=f"'what' must be empty or one of {', '.join(WHATS)}")
        if unknown := given.keys() - {one.name for one in fields(Fault)}:
            raise web.HTTPBadRequest(text=f"a fault has no {', '.join(sorted(unknown))}")
        self.faults.append(Fault(**given))
        self._tell_faults()
        return web.Response(status=204)

    async def _behave(self, _: web.Request) -> web.Response:
        self.faults.clear()
        self._tell_faults()
        return web.Response(status=204)

    async def _act(self, request: web.Request) -> web.Response:
        verb = self.verbs().get(request.match_info["verb"])
        if verb is None:
            raise web.HTTPNotFound(text=f"verbs are {', '.join(self.verbs())}")
        done = await verb(await request.json())
        self.on_change()
        return web.json_response(done)


async def form_of(request: web.Request) -> tuple[dict[str, str], dict[str, tuple[str, str, bytes]]]:
    """The fields and the files (name, content type, bytes) of a multipart form whose bytes were read before, for the ledger."""
    stream = StreamReader(BaseProtocol(asyncio.get_running_loop()), limit=2**20)
    stream.feed_data(await request.read())
    stream.feed_eof()
    fields: dict[str, str] = {}
    files: dict[str, tuple[str, str, bytes]] = {}
    async for part in MultipartReader(request.headers, stream):
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = data.decode()
        else:
            files[part.name] = (part.filename, part.headers.get("Content-Type", "application/octet-stream"), data)
    return fields, files


def _spoilt(request: web.Request, kind: str) -> web.Response | None:
    """What is answered to something that was done, in place of its own answer."""
    if kind == "cut":
        return _drop(request)
    if kind == "500_after":
        return web.Response(status=500, text="oops")
    return web.Response(text="<html>not what you wanted", content_type="application/json") if kind == "garbage" else None


def _drop(request: web.Request) -> web.Response:
    """Close the line under the caller."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
