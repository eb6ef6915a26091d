"""Mail as a colleague writes it, in a real browser, up to what arrives in the mailboxes outside."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser import violations
from tests.flows.colleague import SEND, Colleague
from tests.flows.conftest import Come
from tests.flows.demo import SUPPORT, Demo
from tests.flows.mailbox import Mailbox
from tests.rig.waiting import eventually

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """(field, data) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], "foto.png", {type: "image/png"}));
    field.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


def text_of(mail: dict[str, Any]) -> str:
    """Its text with the line ends of a page."""
    return "\n".join(mail["text"].splitlines()).strip()


class Desk:
    """Ana at her mail, and the mailboxes of those she writes to."""

    def __init__(self, demo: Demo, ana: Colleague) -> None:
        self.demo, self.ana, self.page = demo, ana, ana.page
        self.box = ana.page.locator(".composer")

    def mailbox(self, address: str) -> Mailbox:
        return Mailbox(self.page.request, self.demo.world, address)

    async def hears(self, sender: str, subject: str, text: str, **more: Any) -> None:
        """A mail of that customer comes in, and Ana opens the thread."""
        given = {"from": f"{subject} <{sender}>", "to": SUPPORT, "subject": subject, "text": text, **more}
        answer = await self.page.request.post(f"{self.demo.world}/mail", data=given)
        assert answer.ok, await answer.text()

        async def known() -> str:
            found = (await self.ana.fetch("/customers", q=sender))["items"]
            return str(found[0]["id"]) if found else ""

        await self.ana.open(await eventually(known, what=f"{sender} is known", seconds=30))
        await expect(self.box.get_by_label("Asunto")).to_be_visible()

    async def with_form(self) -> None:
        """Ana writes with buttons."""
        button = self.box.get_by_role("button", name="Formato")
        if await button.get_attribute("aria-pressed") == "false":
            await button.click()
        await expect(self.box.get_by_role("toolbar", name="Formato")).to_be_visible()


@pytest.fixture
async def desk(demo: Demo, come: Come) -> Desk:
    return Desk(demo, await come("ana"))


async def test_an_answer_to_all_is_signed_and_has_its_form(desk: Desk) -> None:
    brand = (await desk.ana.fetch("/signatures"))["items"][0]["brand"]["id"]
    await desk.ana.change("PUT", "/me/title", {"title": "Taller"})
    await desk.ana.change("PUT", f"/me/signatures/{brand}", {"html": "<div><b>{{agent.name}}</b></div><div>{{agent.role}}</div>"})
    await desk.hears("marta@forja.example", "Marta Forja", "¿Cuándo llega?", headers={"Cc": "jefe@forja.example"})
    await desk.box.get_by_role("button", name="Responder a todos").click()
    await expect(desk.box.locator(".chip", has_text="jefe@forja.example")).to_be_visible()
    await expect(desk.box.get_by_text("Taller")).to_be_visible()
    await desk.with_form()
    await desk.ana.editor.click()
    await desk.page.keyboard.type("Llega ")
    await desk.page.keyboard.press("Control+b")
    await desk.page.keyboard.type("mañana")
    assert await violations(desk.page) == []
    await desk.ana.editor.press(SEND)
    for address in ("marta@forja.example", "jefe@forja.example"):
        mail = await desk.mailbox(address).next()
        assert text_of(mail) == "Llega mañana\n\n-- \nAna Ortega\nTaller"
        assert "<b>mañana" in mail["html"]
    await expect(desk.ana.message("Llega mañana")).to_have_count(1)


async def test_the_mail_that_is_answered_is_quoted_by_choice(desk: Desk) -> None:
    await desk.hears("quim@cita.example", "Quim Cita", "¿Tienen el cuenco azul?")
    await desk.box.get_by_role("button", name="Citar el correo").click()
    await expect(desk.box.get_by_text("Debajo, lo que escribió")).to_be_visible()
    await desk.ana.write("Sí, tres.")
    mail = await desk.mailbox("quim@cita.example").next()
    assert re.search(r"^Sí, tres\.\n\n(.|\n)*escribió:\n> ¿Tienen el cuenco azul\?", text_of(mail))


