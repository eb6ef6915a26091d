"""A visit at the counter is written down where it belongs: in the customer's thread."""

from playwright.async_api import Page, expect

from tests.agent_ui.conftest import SignIn
from tests.browser import violations


async def open_counter(page: Page) -> None:
    """Set a counter up, as an administrator does."""
    await page.goto("/settings/channels/new/counter")
    await page.get_by_label("Nombre", exact=True).fill("Mostrador de la calle Mayor")
    await page.get_by_role("button", name="Guardar").click()
    await page.get_by_role("button", name="Activar").click()
    await expect(page.get_by_text("Funciona")).to_be_visible()


async def test_a_visit_of_somebody_new_opens_a_thread_and_the_next_one_continues_it(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/settings/channels")
    await open_counter(page)
    await page.goto("/customers")
    await page.get_by_role("button", name="Anotar una visita").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Nombre").fill("Elvira Soto")
    await dialog.get_by_label("Qué se habló").fill("Trae una lámpara que no enciende")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Anotar").click()
    await expect(page.get_by_role("heading", name="Elvira Soto", level=1)).to_be_visible()
    await expect(page.get_by_role("log").get_by_text("Trae una lámpara que no enciende")).to_be_visible()

    await page.get_by_role("button", name="Anotar una visita").click()
    await dialog.get_by_label("Qué fue").select_option(label="Carta")
    await dialog.get_by_label("Qué se habló").fill("Escribe que ya funciona")
    await dialog.get_by_role("button", name="Anotar").click()
    await expect(page.get_by_role("log").get_by_text("Escribe que ya funciona")).to_be_visible()
