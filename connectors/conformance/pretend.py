"""A pretend provider on loopback that misbehaves as it is told, and the way to it: what the kit puts behind a connector's base URL."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from aiohttp import web

from connectors.conformance.subject import NOWHERE, Subject
from connectors.egress import ANSWER_LIMIT, FILE_LIMIT, Answer, Egress, WebEgress

HURRY_S = 0.4
"""How long the kit lets a connector wait for an answer: a hang would else take as long as patience does."""
UNHURRIED_S = 15.0
"""How long, where an answer comes."""
RETRY_AFTER_S = 7
GARBAGE = Answer(200, {"content-type": "text/html"}, b"<html>not what you wanted</html>")
FAULTS: Mapping[str, Answer] = {
    "limited": Answer(429, {"retry-after": str(RETRY_AFTER_S), "content-type": "application/json"}, b"{}"),
    "broken": Answer(500, {"content-type": "text/plain"}, b"oops"),
    "unauthorised": Answer(401, {"content-type": "application/json"}, b"{}"),
    "garbage": GARBAGE,
    "huge": Answer(200, {"content-type": "application/json"}, b" " * (ANSWER_LIMIT + 1)),
    "gone": Answer(404, {"content-type": "application/json"}, b"{}"),
}
"""Beside these: cut (it was done, and the line dropped), half (it drops in the middle of an answer), hang (done, and silence), nobody
(nobody listens there)."""
MISSING = 1000
"""Bytes that a half answer promises, and never brings."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the connector's."""

    method: str
    path: str
    """With its query."""
    headers: Mapping[str, str]
    """With lower-case names."""
    body: bytes

    def json(self) -> Any:
        """The body, where it is JSON; else an empty object."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}


class Provider(Protocol):
    """Where a connector sends to."""

    url: str
    asked: list[Asked]
    arrived: asyncio.Event
    """Set when something has been asked."""

    def open(self) -> int:
        """Connections that are open."""
        ...


class HttpProvider:
    """Answers everything as the connector's `answer` says, or not at all."""

    def __init__(self, answer: Callable[[Asked], Answer], fault: str, own: Callable[[str], Answer | None], *, port: int = 0) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.arrived = asyncio.Event()
        self._answer = answer
        self._fault = fault
        self._own = own
        self._port = port
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None, handler_cancellation=True), shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def open(self) -> int:
        """Connections that are open."""
        server = self._runner.server if self._runner is not None else None
        return len(server.connections) if server is not None else 0

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, request.path_qs, headers, await request.read())
        self.asked.append(asked)
        self.arrived.set()
        if self._fault == "hang":
            await asyncio.Event().wait()
        if self._fault == "cut" and request.transport is not None:
            request.transport.abort()
        answer = (self._own(self._fault) or FAULTS.get(self._fault)) if self._fault else None
        found = answer or self._answer(asked)
        if self._fault == "half":
            return await _half(request, found)
        return web.Response(status=found.status, headers=dict(found.headers), body=found.body)


async def _half(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """An answer whose line drops before its end."""
    headers = {**answer.headers, "content-length": str(len(answer.body) + MISSING)}
    broken = web.StreamResponse(status=answer.status, headers=headers)
    await broken.prepare(request)
    await broken.write(answer.body)
    if request.transport is not None:
        request.transport.abort()
    return broken


@asynccontextmanager
async def provider(subject: Subject, fault: str = "") -> AsyncIterator[Provider]:
    """The connector's own pretend provider, or the kit's for HTTP."""
    own = subject.offers("provider")
    if own is not None:
        async with own(fault) as there:
            yield there
        return
    if fault == "nobody":
        yield Nobody()
        return
    async with HttpProvider(answering(subject), fault, subject.offers("fault") or (lambda _kind: None)) as there:
        yield there


def answering(subject: Subject) -> Callable[[Asked], Answer]:
    """What its provider says when all is well."""
    return subject.offers("answer") or (lambda _asked: Answer(200, {"content-type": "application/json"}, b"{}"))


class Nobody:
    """An address where nobody listens."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        self.asked: list[Asked] = []
        self.arrived = asyncio.Event()

    def open(self) -> int:
        """None."""
        return 0


class Hurried:
    """The egress client, with little patience."""

    def __init__(self, egress: Egress, most_s: float) -> None:
        self._egress = egress
        self._most_s = most_s

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        timeout_s: float = 15.0,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """As the egress client, sooner."""
        soon = min(timeout_s, self._most_s)
        return await self._egress.request(method, url, headers=headers, params=params, json=json, data=data, timeout_s=soon, limit=limit)

    def download(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 60.0, limit: int = FILE_LIMIT
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """As the egress client, sooner."""
        return self._egress.download(url, headers=headers, timeout_s=min(timeout_s, self._most_s), limit=limit)


@asynccontextmanager
async def way_out(url: str, fault: str = "") -> AsyncIterator[Egress]:
    """An egress client that may reach the pretend provider and nobody else that is private. It is in a hurry only where nobody will ever
    answer: a slow machine is no fault."""
    async with WebEgress(named=[urlsplit(url).netloc or urlsplit(NOWHERE).netloc]) as egress:
        yield Hurried(egress, HURRY_S if fault == "hang" else UNHURRIED_S)
