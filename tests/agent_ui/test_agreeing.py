"""Writing first: a customer's consent is written down and taken back, and a customer is invited to another channel."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.meta import company
from sandbox.telegram import BOT_TOKEN
from tests.agent_ui.conftest import PretendMeta, SignIn
from tests.browser import violations
from tests.connectors.telegram.world import World
from tests.rig.waiting import eventually

WHATSAPP = {
    "phone_number_id": company.PHONE_NUMBER_ID,
    "account_id": company.ACCOUNT_ID,
    "app_id": company.APP_ID,
    "app_secret": company.APP_SECRET,
    "access_token": company.WHATSAPP_TOKEN,
}


class Console:
    """An administrator's browser, which can also ask the hub itself."""

    def __init__(self, page: Page, csrf: str) -> None:
        self.page = page
        self._headers = {"X-CSRF-Token": csrf}

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.page.request.fetch(f"/api/v1{path}", method=method, data=body, headers=self._headers)
        assert answer.ok, await answer.text()
        return await answer.json()

    async def channel(self, connector: str, settings: dict[str, str]) -> None:
        """An open channel of that kind, once."""
        known = (await self.ask("GET", "/channels"))["items"]
        if not any(one["connector"] == connector for one in known):
            made = await self.ask("POST", "/channels", {"connector": connector, "name": f"{connector} de la tienda", "settings": settings})
            await self.ask("POST", f"/channels/{made['channel']['id']}/enable")

    async def opens(self, customer: str) -> Locator:
        """A customer's page; the panel."""
        await self.page.goto(f"/customers/{customer}")
        panel = self.page.get_by_role("region", name="Ficha")
        await expect(panel.get_by_role("heading", name="Identidades")).to_be_visible()
        return panel


@pytest.fixture
async def console(enter_beside_providers: SignIn, telegram: World, meta: PretendMeta) -> Console:
    """With Telegram and WhatsApp open."""
    page = await enter_beside_providers("admin")
    session = await (await page.request.get("/api/v1/session")).json()
    made = Console(page, session["csrf"])
    await made.channel("telegram", {"token": BOT_TOKEN, "base_url": f"{telegram.base}/telegram"})
    await made.channel("whatsapp", {**WHATSAPP, "graph_url": f"{meta.base}/meta"})
    return made


async def test_nobody_is_written_to_first_before_the_agent_has_written_down_that_they_agreed(console: Console) -> None:
    page = console.page
    customer = (await console.ask("GET", "/customers?limit=1"))["items"][0]["id"]
    await console.ask("POST", f"/customers/{customer}/identities", {"kind": "phone", "value": "+34600111777"})
    panel = await console.opens(customer)
    await page.get_by_role("button", name=re.compile("^Responder por")).click()
    await page.get_by_role("menuitemradio", name=re.compile("WhatsApp")).click()
    await expect(page.get_by_text("no ha escrito por este canal ni ha aceptado")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^Enviar Ctrl"))).to_have_attribute("aria-disabled", "true")

    await page.get_by_role("button", name="Anotar que acepta").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Cómo lo aceptó").select_option(label="en persona")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Anotar que acepta").click()
    await expect(dialog.get_by_text(re.compile("^Aceptó en persona; lo anotó "))).to_be_visible()
    await dialog.get_by_role("button", name="Cerrar").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("solo vale una plantilla")).to_be_visible()
    await expect(panel.get_by_text(re.compile(r"anotó que acepta mensajes por WhatsApp \(en persona\)"))).to_be_visible()

    await panel.get_by_role("button", name="Consentimiento de +34600111777").click()
    await dialog.get_by_role("button", name="Retirar").click()
    await expect(dialog.get_by_text("No ha escrito por aquí")).to_be_visible()
    await dialog.get_by_role("button", name="Cerrar").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("no ha escrito por este canal ni ha aceptado")).to_be_visible()


async def test_a_customer_is_invited_and_comes_to_the_same_thread(console: Console, telegram: World) -> None:
    page = console.page
    customer = (await console.ask("GET", "/customers?limit=2"))["items"][1]["id"]
    panel = await console.opens(customer)
    await panel.get_by_role("button", name="Invitar a Telegram").click()
    dialog = page.get_by_role("dialog")
    link = dialog.get_by_label("Enlace para esta persona")
    await expect(link).to_have_value(re.compile(r"^https://t\.me/\w+\?start=[\w-]+$"))
    assert await violations(page) == []
    made = await link.input_value()
    await expect(dialog.get_by_label("Mensaje")).to_have_value(re.compile(re.escape(made)))
    await dialog.get_by_role("button", name="Enviar").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("log").get_by_text(made)).to_be_visible()

    await telegram.does("say", "invited", name="Otro Nombre", text=f"/start {made.partition('start=')[2]}")
    await telegram.does("say", "invited", text="Ya estoy en Telegram")
    await expect(page.get_by_role("log").get_by_text("Ya estoy en Telegram")).to_be_visible()
    await expect(panel.get_by_role("button", name="Invitar a Telegram")).to_have_count(0)
    await eventually(lambda: _joined(console, customer), what="the join is told")


async def _joined(console: Console, customer: str) -> bool:
    return [one["evidence"] for one in (await console.ask("GET", f"/customers/{customer}"))["joins"]] == ["invited"]
