"""What every story begins with: the demo in a database of its own, one Chromium, and people who open it."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext

from hatch_build import build_console
from hub.kernel.embedded import EmbeddedPostgres
from tests.browser import chromium, tell_if_failed
from tests.flows import doors
from tests.flows.colleague import Colleague
from tests.flows.demo import Demo
from tests.flows.doors import new_context
from tests.flows.visitor import Visitor
from tests.source import ROOT

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
async def browsers(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[AsyncExitStack]:
    """The browsers of all people in a story, closed at its end."""
    async with AsyncExitStack() as stack:
        yield stack
        await tell_if_failed(request, browser.contexts)


@pytest.fixture
def make_context(browser: Browser, browsers: AsyncExitStack) -> MakeContext:
    """`await make_context(locale="en-GB")`: a browser of one's own."""
    return partial(new_context, browsers, browser)


@pytest.fixture
def come(demo: Demo, browser: Browser, browsers: AsyncExitStack) -> Come:
    """`await come("ana", "/supervise", locale="en-GB")`: a colleague signs in and opens a page."""

    async def enter(who: str, path: str = "/", **how: Any) -> Colleague:
        return await doors.come(browsers, browser, demo, who, path, **how)

    return enter


@pytest.fixture
def arrive(demo: Demo, make_context: MakeContext) -> Arrive:
    """`await arrive("?customer=lucia")`: a visitor comes to the shop's page."""

    async def enter(query: str = "", **how: Any) -> Visitor:
        return await Visitor.arrive(await make_context(**how), f"{demo.world}/shop{query}")

    return enter
