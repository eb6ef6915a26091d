"""A real Chromium for tests, and axe-core to ask whether a page can be used by everybody."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.source import ROOT

FAILED = pytest.StashKey[bool]()
"""Whether a test failed, for the fixtures that clean up behind it."""
AXE = ROOT / "agent_ui" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 30_000
"""How long a page may take to become what is expected: several browsers and databases share a small machine."""
SWITCHES = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser of the system's, without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(SWITCHES))
        try:
            yield browser
        finally:
            await browser.close()


def failures(page: Page) -> list[str]:
    """Filled with the page's uncaught errors as they happen."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


async def violations(page: Page) -> list[Any]:
    """What axe-core finds on the page and in its frames of the same site: rule, impact and places."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = await page.evaluate(
        "axe.run(document, {resultTypes: ['violations']})"
        ".then(({violations}) => violations.map(({id, impact, nodes}) => [id, impact, nodes.map(({target}) => target.join(' '))]))"
    )
    return found


async def tell_if_failed(request: pytest.FixtureRequest, contexts: list[BrowserContext]) -> None:
    """Print what stood on every page when the test failed: the report shows it."""
    if request.node.stash.get(FAILED, False):
        for page in [page for context in contexts for page in context.pages]:
            print(f"── {page.url}\n{await page.locator('body').aria_snapshot()}")
