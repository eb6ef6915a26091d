"""Rooms behind real HTTP: a server on a free port, and callers who are who their header says."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.kernel.web import Principal, Route, WebRooms, errors_as_data
from tests.scenes import principal_of

Client = TestClient[web.Request, web.Application]


class ByHeader:
    """The header `Agent` names the colleague; `May` takes permissions away by naming those that are left."""

    async def authenticate(self, request: web.Request) -> Principal | None:
        agent = request.headers.get("Agent")
        if agent is None:
            return None
        left = request.headers.get("May")
        return principal_of(agent) if left is None else principal_of(agent, permissions=frozenset(left.split()))


@asynccontextmanager
async def serving(routes: Iterable[Route]) -> AsyncIterator[Client]:
    """A client of a server with these routes."""
    app = web.Application(middlewares=[errors_as_data])
    WebRooms(ByHeader(), lambda _request: True).add(app, routes)
    async with TestClient(TestServer(app)) as client:
        yield client
