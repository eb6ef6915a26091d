"""The demo as a program: its password, its ports, its world outside, and how it ends."""

import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import psutil
import pytest

from hub.kernel.database import Database
from tests.flows.demo import PASSWORD, Demo
from tests.rig.sockets import Socket
from tests.rig.waiting import eventually

PEOPLE = ("ana", "luis", "sofia", "admin")
STOP_S = 10.0


@pytest.fixture
async def demo(database_url: str, tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo that is not started yet."""
    demo = Demo(tmp_path, database_url)
    yield demo
    if demo.alive:
        await demo.kill()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        yield client


@pytest.fixture
async def rest() -> AsyncIterator[AsyncExitStack]:
    """What is to be closed at the end."""
    async with AsyncExitStack() as stack:
        yield stack


async def signs_in(demo: Demo, browser: aiohttp.ClientSession, who: str, password: str) -> tuple[int, str]:
    """The status of signing in, and the csrf word when it went well."""
    given = {"email": f"{who}@demo.example", "password": password}
    async with browser.post(f"{demo.address}/api/v1/session", json=given) as answer:
        return answer.status, (await answer.json()).get("csrf", "")


def sentence_of(demo: Demo) -> str:
    """What it said when it could not begin: the one line that is for people."""
    (said,) = [line for line in demo.log.splitlines() if line.startswith("hilo: ")]
    return said


async def test_a_second_start_with_another_password_changes_it_for_everybody(demo: Demo, browser: aiohttp.ClientSession) -> None:
    await demo.start()
    assert (await signs_in(demo, browser, "ana", PASSWORD))[0] == 200
    assert await demo.stop() == 0
    await demo.start(HILO_DEMO_PASSWORD="quite another sentence")
    assert (await signs_in(demo, browser, "ana", PASSWORD))[0] == 401
    assert [(await signs_in(demo, browser, who, "quite another sentence"))[0] for who in PEOPLE] == [200] * 4


async def test_the_end_of_the_world_outside_is_noticed_and_said(demo: Demo) -> None:
    await demo.start(HILO_LOG_FORMAT="auto")
    (world,) = [child for child in psutil.Process(demo.pid).children() if "sandbox" in child.cmdline()]
    world.kill()

    async def is_said() -> bool:
        return "the pretend outside world has ended (exit code -9)" in demo.log

    await eventually(is_said, what="the end of the world outside is said")
    assert await demo.ready(), "the hub goes on"
    assert [line for line in demo.log.splitlines() if line.startswith("{")] == []  # for people, also where no terminal is


@pytest.mark.parametrize("variable", ["HILO_PORT", "HILO_SMTP_PORT", "HILO_SANDBOX_PORT"])
async def test_a_taken_port_is_one_sentence_before_the_company_is_made(demo: Demo, database: Database, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        await demo.launch(**{variable: port})
        assert await demo.died() == 2
    said = sentence_of(demo)
    assert f"port {port} " in said
    assert variable in said
    assert "Traceback" not in demo.log
    assert await database.value("SELECT count(*) FROM agent") == 0


async def test_ctrl_c_ends_it_in_time_while_visitors_and_agents_are_connected(
    demo: Demo, database: Database, browser: aiohttp.ClientSession, rest: AsyncExitStack
) -> None:
    await demo.start()
    _, csrf = await signs_in(demo, browser, "ana", PASSWORD)
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser.cookie_jar)
    headers = {"Cookie": cookies, "Origin": demo.address}
    key = await database.value("SELECT hook FROM channel WHERE connector = 'webchat'")
    agents = [Socket(demo.address, "/agent", {"csrf": csrf}, lambda _: None, headers) for _ in range(5)]
    visitors = [Socket(demo.address, "/visitor", {"channel": key}, lambda _: None) for _ in range(20)]
    for one in (*agents, *visitors):
        rest.push_async_callback(one.close)
        await one.open()
    await asyncio.gather(*(one.call("register", {"position": None}) for one in agents))
    await asyncio.gather(*(one.call("hello", {"token": None}) for one in visitors))
    began = time.monotonic()
    psutil.Process(demo.pid).send_signal(signal.SIGINT)
    assert await demo.died() == 0
    assert time.monotonic() - began < STOP_S
    assert "Traceback" not in demo.log
