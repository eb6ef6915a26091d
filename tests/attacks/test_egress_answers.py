"""What a hostile server can do to the egress client: nothing but waste a bounded time and a bounded memory."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.contract import Media
from connectors.egress import WebEgress
from connectors.errors import Ambiguous, Rejected, Unavailable
from connectors.twilio_api import files

MEGABYTE = 1024 * 1024
LIMIT = MEGABYTE
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """A server that the operator has named, or not; it answers as a test says, and notes what it was asked."""

    url: str = ""
    answer: Answering | None = None
    asked: list[web.Request] = field(default_factory=list)

    @property
    def place(self) -> str:
        return self.url.removeprefix("http://")

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        assert self.answer
        return await self.answer(request)


async def _serving() -> AsyncIterator[Server]:
    found, app = Server(), web.Application()
    app.router.add_route("*", "/{path:.*}", found.take)
    async with TestServer(app) as server:
        found.url = str(server.make_url("")).rstrip("/")
        yield found


@pytest.fixture
async def hostile() -> AsyncIterator[Server]:
    async for one in _serving():
        yield one


@pytest.fixture
async def neighbour() -> AsyncIterator[Server]:
    async for one in _serving():
        yield one


@pytest.fixture
async def egress(hostile: Server) -> AsyncIterator[WebEgress]:
    async with WebEgress([hostile.place]) as one:
        yield one


async def downloaded(egress: WebEgress, url: str, **given: float) -> int:
    """How many bytes came."""
    async with egress.download(url, timeout_s=given.get("timeout_s", 10), limit=LIMIT) as pieces:
        return sum([len(piece) async for piece in pieces])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_is_not_followed(hostile: Server, neighbour: Server, egress: WebEgress, status: int) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": f"{neighbour.url}/secret"})

    hostile.answer = neighbour.answer = elsewhere
    answer = await egress.request("GET", hostile.url, headers={"Authorization": "Bearer ours"})
    assert (answer.status, answer.headers["location"]) == (status, f"{neighbour.url}/secret")
    with pytest.raises(Unavailable):
        await downloaded(egress, hostile.url)
    assert (len(hostile.asked), len(neighbour.asked)) == (2, 0)


async def test_credentials_are_not_carried_to_where_a_file_leads(hostile: Server, neighbour: Server) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{neighbour.url}/file"})

    async def file(_: web.Request) -> web.Response:
        return web.Response(body=b"bytes")

    hostile.answer, neighbour.answer = elsewhere, file
    media = Media("a", "image/png", url=f"{hostile.url}/Media/1")
    async with WebEgress([hostile.place, neighbour.place]) as egress:
        async with files.fetch(egress, media, auth=("AC1", "word"), base_url=hostile.url) as pieces:
            assert [piece async for piece in pieces] == [b"bytes"]
        async with files.fetch(egress, Media("a", "image/png", url=neighbour.url), auth=("AC1", "word"), base_url=hostile.url):
            pass
    assert ["Authorization" in one.headers for one in hostile.asked] == [True]
    assert ["Authorization" in one.headers for one in neighbour.asked] == [False, False]


async def test_a_file_that_leads_to_a_neighbour_is_not_fetched(hostile: Server, neighbour: Server, egress: WebEgress) -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": neighbour.url})

    hostile.answer = elsewhere
    with pytest.raises(Rejected, match="only https"):
        async with files.fetch(egress, Media("a", "image/png", url=hostile.url), auth=("AC1", "word"), base_url=hostile.url):
            pass
    assert neighbour.asked == []


async def test_cookies_are_not_kept(hostile: Server, egress: WebEgress) -> None:
    async def cookie(_: web.Request) -> web.Response:
        return web.Response(headers={"Set-Cookie": "session=theirs; Path=/"})

    hostile.answer = cookie
    for _ in range(2):
        await egress.request("GET", hostile.url)
    assert ["Cookie" in one.headers for one in hostile.asked] == [False, False]


async def test_an_answer_without_end_is_cut_at_its_limit(hostile: Server, egress: WebEgress) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.transport and not request.transport.is_closing():
            await response.write(bytes(64 * 1024))
        return response

    hostile.answer = endless
    for asking in (egress.request("GET", hostile.url, limit=LIMIT), downloaded(egress, hostile.url)):
        with pytest.raises(Rejected) as caught:
            await asking
        assert caught.value.code == "too_large"


async def test_what_was_done_and_answered_without_measure_leaves_a_doubt(hostile: Server, egress: WebEgress) -> None:
    async def long(_: web.Request) -> web.Response:
        return web.Response(body=bytes(2 * LIMIT))

    hostile.answer = long
    with pytest.raises(Ambiguous, match="larger than"):
        await egress.request("POST", hostile.url, limit=LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb_is_cut_at_its_limit_and_never_unpacked_whole(hostile: Server, egress: WebEgress, encoding: str) -> None:
    size = 200 * MEGABYTE
    packed = gzip.compress(bytes(size)) if encoding == "gzip" else zlib.compress(bytes(size))

    async def bomb(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": encoding})

    hostile.answer = bomb
    tracemalloc.start()
    for asking in (egress.request("GET", hostile.url, limit=LIMIT), downloaded(egress, hostile.url)):
        with pytest.raises(Rejected) as caught:
            await asking
        assert caught.value.code == "too_large"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < size / 4


async def test_a_drip_ends_when_its_time_is_over(hostile: Server, egress: WebEgress) -> None:
    stop = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while not stop.is_set() and request.transport and not request.transport.is_closing():
            await response.write(b".")
            await asyncio.sleep(0.02)
        return response

    hostile.answer = drip
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await downloaded(egress, hostile.url, timeout_s=0.3)
    with pytest.raises(Unavailable):
        await egress.request("GET", hostile.url, timeout_s=0.3)
    with pytest.raises(Ambiguous):
        await egress.request("POST", hostile.url, timeout_s=0.3)
    stop.set()
    assert time.monotonic() - began < 5
