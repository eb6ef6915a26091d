"""An administrator adds a channel from the gallery, and watches its first message come."""

import re

from playwright.async_api import Page, expect

from sandbox.telegram import BOT_TOKEN
from tests.agent_ui.conftest import SignIn
from tests.browser import violations
from tests.connectors.telegram.world import World

FORGED = "123456789:AAE" + "x" * 32


async def fill_in(page: Page, telegram: World, token: str) -> None:
    """The form of a bot that is the pretend one's."""
    await page.get_by_label("Nombre", exact=True).fill("Bot de la tienda")
    await page.get_by_label("Token del bot", exact=True).fill(token)
    await page.locator("summary", has_text="Avanzado").click()
    await page.get_by_label("Dirección de la API").fill(f"{telegram.base}/telegram")


async def test_a_channel_from_the_gallery_receives_its_first_message(enter_beside_providers: SignIn, telegram: World) -> None:
    page = await enter_beside_providers("admin", "/settings/channels")
    await page.get_by_role("searchbox", name="Buscar un tipo de canal").fill("tele")
    await page.get_by_role("link", name=re.compile("^Telegram")).click()
    await expect(page.get_by_text("En Telegram abra un chat con")).to_be_visible()

    await fill_in(page, telegram, FORGED)
    await page.get_by_role("button", name="Comprobar").click()
    await expect(page.locator(".ck--bad")).to_be_visible()
    await page.get_by_label("Token del bot", exact=True).fill(BOT_TOKEN)
    await page.get_by_role("button", name="Comprobar").click()
    await expect(page.get_by_text(re.compile(r"^(\d+) de \1 pasos bien$"))).to_be_visible()

    await page.get_by_role("button", name="Guardar").click()
    await expect(page.get_by_role("heading", name="Bot de la tienda")).to_be_visible()
    await page.get_by_role("button", name="Activar").click()
    await expect(page.get_by_text("Esperando el primer mensaje")).to_be_visible()
    assert await violations(page) == []

    await telegram.does("say", "lucia", text="Hola, ¿tenéis la talla 38?")
    await expect(page.get_by_text("El primer mensaje ya está aquí")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("link", name=re.compile("^Abrir el hilo de")).click()
    await expect(page.get_by_text("Hola, ¿tenéis la talla 38?").last).to_be_visible()


async def test_what_is_wrong_stands_at_its_field(enter_beside_providers: SignIn, telegram: World) -> None:
    page = await enter_beside_providers("admin", "/settings/channels/new/telegram")
    await page.get_by_role("button", name="Guardar").click()
    token = page.get_by_label("Token del bot", exact=True)
    await expect(token).to_be_focused()
    await expect(token).to_have_accessible_description(re.compile("^obligatorio"))
    await fill_in(page, telegram, BOT_TOKEN)
    await expect(token).not_to_have_accessible_description(re.compile("obligatorio"))


async def test_what_was_typed_is_not_left_without_asking(enter_beside_providers: SignIn) -> None:
    page = await enter_beside_providers("admin", "/settings/channels/new/telegram")
    await page.get_by_label("Nombre", exact=True).fill("Bot")
    await page.get_by_role("link", name="Personas").click()
    await page.get_by_role("button", name="Seguir aquí").click()
    await expect(page.get_by_label("Nombre", exact=True)).to_have_value("Bot")
    await page.get_by_role("link", name="Personas").click()
    await page.get_by_role("button", name="Salir sin guardar").click()
    await expect(page.get_by_role("heading", name="Personas", level=1)).to_be_visible()


async def test_an_agent_sees_how_channels_fare_and_cannot_change_them(enter_beside_providers: SignIn) -> None:
    page = await enter_beside_providers("ana", "/settings/channels")
    await expect(page.get_by_text("Los canales los cambia quien administra.")).to_be_visible()
    await expect(page.get_by_text("Chat web")).to_be_visible()
    await expect(page.get_by_role("heading", name="Añadir un canal")).to_have_count(0)


async def test_rules_are_put_in_order_with_the_keyboard_and_tried(enter_beside_providers: SignIn) -> None:
    page = await enter_beside_providers("admin", "/settings/rules")
    await page.get_by_role("button", name="Añadir una regla").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("De la dirección").fill("*@*")
    await dialog.get_by_role("button", name="Guardar").click()
    await expect(dialog.get_by_text("una dirección exacta")).to_be_visible()
    await dialog.get_by_label("De la dirección").fill("*@empresa.example")
    await dialog.get_by_label("Va a la cola").select_option(label="Pedidos")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Guardar").click()
    await expect(dialog).to_have_count(0)

    await page.get_by_role("button", name=re.compile("^Regla 2 de 2")).focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_text("Ahora es la regla 1 de 2")).to_be_attached()
    await expect(page.get_by_role("button", name=re.compile("^Regla 1 de 2"))).to_be_focused()
    tried = page.get_by_role("region", name="Probar las reglas")
    await tried.get_by_label("De la dirección").fill("compras@empresa.example")
    await tried.get_by_role("button", name="Probar").click()
    await expect(tried.get_by_text("Regla 1: iría a Pedidos.")).to_be_visible()
    assert await violations(page) == []

    await page.get_by_role("button", name="Quitar la regla 1").click()
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.get_by_text("de *@empresa.example")).to_be_visible()
