"""The customer's phone in a real browser: what is written stands in the thread and is known to the pretend provider."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from sandbox.app import build
from sandbox.people import CUSTOMERS
from sandbox.post import Post
from sandbox.travels import Travels
from sandbox.world import Place
from tests.browser import chromium, failures


@pytest.fixture
async def address() -> AsyncIterator[str]:
    place = Place(hub="http://127.0.0.1:9", support="support@demo.example", channel="key", secret="secret")
    async with TestServer(build(place, Post(Travels(), hub_host="127.0.0.1", hub_port=9))) as one:
        yield str(one.make_url(""))


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.mark.parametrize(
    ("app", "double"),
    [("SMS", "twilio"), ("WhatsApp", "meta"), ("Telegram", "telegram"), ("Messenger", "meta"), ("Instagram", "meta")],
)
async def test_what_is_written_in_an_app_stands_in_its_thread(browser: Browser, address: str, app: str, double: str) -> None:
    context = await browser.new_context(locale="es-ES")
    page = await context.new_page()
    errors = failures(page)
    async with page.expect_response(re.compile("/doubles/events")):
        await page.goto(address)
    await page.get_by_role("button", name=app, exact=True).click()
    await page.get_by_label("Escribir en el teléfono").fill("¿Abrís hoy?")
    await page.get_by_role("button", name="Mandar").click()
    await expect(page.locator("#phone-thread .bubble--mine")).to_contain_text("¿Abrís hoy?")
    async with aiohttp.ClientSession() as client, client.get(f"{address}/doubles/{double}") as answer:
        (shown,) = (await answer.json())["shown"]
    assert (shown["text"], shown["app"], shown["mine"]) == ("¿Abrís hoy?", app.lower(), True)
    assert errors == []
    await context.close()


async def test_an_answer_appears_by_itself_and_is_read_when_the_chat_is_opened(browser: Browser, address: str) -> None:
    context = await browser.new_context(locale="es-ES")
    page = await context.new_page()
    async with page.expect_response(re.compile("/doubles/events")):
        await page.goto(address)
    async with aiohttp.ClientSession() as client:
        said = {"app": "whatsapp", "customer": CUSTOMERS[0].phone, "text": "Sí, hasta las ocho"}
        async with client.post(f"{address}/doubles/meta/echo", json=said) as answer:
            assert answer.status == 200
    bubble = page.locator("#phone-thread .bubble", has_text="Sí, hasta las ocho")
    await expect(bubble.get_by_role("img", name="entregado")).to_be_visible()
    await page.get_by_role("button", name="Qué hacer en esta aplicación").click()
    await page.get_by_role("button", name="Abrir el chat").click()
    await expect(bubble.get_by_role("img", name="leído")).to_be_visible()
    await bubble.get_by_role("button", name="Opciones del mensaje").click()
    await bubble.get_by_role("button", name="Reaccionar con ❤️").click()
    await expect(bubble).to_contain_text("❤")
    await context.close()
