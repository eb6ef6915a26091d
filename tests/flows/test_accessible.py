"""What everybody can use: axe finds nothing on any page and in any state of console, bubble and shop, in both themes."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.browser import violations
from tests.flows.colleague import Colleague
from tests.flows.conftest import Arrive, Come
from tests.flows.demo import Demo
from tests.flows.talks import begin


class Look:
    """Looks at page after page and remembers what axe found where."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], list[object]] = {}

    async def at(self, page: Page, place: str) -> None:
        """In both themes."""
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            self.found[place, theme] = await violations(page)


@pytest.fixture
async def look() -> AsyncIterator[Look]:
    """At the end nothing may have been found."""
    one = Look()
    yield one
    assert {place: said for place, said in one.found.items() if said} == {}


@pytest.mark.timeout(240)
async def test_the_desk_in_every_state(come: Come, arrive: Arrive, look: Look) -> None:
    luis, vera = await come("luis"), await arrive()
    await expect(luis.page.get_by_text("Nada te espera")).to_be_visible()
    await look.at(luis.page, "empty inbox")
    await begin(vera, luis, "¿Hay taller los domingos?")
    await vera.field.fill("Es que")
    await look.at(luis.page, "conversation and customer panel")
    await luis.page.keyboard.press("n")
    await luis.editor.fill("Solo en mayo.")
    await look.at(luis.page, "note")
    await _popups(luis, look)
    await luis.become("Disponible")
    await luis.offers.first.wait_for()
    await look.at(luis.page, "offer")
    await luis.offers.first.get_by_role("button", name="Rechazar").click()
    await luis.page.get_by_role("menu").wait_for()
    await _look_and_close(luis.page, look, "reasons to decline")
    await luis.page.get_by_role("button", name="Cerrar", exact=True).first.click()
    await luis.page.get_by_role("form").get_by_role("button", name="Cerrar").click()
    await expect(luis.page.get_by_text("Elige qué ha sido.")).to_be_visible()
    await look.at(luis.page, "wrap-up without a code")
    assert len(look.found) == 2 * 11


async def _popups(luis: Colleague, look: Look) -> None:
    page = luis.page
    await page.keyboard.press("Control+k")
    await page.get_by_role("option").first.wait_for()
    await _look_and_close(page, look, "palette")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await page.get_by_role("dialog", name="Atajos de teclado").wait_for()
    await _look_and_close(page, look, "shortcuts")
    await page.keyboard.press("t")
    await page.get_by_role("dialog", name="Transferir").wait_for()
    await _look_and_close(page, look, "transfer")
    await page.get_by_role("button", name="Responder", exact=True).click()
    await page.get_by_role("button", name="Responder por").click()
    await page.get_by_role("menu").wait_for()
    await _look_and_close(page, look, "channels to answer by")
    await page.locator(".status").click()
    await page.get_by_role("radio", name="Disponible").wait_for()
    await _look_and_close(page, look, "status")


async def _look_and_close(page: Page, look: Look, place: str) -> None:
    await look.at(page, place)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog").or_(page.get_by_role("menu"))).to_have_count(0)


@pytest.mark.timeout(180)
async def test_a_suggested_duplicate_and_the_comparison(come: Come, look: Look) -> None:
    luis = await come("luis")
    await luis.open(await luis.customer_named("Lucía Ferrer Montes"))
    await luis.page.get_by_role("button", name="Comparar").click()
    await luis.page.get_by_role("dialog").get_by_role("table").wait_for()
    await look.at(luis.page, "comparison")
    assert look.found


@pytest.mark.timeout(240)
async def test_the_bubble_in_every_state(demo: Demo, come: Come, arrive: Arrive, look: Look) -> None:
    luis, vera = await come("luis"), await arrive()
    await look.at(vera.page, "shop with the bubble closed")
    await vera.open_chat()
    await look.at(vera.page, "new chat")
    await vera.say("¿Hacéis tazas?")
    await vera.chat.get_by_role("region", name="Tu turno").wait_for()
    await look.at(vera.page, "in the queue")
    await vera.chat.get_by_role("button", name="Por correo").click()
    await vera.chat.get_by_role("button", name="Guardar").click()
    await look.at(vera.page, "wrong address")
    await vera.chat.get_by_role("button", name="Cancelar").click()
    await begin(vera, luis, "¿Y teteras?")
    await luis.write("Tazas sí; teteras, en primavera.")
    await vera.message("teteras, en primavera").wait_for()
    await look.at(vera.page, "talking")
    await vera.chat.get_by_role("button", name="Más: sonido, idioma, terminar").click()
    await look.at(vera.page, "menu")
    await vera.chat.get_by_role("button", name="Terminar la conversación").click()
    await expect(vera.chat.get_by_text("¿Cómo te hemos atendido?")).to_be_visible()
    await look.at(vera.page, "survey")
    await vera.page.goto(demo.world)
    await vera.page.get_by_role("heading").first.wait_for()
    await look.at(vera.page, "the page to be a customer")
    assert len(look.found) == 2 * 8
