"""How people come in: browsers of their own, signed in where that is needed."""

from contextlib import AsyncExitStack
from typing import Any

from playwright.async_api import Browser, BrowserContext

from tests.flows.colleague import Colleague
from tests.flows.demo import PASSWORD, Demo

NEAR_MS = 20_000


async def new_context(stack: AsyncExitStack, browser: Browser, **how: Any) -> BrowserContext:
    """A browser of one's own, Spanish and 1440 by 900 unless said otherwise; the stack closes it."""
    usual = {"locale": "es-ES", "viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
    context = await browser.new_context(**{**usual, **how})
    context.set_default_timeout(NEAR_MS)
    stack.push_async_callback(context.close)
    return context


async def come(stack: AsyncExitStack, browser: Browser, demo: Demo, who: str, path: str, **how: Any) -> Colleague:
    """A colleague signs in and opens a page."""
    context = await new_context(stack, browser, base_url=demo.address, **how)
    answer = await context.request.post("/api/v1/session", data={"email": f"{who}@demo.example", "password": PASSWORD})
    assert answer.ok, await answer.text()
    page = await context.new_page()
    await page.goto(path)
    await page.locator(".rail").wait_for()
    return Colleague(page)
