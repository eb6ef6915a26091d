"""A side conversation in a real browser: a supplier is asked beside a chat, answers by mail, and the customer sees nothing of it."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Locator, expect

from tests.browser import violations
from tests.flows.colleague import Colleague
from tests.flows.conftest import Arrive, Come
from tests.flows.demo import Demo
from tests.flows.mailbox import Mailbox
from tests.flows.screen import verify_by_fetch
from tests.flows.talks import begin
from tests.flows.visitor import Visitor

MAIL_MS = 25_000
"""How long a mail may take from the hub's 250 to the screen: a worker of its own reads it."""
BEGIN = "Hacer una consulta aparte"


class Aside:
    """The drawer, and the card in the thread."""

    def __init__(self, who: Colleague) -> None:
        self.who = who
        self.drawer = who.page.locator(".drawer")
        self.cards = who.log.locator("[data-aside]")

    def said(self, text: str) -> Locator:
        """A message in the drawer."""
        return self.drawer.locator("article", has_text=text)

    async def ask(self, address: str, subject: str, text: str) -> None:
        """Ask somebody outside, with the keyboard alone from the thread on."""
        await self.who.page.keyboard.press("Escape")
        await self.who.page.keyboard.press("q")
        await self.drawer.get_by_label("Dirección de correo").fill(address)
        await self.drawer.get_by_label("Asunto").fill(subject)
        await self.drawer.get_by_label("Mensaje").fill(text)
        await self.who.page.keyboard.press("Control+Enter")
        await expect(self.said(text)).to_be_visible()

    async def close(self) -> None:
        await self.who.page.keyboard.press("Escape")
        await expect(self.drawer).to_have_count(0)


async def shown_to(vera: Visitor) -> str:
    """All that stands in the visitor's bubble."""
    text: str = await vera.log.inner_text()
    return text


@pytest.mark.timeout(240)
async def test_a_supplier_answers_beside_the_chat_and_the_customer_sees_nothing(demo: Demo, come: Come, arrive: Arrive) -> None:
    luis, sofia, vera = await come("luis"), await come("sofia"), await arrive()
    await begin(vera, luis, "¿Tenéis el asa del cuenco Duna?")
    await sofia.open(luis.customer)
    aside, watched = Aside(luis), Aside(sofia)
    supplier = Mailbox(luis.page.request, demo.world, f"taller.{uuid4().hex[:8]}@proveedor.example")
    await aside.ask(supplier.address, "Asa suelta", "¿Os queda alguna asa?")
    assert await violations(luis.page) == []
    await expect(watched.cards).to_contain_text("Esperando respuesta")
    mail = await supplier.next()
    assert "¿Os queda alguna asa?" in mail["text"]
    assert mail["subject"] == "Asa suelta"
    assert "cuenco Duna" not in str(mail), "the supplier sees only what was written to it"
    await aside.close()

    await supplier.answer(mail, "Quedan dos, salen mañana.")
    await expect(aside.cards).to_contain_text("Respuesta nueva", timeout=MAIL_MS)
    await expect(watched.cards).to_contain_text("Quedan dos, salen mañana.")
    await expect(luis.page.locator(".toast", has_text="respondió a la consulta aparte")).to_be_visible()
    await expect(luis.page.get_by_title("Consultas aparte con respuesta nueva: 1")).to_be_visible()
    assert await violations(luis.page) == []
    await aside.cards.click()
    await expect(aside.said("Quedan dos, salen mañana.")).to_be_visible()
    await expect(aside.cards).to_contain_text("Respondida")
    await expect(luis.page.get_by_title("Consultas aparte con respuesta nueva: 1")).to_have_count(0)
    await aside.drawer.get_by_label("Mensaje").fill("Perfecto, mandadlas.")
    await luis.page.keyboard.press("Control+Enter")
    await expect(aside.said("Perfecto, mandadlas.")).to_be_visible()
    await aside.drawer.get_by_role("button", name="Terminar").click()
    await expect(watched.cards).to_contain_text("Terminada")
    await aside.drawer.get_by_role("button", name="Reabrir").click()
    await expect(watched.cards).to_contain_text("Esperando respuesta")
    await aside.close()

    await verify_by_fetch(luis)
    await expect(luis.message("Quedan dos")).to_have_count(0)
    bubble = await shown_to(vera)
    for secret in ("asas", "asa?", "Quedan dos", "mandadlas", "Asa suelta"):
        assert secret not in bubble


@pytest.mark.timeout(240)
async def test_what_was_asked_is_taken_back_and_its_words_stand_in_the_form_again(come: Come, arrive: Arrive) -> None:
    luis, vera = await come("luis"), await arrive()
    await begin(vera, luis, "¿Y la tapa?")
    aside = Aside(luis)
    await aside.ask("taller@proveedor.example", "Tapa", "¿Tenéis tapa?")
    await aside.drawer.get_by_role("button", name="Deshacer").click()
    await expect(aside.drawer.get_by_label("Mensaje")).to_have_value("¿Tenéis tapa?")
    await expect(aside.drawer.get_by_label("Asunto")).to_have_value("Tapa")
    await expect(aside.cards).to_have_count(0)


@pytest.mark.timeout(240)
async def test_a_colleague_is_asked_and_answers_beside_the_thread(come: Come, arrive: Arrive) -> None:
    luis, sofia, vera = await come("luis"), await come("sofia"), await arrive()
    await begin(vera, luis, "¿Cuándo vuelve el plato Mar?")
    aside, asked = Aside(luis), Aside(sofia)
    await luis.page.get_by_role("button", name=BEGIN).click()
    await aside.drawer.get_by_role("button", name="Compañeros").click()
    await aside.drawer.get_by_label("Sofía").check()
    await aside.drawer.get_by_label("Asunto").fill("Plato Mar")
    await aside.drawer.get_by_label("Mensaje").fill("¿Hay fecha?")
    await aside.drawer.get_by_role("button", name="Enviar consulta").click()
    await expect(aside.said("¿Hay fecha?")).to_be_visible()
    await sofia.page.locator(".toast", has_text="Luis").get_by_role("button", name="Ver").click()
    await asked.cards.click()
    await expect(asked.said("¿Hay fecha?")).to_be_visible()
    await asked.drawer.get_by_label("Mensaje").fill("El lunes.")
    await sofia.page.keyboard.press("Control+Enter")
    await expect(aside.said("El lunes.")).to_be_visible()
    assert await violations(sofia.page) == []
    found: Any = await shown_to(vera)
    assert "fecha" not in found
    assert "lunes" not in found
    await expect(luis.message("El lunes.")).to_have_count(0)
