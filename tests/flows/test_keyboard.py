"""Without a mouse: sign in, become available, accept, answer, note, close."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.flows.colleague import ACCEPT, SEND, Colleague
from tests.flows.conftest import Arrive, MakeContext
from tests.flows.demo import PASSWORD, Demo
from tests.flows.screen import verify_by_fetch

QUESTION = "¿Cuánto pesa la fuente Marea?"


@pytest.mark.timeout(180)
async def test_a_day_from_the_door_to_closed_work_by_keys_alone(demo: Demo, make_context: MakeContext, arrive: Arrive) -> None:
    ana = await _sign_in(await make_context(base_url=demo.address))
    await _command(ana, "Ponerme: Disponible")
    await expect(ana.page.locator(".status")).to_contain_text("Disponible")
    vera = await arrive()
    await vera.page.keyboard.press("Tab")
    await vera.open_chat()
    await vera.say(QUESTION)
    await ana.offer(QUESTION).wait_for()
    await ana.page.keyboard.press(ACCEPT)
    await ana.message(QUESTION).wait_for()
    await _type(ana, "r", "Un kilo y medio.")
    await expect(vera.message("Un kilo y medio.")).to_be_visible()
    await _type(ana, "n", "Pesa las piezas antes de comprar.")
    await expect(ana.message("Pesa las piezas antes de comprar.")).to_contain_text("nota interna")
    await verify_by_fetch(ana)
    await ana.page.keyboard.press("Escape")
    await ana.page.keyboard.press("e")
    await expect(ana.page.get_by_role("form").get_by_role("radio").first).to_be_focused()
    await ana.page.keyboard.press("1")
    await ana.page.keyboard.press(SEND)
    await expect(ana.log.get_by_text("Ana Ortega la cerró: Resuelto")).to_be_visible()


async def _sign_in(context: BrowserContext) -> Colleague:
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_label("Correo").wait_for()
    await expect(page.get_by_label("Correo")).to_be_focused()
    await page.keyboard.type("ana@demo.example")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(".rail").wait_for()
    return Colleague(page)


async def _command(colleague: Colleague, name: str) -> None:
    """Choose something in the palette."""
    await colleague.page.keyboard.press("Control+k")
    await expect(colleague.page.get_by_role("combobox", name="Buscar o hacer")).to_be_focused()
    await colleague.page.keyboard.type(name)
    await expect(colleague.page.get_by_role("option")).to_have_count(1)
    await colleague.page.get_by_role("option", name=name).wait_for()
    await colleague.page.keyboard.press("Enter")
    await expect(colleague.page.get_by_role("combobox", name="Buscar o hacer")).to_have_count(0)


async def _type(colleague: Colleague, key: str, text: str) -> None:
    """Go to the composer with a key, from wherever the caret is, write and send."""
    await colleague.page.keyboard.press("Escape")
    await colleague.page.keyboard.press(key)
    await expect(colleague.editor).to_be_focused()
    await colleague.page.keyboard.type(text)
    await colleague.page.keyboard.press(SEND)
    await expect(colleague.editor).to_have_value("")
