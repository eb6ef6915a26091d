"""The list of what has travelled, in a real browser: both ways, live, by app, with bodies and without secrets; and whose calls go wrong."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.telegram.shapes import BOT_TOKEN
from tests.browser import violations
from tests.sandbox.conftest import bot_does


async def say(page: Page, app: str, text: str) -> None:
    await page.get_by_role("button", name=app, exact=True).click()
    await page.get_by_label("Escribir en el teléfono").fill(text)
    await page.get_by_role("button", name="Mandar", exact=True).click()


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="Entregas").locator("tbody tr")


async def test_a_webhook_appears_by_itself_with_answer_and_tries_and_opens_without_its_secret(page: Page, address: str) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=503)

    hub = web.Application()
    hub.router.add_post("/hooks/t", refuse)
    async with TestServer(hub) as server:
        await bot_does(address, "setWebhook", url=str(server.make_url("/hooks/t")), secret_token="a-secret-of-ours")
        await say(page, "Telegram", "¿Abrís hoy?")
        told = rows(page).filter(has_text="/hooks/t").filter(has_text="message")
        await expect(told.get_by_role("img", name="entra")).to_be_visible()
        await expect(told).to_contain_text("503")
        await expect(told).to_contain_text("intentos")
    await told.get_by_role("button").click()
    await expect(page.get_by_label("Contenido")).to_contain_text('"text": "¿Abrís hoy?"')
    await told.get_by_role("button").click()
    await expect(page.get_by_label("Contenido")).to_have_count(0)
    await rows(page).filter(has_text="setWebhook").get_by_role("button").click()
    await expect(page.get_by_label("Contenido")).to_contain_text('"secret_token": "…"')
    await expect(page.get_by_role("region", name="Entregas")).not_to_contain_text(BOT_TOKEN.partition(":")[2])


async def test_what_travelled_by_one_app_can_be_looked_at_alone_also_after_a_reload(page: Page, address: str) -> None:
    await say(page, "Telegram", "Hola")
    assert await bot_does(address, "sendMessage", text="Buenas") == 200
    await expect(rows(page)).to_have_count(1)
    await page.get_by_label("Aplicación", exact=True).select_option("WhatsApp")
    await expect(page.get_by_text("Aún no ha viajado nada por WhatsApp.")).to_be_visible()
    await page.get_by_label("Aplicación", exact=True).select_option("Telegram")
    await expect(rows(page)).to_contain_text("sendMessage")
    await page.reload()
    await expect(rows(page)).to_contain_text("sendMessage")


@pytest.mark.parametrize(
    ("call", "method", "given"),
    [
        ("Ediciones, borrados y reacciones", "setMessageReaction", {"reaction": []}),
        ("Archivos", "getFile", {"file_id": "none"}),
        ("Cualquier llamada", "getMe", {}),
    ],
)
async def test_the_calls_that_go_wrong_can_be_chosen(page: Page, address: str, call: str, method: str, given: dict[str, object]) -> None:
    await say(page, "Telegram", "Hola")
    await page.get_by_label("Qué llamada de la tienda falla").select_option(call)
    switch = page.get_by_role("switch", name="Error del proveedor (500)")
    await switch.click()
    await expect(switch).to_be_checked()
    if call != "Cualquier llamada":
        assert await bot_does(address, "sendMessage", text="Sí") == 200
    assert await bot_does(address, method, **given) == 500
    await expect(switch).not_to_be_checked()


async def test_a_fault_of_one_of_metas_apps_is_not_one_of_another(page: Page, address: str) -> None:
    await page.get_by_role("button", name="Instagram", exact=True).click()
    switch = page.get_by_role("switch", name="Entrega perdida")
    await switch.click()
    await expect(switch).to_be_checked()
    await page.get_by_role("button", name="Messenger", exact=True).click()
    await expect(switch).not_to_be_checked()
    async with aiohttp.ClientSession() as client, client.get(f"{address}/doubles/meta") as answer:
        assert [one["app"] for one in (await answer.json())["faults"]] == ["instagram"]


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
async def test_everybody_can_use_the_list(browser: Browser, address: str, theme: str, width: int) -> None:
    context = await browser.new_context(locale="en-GB", viewport={"width": width, "height": 900})
    await context.add_init_script(f"localStorage.setItem('sandbox:theme', '{theme}')")
    page = await context.new_page()
    await page.goto(address)
    assert await bot_does(address, "sendMessage", text="Sí") == 200
    await page.get_by_role("region", name="Deliveries").get_by_role("button").click()
    await page.get_by_label("Contents").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await violations(page) == []
    await context.close()
