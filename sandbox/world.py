"""The routes behind the page where one is the customer.

GET  /world            who one can be, where the hub is, which fault is on
GET  /world/mails      ?address= → {"items": [{"at", "mine", "from", "to", "subject", "text", "html", …}]}, newest last
GET  /world/travels    {"items": [{"at", "direction", "channel", "what", "where", "answer", "failed", "took_ms"}]}, newest last
GET  /world/events     the same travels, as they happen (server-sent events)
POST /world/travels    what the shop's page saw of the chat
POST /world/again      delivers the last mail to the hub once more
PUT  /world/fault      {"kind": "451" | … | "", "ms"?}: how the relay treats every mail from now on
"""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any

import aiosmtplib
from aiohttp import web

from sandbox.mail import FAULTS
from sandbox.people import CUSTOMERS
from sandbox.post import Post
from sandbox.travels import Travel, Travels, now

SLOW_MS = 5000
QUIET_S = 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are. `hub` is the address browsers use; `support` is the company's mail address."""

    hub: str
    support: str
    channel: str
    secret: str


class World:
    """The page's own routes."""

    def __init__(self, place: Place, post: Post, travels: Travels) -> None:
        self._place = place
        self._post = post
        self._travels = travels

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/world", self.describe),
            web.get("/world/mails", self.mails),
            web.get("/world/travels", self.travels),
            web.post("/world/travels", self.add_travel),
            web.get("/world/events", self.events),
            web.post("/world/again", self.again),
            web.put("/world/fault", self.fault),
        ]

    async def describe(self, _: web.Request) -> web.Response:
        place = {"hub": self._place.hub, "support": self._place.support, "signed": bool(self._place.secret)}
        return web.json_response({**place, "customers": [one.described() for one in CUSTOMERS], "fault": self._post.fault_on()})

    async def mails(self, request: web.Request) -> web.Response:
        address = request.query.get("address", "")
        if not address:
            raise bad("'address' is missing: whose mailbox?")
        return web.json_response({"items": [one.as_shown() for one in self._post.mails(address)]})

    async def travels(self, _: web.Request) -> web.Response:
        return web.json_response({"items": [one.described() for one in self._travels.all()]})

    async def add_travel(self, request: web.Request) -> web.Response:
        self._travels.add(seen_on_the_page(await read_object(request)))
        return web.Response(status=204)

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError), self._travels.watched() as watcher:
            await response.write(b": ready\n\n")
            while event := await next_event(watcher):
                await response.write(event)
        return response

    async def again(self, _: web.Request) -> web.Response:
        try:
            reply = await self._post.repeat()
        except (aiosmtplib.SMTPException, OSError) as error:
            return web.json_response({"error": f"the hub takes no mail: {error}"}, status=502)
        if reply is None:
            return web.json_response({"error": "no mail has been written yet"}, status=409)
        return web.json_response({"code": reply[0], "reply": reply[1]})

    async def fault(self, request: web.Request) -> web.Response:
        kind = str((await read_object(request)).get("kind", ""))
        if kind and kind not in FAULTS:
            raise bad(f"'kind' must be empty or one of {', '.join(FAULTS)}, not {kind!r}")
        self._post.set_fault(kind, SLOW_MS)
        return web.json_response({"fault": kind})


async def next_event(watcher: asyncio.Queue[Travel | None]) -> bytes:
    """The next travel as a server-sent event; a comment when it is quiet, so that a closed page is noticed; nothing at the end."""
    try:
        async with asyncio.timeout(QUIET_S):
            travel = await watcher.get()
    except TimeoutError:
        return b": quiet\n\n"
    if travel is None:
        return b""
    return f"data: {json.dumps(travel.described(), ensure_ascii=False)}\n\n".encode()


def seen_on_the_page(given: dict[str, Any]) -> Travel:
    """What the chat bubble told its page: a message sent and acknowledged, or one that arrived. Raises HTTPBadRequest."""
    direction, took = given.get("direction"), given.get("took_ms", 0)
    if direction not in ("in", "out"):
        raise bad(f"'direction' must be in or out, not {direction!r}")
    if not isinstance(took, int | float):
        raise bad("'took_ms' must be a number")
    what, answer = str(given.get("what", ""))[:200], str(given.get("answer", ""))[:100]
    return Travel(now(), "in" if direction == "in" else "out", "webchat", what, "Socket.IO /visitor", answer, False, round(took, 1))


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object in the body. Raises HTTPBadRequest."""
    try:
        given = await request.json()
    except ValueError as error:
        raise bad(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise bad("an object is wanted")
    return given


def bad(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": message}), content_type="application/json")
