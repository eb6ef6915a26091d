"""The console as its users have it: the built pages, a hub of its own with the demo's company, and a real Chromium."""

import json
import os
import secrets
import sys
from asyncio import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from hatch_build import build_console
from hub.kernel.embedded import EmbeddedPostgres
from sandbox.meta import Meta
from tests.browser import chromium, tell_if_failed
from tests.connectors.telegram.world import World, opened
from tests.rig.ports import free_port
from tests.rig.waiting import eventually
from tests.source import ROOT

PASSWORD = "three words of a demo"
DATABASE = "hilo_console"
START_S = 60

SignIn = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of the console."""
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def console(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a hub with the demo's company, which nobody has touched."""
    async with company(postgres, tmp_path) as address:
        yield address


@pytest.fixture(scope="module")
async def shared_console(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The same for tests that only look."""
    async with company(postgres, tmp_path_factory.mktemp("console")) as address:
        yield address


@pytest.fixture(scope="module")
async def telegram() -> AsyncIterator[World]:
    """The pretend Telegram."""
    async with opened() as world:
        yield world


@dataclass(frozen=True)
class PretendMeta:
    """The pretend Meta, and where it is."""

    double: Meta
    base: str

    async def does(self, verb: str, customer: str, **given: Any) -> Any:
        """A customer on WhatsApp acts."""
        return await self.double.verbs()[verb]({"app": "whatsapp", "customer": customer, **given})


@pytest.fixture(scope="module")
async def meta() -> AsyncIterator[PretendMeta]:
    """The pretend Meta."""
    double, graph = Meta(), web.Application()
    graph.add_routes(double.routes())
    async with TestServer(graph) as server:
        yield PretendMeta(double, f"http://127.0.0.1:{server.port}")
        await double.closed()


@pytest.fixture(scope="module")
async def hub_beside_providers(
    postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, telegram: World, meta: PretendMeta
) -> AsyncIterator[str]:
    """The address of a hub that may call the pretend Telegram and the pretend Meta."""
    async with company(
        postgres, tmp_path_factory.mktemp("channels"), telegram.base.removeprefix("http://"), meta.base.removeprefix("http://")
    ) as address:
        yield address


@pytest.fixture
async def enter_beside_providers(request: pytest.FixtureRequest, browser: Browser, hub_beside_providers: str) -> AsyncIterator[SignIn]:
    """`sign_in` for that hub."""
    async with entrance(request, browser, hub_beside_providers) as signing_in:
        yield signing_in


@asynccontextmanager
async def company(postgres: EmbeddedPostgres, folder: Path, *private: str) -> AsyncIterator[str]:
    """`hilo demo` with a database of its own; its address. `private`: servers that connectors may call although they are here."""
    build_console(ROOT)
    database = f"{DATABASE}_{secrets.token_hex(4)}"
    postgres.create_database(database)
    address = f"http://127.0.0.1:{free_port()}"
    if private:
        (folder / "config.toml").write_text(f"[egress]\nprivate = {json.dumps(private)}\n")
    process = await _start(postgres.url(database), folder, address)
    try:
        await eventually(lambda: _ready(address), what="the demo is ready", seconds=START_S)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def _start(database_url: str, folder: Path, address: str) -> subprocess.Process:
    settings = {
        "HILO_DATABASE_URL": database_url,
        "HILO_DATA": str(folder / "data"),
        "HILO_PORT": address.rpartition(":")[2],
        "HILO_SMTP_PORT": str(free_port()),
        "HILO_DEMO_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HILO_")}
    return await subprocess.create_subprocess_exec(
        *(sys.executable, "-m", "hub", "demo", "--no-sandbox"),
        cwd=folder,
        env={**inherited, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _ready(address: str) -> bool:
    try:
        async with aiohttp.ClientSession() as client, client.get(f"{address}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest.fixture
async def sign_in(request: pytest.FixtureRequest, browser: Browser, console: str) -> AsyncIterator[SignIn]:
    """`await sign_in("ana", path="/", theme="dark")`: a browser of one's own, signed in, with that page open."""
    async with entrance(request, browser, console) as enter:
        yield enter


@pytest.fixture
async def look_in(request: pytest.FixtureRequest, browser: Browser, shared_console: str) -> AsyncIterator[SignIn]:
    """The same, at the hub that all tests of a module share."""
    async with entrance(request, browser, shared_console) as enter:
        yield enter


@asynccontextmanager
async def entrance(request: pytest.FixtureRequest, browser: Browser, console: str) -> AsyncIterator[SignIn]:
    """Signs people in, each in a browser of his or her own, and closes them all."""
    async with AsyncExitStack() as stack:

        async def enter(who: str, path: str = "/", *, theme: Any = "light", locale: str = "es-ES") -> Page:
            size: Any = {"width": 1440, "height": 900}
            context = await browser.new_context(base_url=console, color_scheme=theme, locale=locale, viewport=size, reduced_motion="reduce")
            stack.push_async_callback(context.close)
            answer = await context.request.post("/api/v1/session", data={"email": f"{who}@demo.example", "password": PASSWORD})
            assert answer.ok, await answer.text()
            page = await context.new_page()
            await page.goto(path)
            await page.locator(".rail").wait_for()
            return page

        yield enter
        await tell_if_failed(request, browser.contexts)
