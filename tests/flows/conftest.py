"""What every story begins with: the demo in a database of its own, one Chromium, and people who open it."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext

from hatch_build import build_console
from hub.kernel.embedded import EmbeddedPostgres
from tests.browser import chromium
from tests.flows.colleague import Colleague
from tests.flows.demo import PASSWORD, Demo
from tests.flows.visitor import Visitor
from tests.source import ROOT

NEAR_S = 20.0

MakeContext = Callable[..., Awaitable[BrowserContext]]
Come = Callable[..., Awaitable[Colleague]]
Arrive = Callable[..., Awaitable[Visitor]]
_number = itertools.count(1)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all stories."""
    async with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
async def demo(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The demo, on its first day; the stories of one module happen one after the other in it."""
    build_console(ROOT)
    database = f"hilo_flow_{next(_number)}"
    postgres.create_database(database)
    async with Demo(tmp_path_factory.mktemp("demo"), postgres.url(database)) as running:
        yield running


@pytest.fixture
async def contexts(browser: Browser) -> AsyncIterator[MakeContext]:
    """Browsers of people's own, closed at the end."""
    async with AsyncExitStack() as stack:

        async def make(**how: Any) -> BrowserContext:
            size = {"width": 1440, "height": 900}
            context = await browser.new_context(**{"locale": "es-ES", "viewport": size, "reduced_motion": "reduce", **how})
            context.set_default_timeout(NEAR_S * 1000)
            stack.push_async_callback(context.close)
            return context

        yield make


@pytest.fixture
def come(demo: Demo, contexts: MakeContext) -> Come:
    """`await come("ana", "/supervise", theme="dark")`: a colleague signs in and opens a page."""

    async def enter(who: str, path: str = "/", *, theme: str = "light", **how: Any) -> Colleague:
        context = await contexts(base_url=demo.address, color_scheme=theme, **how)
        answer = await context.request.post("/api/v1/session", data={"email": f"{who}@demo.example", "password": PASSWORD})
        assert answer.ok, await answer.text()
        page = await context.new_page()
        await page.goto(path)
        await page.locator(".rail").wait_for()
        return Colleague(page)

    return enter


@pytest.fixture
def arrive(demo: Demo, contexts: MakeContext) -> Arrive:
    """`await arrive("?customer=lucia")`: a visitor comes to the shop's page."""

    async def enter(query: str = "", *, theme: str = "light", **how: Any) -> Visitor:
        return await Visitor.arrive(await contexts(color_scheme=theme, **how), f"{demo.world}/shop{query}")

    return enter
