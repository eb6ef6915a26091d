"""WhatsApp as an administrator sets it up and an agent writes on it, with the pretend Meta: what Hilo makes, the webhook, templates."""

import re

from playwright.async_api import Page, expect

from sandbox.meta import company
from tests.agent_ui.conftest import PretendMeta, SignIn
from tests.browser import violations

ANA = "34600111222"
FIELDS = {
    "Identificador del número": company.PHONE_NUMBER_ID,
    "Identificador de la cuenta de WhatsApp Business": company.ACCOUNT_ID,
    "Identificador de la app": company.APP_ID,
    "Clave secreta de la app": company.APP_SECRET,
    "Token de acceso": company.WHATSAPP_TOKEN,
}


async def set_up(page: Page, meta: PretendMeta) -> None:
    """The form, filled in and saved; what Hilo makes is left to it."""
    for label, value in FIELDS.items():
        await page.get_by_label(label, exact=True).fill(value)
    await expect(page.get_by_text("Lo crea Hilo al guardar")).to_be_visible()
    await page.locator("summary", has_text="Avanzado").click()
    await page.get_by_label("Dirección de Graph API").fill(f"{meta.base}/meta")
    await page.get_by_role("button", name="Guardar").click()
    await expect(page).to_have_url(re.compile("/settings/channels/[0-9a-f-]{36}$"))


async def test_whatsapp_is_set_up_and_a_template_is_sent(enter_beside_providers: SignIn, meta: PretendMeta) -> None:
    page = await enter_beside_providers("admin", "/settings/channels/new/whatsapp")
    await set_up(page, meta)
    made = page.get_by_role("region", name="Secretos recién creados")
    await expect(made.get_by_label("Token de verificación", exact=True)).to_have_value(re.compile(".{20,}"))
    await expect(page.get_by_role("textbox", name="Dirección del webhook")).to_have_value(re.compile("/hooks/"))
    assert await violations(page) == []
    await page.reload()
    await expect(page.get_by_role("textbox", name="Dirección del webhook")).to_be_visible()
    await expect(made).to_have_count(0)

    await page.get_by_role("button", name="Activar").click()
    await expect(page.get_by_text("Esperando el primer mensaje")).to_be_visible()
    await page.get_by_role("button", name="Instalar el webhook en el proveedor").click()
    await expect(page.get_by_text(re.compile(r"^(\d+) de \1 pasos bien$"))).to_be_visible()
    await page.get_by_role("button", name="Traer otra vez").click()
    await expect(page.get_by_text("order_update")).to_be_visible()

    await meta.does("say", ANA, name="Ana Ruiz", text="¿Dónde está mi pedido?")
    await page.get_by_role("link", name="Abrir el hilo de Ana Ruiz").click()
    await expect(page.get_by_text(re.compile("^libre hasta"))).to_be_visible()
    await page.get_by_role("button", name="Plantillas").click()
    templates = page.get_by_role("group", name="Plantillas")
    await templates.get_by_label("Plantilla", exact=True).select_option(label="order_update · es")
    for field in await templates.get_by_role("textbox").all():
        await field.fill("1042")
    await expect(templates.locator(".bubble")).to_contain_text("1042")
    assert await violations(page) == []
    await templates.get_by_role("button", name="Enviar la plantilla").click()
    await meta.double.wait_for(lambda one: one.extra.get("template") == "order_update")
    await expect(page.locator(".msg--out").last).to_contain_text("1042")


async def test_a_secret_is_made_anew_and_a_channel_is_archived_and_taken_back(enter_beside_providers: SignIn, meta: PretendMeta) -> None:
    page = await enter_beside_providers("admin", "/settings/channels/new/whatsapp")
    await set_up(page, meta)
    made = page.get_by_label("Token de verificación", exact=True)
    before = await made.input_value()
    await page.get_by_role("button", name=re.compile("^Más cosas que hacer con")).click()
    await page.get_by_role("menuitem", name="Crear otro: Token de verificación").click()
    await page.get_by_role("dialog").get_by_role("button", name="Crear otro").click()
    await expect(made).not_to_have_value(before)

    await page.get_by_role("button", name=re.compile("^Más cosas que hacer con")).click()
    await page.get_by_role("menuitem", name="Cambiar los datos").click()
    await expect(page.get_by_role("group", name="Token de acceso")).to_contain_text("Guardado; no se vuelve a mostrar")
    await page.get_by_label("Nombre", exact=True).fill("WhatsApp de la tienda")
    await page.get_by_role("button", name="Guardar").click()
    await expect(page.get_by_role("heading", name="WhatsApp de la tienda")).to_be_visible()

    await page.get_by_role("button", name=re.compile("^Más cosas que hacer con")).click()
    await page.get_by_role("menuitem", name="Archivar el canal").click()
    await expect(page.get_by_text("Archivado", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.get_by_text("Desactivado", exact=True)).to_be_visible()
