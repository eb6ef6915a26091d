"""An administrator connects a mailbox: the form shows what belongs to the choices made, each step tried, the first mail comes."""

import asyncio
import re

from playwright.async_api import Locator, Page, expect

from tests.agent_ui.conftest import SignIn
from tests.browser import violations
from tests.connectors.email.imap.keeper import a_mail
from tests.connectors.email.imap.provider import relay
from tests.rig.dovecot import PASSWORD, dovecot

USER = "tienda@demo.example"


def group(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=re.compile(f"^{name}"))


def secret(where: Locator, name: str) -> Locator:
    """The field itself, not the button beside it that shows what was typed."""
    return where.get_by_role("textbox", name=re.compile(f"^{name}"))


async def fill_in(page: Page, relay_port: int, imap_port: int) -> None:
    """A mailbox at a server of one's own."""
    await page.get_by_label("Nombre", exact=True).fill("Correo de la tienda")
    await page.get_by_label("Dirección", exact=True).fill(USER)
    out, mailbox = group(page, "Salida"), group(page, "Entrada por buzón")
    await out.get_by_label("Servidor de salida (SMTP)").fill("127.0.0.1")
    await out.get_by_label("Puerto").fill(str(relay_port))
    await out.get_by_label("Cifrado").select_option("none")
    await expect(mailbox.get_by_label("Servidor IMAP")).to_be_hidden()
    await mailbox.get_by_label("Recoger el correo de un buzón (IMAP)").check()
    await mailbox.get_by_label("Servidor IMAP").fill("127.0.0.1")
    await mailbox.get_by_label("Puerto").fill(str(imap_port))
    await mailbox.get_by_label("Cifrado").select_option("none")
    await secret(mailbox, "Contraseña").fill("wrong")


async def test_a_mailbox_is_connected_checked_and_brings_its_first_mail(enter_beside_providers: SignIn) -> None:
    with dovecot() as server:
        async with relay(server) as relay_port:
            page = await enter_beside_providers("admin", "/settings/channels/new/email")
            await fill_in(page, relay_port, server.imap_port)
            assert await violations(page) == []
            await page.get_by_role("button", name="Comprobar").click()
            await expect(page.locator(".ck--bad")).to_contain_text("Entrar en el buzón")
            await secret(group(page, "Entrada por buzón"), "Contraseña").fill(PASSWORD)
            await page.get_by_role("button", name="Comprobar").click()
            await expect(page.get_by_text(re.compile(r"^(\d+) de \1 pasos bien$"))).to_be_visible(timeout=30_000)
            await expect(page.get_by_text("Enviar un correo de prueba a la propia dirección y recibirlo")).to_be_visible()
            assert await violations(page) == []
            await page.get_by_role("button", name="Guardar").click()
            await page.get_by_role("button", name="Activar").click()
            await expect(page.get_by_text("Esperando el primer mensaje")).to_be_visible()
            await asyncio.to_thread(server.deliver, USER, [a_mail("Hola")])
            await expect(page.get_by_text("El primer mensaje ya está aquí")).to_be_visible(timeout=20_000)


async def test_the_form_shows_what_belongs_to_the_way_of_signing_in(enter_beside_providers: SignIn) -> None:
    page = await enter_beside_providers("admin", "/settings/channels/new/email")
    account = group(page, "Cuenta")
    await expect(secret(account, "Secreto de la aplicación")).to_be_hidden()
    for provider in ("google", "microsoft"):
        await account.get_by_label("Cómo se identifica el hub").select_option(provider)
        await expect(secret(account, "Secreto de la aplicación")).to_be_visible()
        await expect(account.get_by_label("Inquilino (tenant)")).to_be_visible(visible=provider == "microsoft")
    await expect(secret(group(page, "Salida"), "Contraseña")).to_be_hidden()
