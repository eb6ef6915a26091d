"""Whoever goes quickly from one customer to the next hears of the one that he or she looks at."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import socketio
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.kernel.database import Database
from hub.kernel.ledger import Ledger
from hub.kernel.push import customer_room
from hub.kernel.realtime import NAMESPACE, Realtime, Wiring
from hub.kernel.web import Principal
from tests.rig.sockets import Cut, Socket

SLOW, QUICK = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
NURIA = Principal(agent="nuria", name="Nuria", role="agent", locale="es", permissions=frozenset(), csrf=None)


class Door:
    """Lets Nuria in, whoever knocks, and writes down her coming and going."""

    def __init__(self) -> None:
        self.coming, self.let, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.let.set()

    async def admit(self, environ: Mapping[str, Any], auth: Any) -> Principal:
        return NURIA

    async def rooms_of(self, principal: Principal) -> frozenset[str]:
        return frozenset()

    async def connected(self, agent: str) -> None:
        self.coming.set()
        await self.let.wait()

    async def disconnected(self, agent: str) -> None:
        self.gone.set()


class Customers:
    """Finds one customer at once, and the other one when the test lets it."""

    def __init__(self) -> None:
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def root_of(self, principal: Principal, customer: str) -> str:
        if customer == SLOW:
            self.asked.set()
            await self.let.wait()
        return customer


@pytest.fixture
def customers() -> Customers:
    return Customers()


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def server() -> socketio.AsyncServer:
    return socketio.AsyncServer(async_mode="aiohttp", namespaces=[NAMESPACE])


@pytest.fixture
def realtime(server: socketio.AsyncServer, database: Database, customers: Customers, door: Door) -> Realtime:
    made = Realtime(server, Ledger(database), Wiring(door, door, _empty, customers.root_of, _ignored))
    made.attach()
    return made


@pytest.fixture
async def nuria(server: socketio.AsyncServer, realtime: Realtime) -> AsyncIterator[tuple[Socket, list[dict[str, Any]]]]:
    application = web.Application()
    server.attach(application)
    async with TestServer(application) as site:
        heard: list[dict[str, Any]] = []
        socket = Socket(str(site.make_url("/")), NAMESPACE, {}, heard.append)
        await socket.open()
        yield socket, heard
        await socket.close()


async def test_a_watch_that_takes_long_does_not_undo_the_one_asked_for_after_it(
    realtime: Realtime, customers: Customers, nuria: tuple[Socket, list[dict[str, Any]]]
) -> None:
    socket, heard = nuria
    slow = asyncio.create_task(socket.call("watch", {"customer": SLOW}))
    await customers.asked.wait()
    assert (await socket.call("watch", {"customer": QUICK}))["ok"]
    customers.let.set()
    assert not (await slow)["ok"]
    assert realtime.viewers(QUICK) == [{"id": "nuria", "name": "Nuria"}]
    assert realtime.viewers(SLOW) == []
    for customer in (SLOW, QUICK):
        await realtime.push("typing", {"root": customer}, [customer_room(customer)])
    await socket.call("watch", {"customer": None})
    assert [event["data"]["root"] for event in heard if event["type"] == "typing"] == [QUICK]


async def test_whoever_goes_while_the_coming_is_still_written_is_told_to_have_gone(
    realtime: Realtime, door: Door, nuria: tuple[Socket, list[dict[str, Any]]]
) -> None:
    socket, _ = nuria
    door.let.clear()
    registering = asyncio.create_task(socket.call("register", {"position": None}))
    await door.coming.wait()
    await socket.close()
    async with asyncio.timeout(5):
        await door.gone.wait()
    door.let.set()
    with pytest.raises(Cut):
        await registering
    assert realtime.seated() == set()


async def test_a_second_tab_that_opens_while_the_first_one_registers_does_not_count_as_the_first(
    realtime: Realtime, door: Door, nuria: tuple[Socket, list[dict[str, Any]]]
) -> None:
    first, _ = nuria
    second = Socket(first.address, NAMESPACE, {}, lambda _: None)
    await second.open()
    door.let.clear()
    registering = asyncio.create_task(first.call("register", {"position": None}))
    await door.coming.wait()
    await second.call("register", {"position": None})
    await second.close()
    door.let.set()
    await registering
    assert (realtime.seated(), door.gone.is_set()) == ({"nuria"}, False)


async def _empty(principal: Principal) -> Mapping[str, Any]:
    return {}


async def _ignored(root: str, principal: Principal, on: bool) -> None:
    return None