async def test_earlier_words_go_to_no_address_that_is_not_proved(desk: Desk) -> None:
    await desk.hears("olga@cita.example", "Olga Cita", "Es un secreto")
    await desk.box.get_by_role("button", name="Citar el correo").click()
    await desk.box.get_by_role("button", name="Cc y Cco").click()
    await desk.box.get_by_label("Cc", exact=True).fill("otro@fuera.example,")
    await desk.box.get_by_label("Cc", exact=True).press("Enter")
    await expect(desk.box.get_by_text("No se citará")).to_be_visible()
    await desk.ana.write("Hola")
    mail = await desk.mailbox("otro@fuera.example").next()
    assert "secreto" not in mail["text"]


async def test_a_mail_is_passed_on_with_its_file(desk: Desk) -> None:
    file = {"name": "rota.txt", "content_type": "text/plain", "text": "rota"}
    await desk.hears("rita@rota.example", "Rita Rota", "Llegó rota", attachments=[file])
    await desk.ana.message("Llegó rota").get_by_role("button", name=re.compile("^Reenviar el correo de")).click()
    await desk.box.get_by_label("Para").fill("fabrica@barro.example")
    await desk.ana.write("¿Lo cubre la garantía?")
    mail = await desk.mailbox("fabrica@barro.example").next()
    assert mail["subject"] == "Fwd: Rita Rota"
    assert "Llegó rota" in mail["text"]
    assert [one["name"] for one in mail["attachments"]] == ["rota.txt"]
    await expect(desk.ana.message("¿Lo cubre la garantía?").get_by_text("Reenviado a fabrica@barro.example")).to_be_visible()
    await desk.mailbox("fabrica@barro.example").answer(mail, "Sí, la cubre")

    async def known() -> list[Any]:
        found: list[Any] = (await desk.ana.fetch("/customers", q="fabrica@barro.example"))["items"]
        return found

    assert await eventually(known, what="the factory is a customer of its own", seconds=30)
    await expect(desk.ana.message("Sí, la cubre")).to_have_count(0)


async def test_a_picture_stands_in_the_text(desk: Desk) -> None:
    await desk.hears("foto@luz.example", "Foto Luz", "¿Cómo es?")
    await desk.with_form()
    await desk.ana.editor.click()
    await desk.page.keyboard.type("Así: ")
    await desk.ana.editor.evaluate(PASTE, PICTURE)
    await expect(desk.ana.editor.locator("img")).to_have_count(1)
    await desk.ana.editor.press(SEND)
    mail = await desk.mailbox("foto@luz.example").next()
    found = re.search(r'src="cid:([0-9a-f-]{36})"', mail["html"])
    assert found, mail["html"]
    assert len(mail["attachments"]) == 1


async def test_a_mail_taken_back_returns_whole(desk: Desk) -> None:
    await desk.hears("vuelta@atras.example", "Vuelta Atrás", "¿Y bien?", headers={"Cc": "otra@atras.example"})
    await desk.box.get_by_role("button", name="Responder a todos").click()
    await desk.box.get_by_label("Asunto").fill("Con otro asunto")
    await desk.with_form()
    await desk.ana.editor.click()
    await desk.page.keyboard.press("Control+b")
    await desk.page.keyboard.type("Nunca")
    await desk.ana.editor.press(SEND)
    await desk.ana.message("Nunca").get_by_role("button", name="Deshacer").click()
    await expect(desk.ana.editor.locator("b")).to_have_text("Nunca")
    await expect(desk.box.get_by_label("Asunto")).to_have_value("Con otro asunto")
    await expect(desk.box.locator(".chip", has_text="otra@atras.example")).to_be_visible()
    assert await desk.mailbox("vuelta@atras.example").received() == []


