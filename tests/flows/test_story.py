"""From a question in the chat bubble to closed work: declined, offered on, answered, mailed, noted, wrapped up, seen by a colleague."""

import pytest
from playwright.async_api import expect

from tests.flows.colleague import ACCEPT, Colleague
from tests.flows.conftest import Arrive, Come
from tests.flows.demo import Demo
from tests.flows.mailbox import Mailbox
from tests.flows.screen import verify_bubbles, verify_by_fetch

QUESTION = "¿El cuenco Duna va al horno?"
ADDRESS = "vera@correo.example"
MAIL_MS = 25_000
"""How long a mail may take from the hub's 250 to the thread: a worker of its own reads it."""


@pytest.mark.timeout(240)
async def test_one_thread_from_a_chat_through_a_mail_to_closed_work(demo: Demo, come: Come, arrive: Arrive) -> None:
    ana, luis, sofia = await come("ana"), await come("luis"), await come("sofia")
    await ana.become("Disponible")
    vera = await arrive()
    await vera.open_chat()
    await vera.say(QUESTION)
    await expect(ana.offer(QUESTION)).to_be_visible()
    await vera.leave_address(ADDRESS)
    await ana.decline(ana.offer(QUESTION), "No es para mí")
    await luis.become("Disponible")
    offer = luis.offer(QUESTION)
    await expect(offer).to_be_visible()
    await luis.page.keyboard.press(ACCEPT)
    await expect(luis.message(QUESTION)).to_be_visible()
    await sofia.open(luis.customer)
    await expect(vera.chat.get_by_text("Te atiende Luis")).to_be_visible()
    await luis.write("Sí, hasta 220 grados.")
    await expect(vera.message("Sí, hasta 220 grados.")).to_be_visible()
    await expect(luis.state("Sí, hasta 220 grados.")).to_have_text("Leído")
    await _mail_joins_the_thread(luis, Mailbox(vera.page.request, demo.world, ADDRESS))
    await _note_and_closing_appear_at_once(luis, sofia)
    thread = await verify_by_fetch(luis, sofia)
    assert [one.direction for one in thread] == ["in", "out", "out", "in", "note"]
    await verify_bubbles(luis, vera)
    used = [one for one in (await sofia.fetch("/channels"))["items"] if one["connector"] in ("webchat", "email")]
    assert all(one["last_in_at"] and one["last_out_at"] for one in used), used


async def _mail_joins_the_thread(luis: Colleague, mailbox: Mailbox) -> None:
    await luis.answer_by(ADDRESS)
    await luis.write("Te mando la ficha del horno por correo.")
    mail = await mailbox.next()
    assert "Te mando la ficha del horno" in mail["text"]
    assert mail["subject"]
    await mailbox.answer(mail, "Recibida, muchas gracias.")
    await expect(luis.message("Recibida, muchas gracias.")).to_be_visible(timeout=MAIL_MS)
    await expect(luis.message("Recibida, muchas gracias.")).to_contain_text("por correo")


async def _note_and_closing_appear_at_once(luis: Colleague, sofia: Colleague) -> None:
    """Sofía opened the conversation before: nothing is reloaded there."""
    await sofia.page.evaluate("window.mark = 'never reloaded'")
    await luis.page.keyboard.press("Escape")
    await luis.page.get_by_role("group", name="Qué escribes").get_by_role("button", name="Nota").click()
    await luis.write("Pregunta por el horno cada invierno.")
    await expect(sofia.message("Pregunta por el horno cada invierno.")).to_contain_text("nota interna")
    await luis.close("Resuelto", note="Ficha enviada", promise="Llamarla cuando llegue la fuente")
    await expect(sofia.log.get_by_text("Luis Prieto la cerró: Resuelto")).to_be_visible()
    await expect(sofia.page.get_by_role("region", name="Compromisos").get_by_text("Llamarla cuando llegue la fuente")).to_be_visible()
    assert await sofia.page.evaluate("window.mark") == "never reloaded"
