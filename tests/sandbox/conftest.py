"""What tests of the page in a browser share: the pretend world, a browser, and the page in it."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from sandbox.app import build
from sandbox.post import Post
from sandbox.telegram.shapes import BOT_TOKEN, person
from sandbox.travels import Travels
from sandbox.world import Place
from tests.browser import chromium, failures

CHAT = person("lucia").id


@pytest.fixture
async def address() -> AsyncIterator[str]:
    place = Place(hub="http://127.0.0.1:9", support="support@demo.example", channel="key", secret="secret")
    async with TestServer(build(place, Post(Travels(), hub_host="127.0.0.1", hub_port=9))) as one:
        yield str(one.make_url(""))


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """The page, watching; every test ends without an error on it."""
    context = await browser.new_context(locale="es-ES", viewport={"width": 1440, "height": 900})
    one = await context.new_page()
    errors = failures(one)
    async with one.expect_response(re.compile("/doubles/events")):
        await one.goto(address)
    yield one
    assert errors == []
    await context.close()


async def bot_does(address: str, method: str, **given: object) -> int:
    """What the company does on Telegram; the status of the answer."""
    address = f"{address}/telegram/bot{BOT_TOKEN}/{method}"
    async with aiohttp.ClientSession() as client, client.post(address, json={"chat_id": CHAT, **given}) as answer:
        return answer.status