async def test_a_mail_waits_for_its_time_which_can_be_changed_or_called_off(desk: Desk) -> None:
    await desk.hears("luego@hora.example", "Luego Hora", "Sin prisa")
    for text in ("El lunes", "Nunca más"):
        await desk.ana.editor.fill(text)
        await desk.box.get_by_role("button", name="Enviar más tarde").click()
        await desk.page.get_by_role("menuitem", name=re.compile("9:00")).first.click()
        await expect(desk.ana.message(text).get_by_text(re.compile("^Sale el"))).to_be_visible()
    waiting = desk.box.get_by_role("region", name="Por enviar").locator("p")
    await expect(waiting).to_have_count(2)
    await waiting.first.get_by_role("button", name="Cambiar la hora").click()
    await desk.page.get_by_role("menuitem", name="Enviar ahora").click()
    await expect(waiting).to_have_count(1)
    mail = await desk.mailbox("luego@hora.example").next()
    assert text_of(mail).startswith("El lunes")
    await waiting.first.get_by_role("button", name="No enviar").click()
    await expect(waiting).to_have_count(0)
    await expect(desk.ana.message("Nunca más").get_by_text("Deshecho: no llegó a salir")).to_be_visible()


async def test_a_first_mail_goes_to_somebody_new_and_opens_the_conversation(desk: Desk) -> None:
    await desk.page.goto("/customers")
    await desk.page.get_by_role("button", name="Nuevo correo").click()
    letter = desk.page.get_by_role("dialog", name="Nuevo correo")
    await letter.get_by_label("Para").fill("nueva@persona.example")
    await letter.get_by_label(re.compile("^Nombre")).fill("Nuria Nueva")
    await letter.get_by_label("Asunto").fill("Su encargo")
    await letter.get_by_label("Texto del correo").fill("Ya está listo.")
    assert await violations(desk.page) == []
    await letter.get_by_role("button", name="Enviar").click()
    await expect(desk.page.get_by_role("heading", name="Nuria Nueva", level=1)).to_be_visible()
    mail = await desk.mailbox("nueva@persona.example").next()
    assert mail["subject"] == "Su encargo"
    await desk.mailbox("nueva@persona.example").answer(mail, "Paso mañana")
    await expect(desk.ana.message("Paso mañana")).to_have_count(1)


async def test_a_mail_about_something_new_to_somebody_known_says_whose_conversation_it_joins(desk: Desk) -> None:
    await desk.hears("sabida@casa.example", "Sabida Casa", "Lo de antes")
    before = desk.ana.customer
    await desk.page.goto("/customers")
    await desk.page.get_by_role("button", name="Nuevo correo").click()
    letter = desk.page.get_by_role("dialog", name="Nuevo correo")
    await letter.get_by_label("Para").fill("sabida@casa.example")
    await expect(letter.get_by_text("Es de Sabida Casa")).to_be_visible()
    await letter.get_by_label("Asunto").fill("Otra cosa")
    await letter.get_by_label("Texto del correo").fill("Tenemos novedades.")
    await letter.get_by_role("button", name="Enviar").click()
    await expect(desk.ana.message("Tenemos novedades.")).to_have_count(1)
    assert desk.ana.customer == before
    topics = (await desk.ana.fetch(f"/customers/{before}"))["topics"]
    assert sorted(one["subject"] for one in topics) == ["Otra cosa", "Sabida Casa"]


async def test_a_mail_that_comes_back_says_why_and_warns_until_the_address_writes_again(desk: Desk) -> None:
    await desk.hears("pepa@lejos.example", "Pepa Lejos", "¿Estáis?")
    await desk.ana.write("Aquí estamos")
    mail = await desk.mailbox("pepa@lejos.example").next()
    said = "The mail could not be delivered.\n<pepa@lejos.example>: 550 5.1.1 User unknown"
    bounce = {"from": "MAILER-DAEMON@lejos.example", "to": mail["from"], "subject": "failure notice", "text": said, "envelope_from": ""}
    answer = await desk.page.request.post(f"{desk.demo.world}/mail", data=bounce)
    assert answer.ok, await answer.text()
    await expect(desk.ana.message("Aquí estamos").get_by_text("ese buzón no existe")).to_be_visible()
    await expect(desk.box.get_by_text("vino devuelto")).to_be_visible()
    await desk.hears("pepa@lejos.example", "Pepa Lejos", "Ya funciona")
    await expect(desk.ana.message("Ya funciona")).to_have_count(1)
    await expect(desk.box.get_by_text("vino devuelto")).to_have_count(0)
