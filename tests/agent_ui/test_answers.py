"""Automatic answers in a real browser: set by an administrator, seen by an agent; and the alarm that a supervisor settles."""

import re
from email.message import EmailMessage
from uuid import uuid4

import aiosmtplib
from playwright.async_api import Page, expect

from tests.agent_ui.conftest import SignIn
from tests.browser import failures, violations
from tests.rig.waiting import eventually


async def mails(page: Page, sender: str, text: str, times: int = 1) -> None:
    """A customer writes to the demo's mailbox; `page` is an administrator's."""
    channels = (await (await page.request.get("/api/v1/channels")).json())["items"]
    mailbox = next(one for one in channels if one["connector"] == "email")
    settings = (await (await page.request.get(f"/api/v1/channels/{mailbox['id']}")).json())["settings"]
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=settings["listen_port"], start_tls=False) as client:
        for number in range(times):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = sender, settings["address"], "Pedido"
            mail["Message-ID"] = f"<{uuid4().hex}@outside.example>"
            mail.set_content(f"{text} {number}")
            await client.send_message(mail)


async def known(page: Page, name: str) -> bool:
    """Whether somebody is on record."""
    return name in await (await page.request.get("/api/v1/customers")).text()


async def acknowledge(page: Page) -> None:
    """Every queue acknowledges new matters."""
    await expect(page.get_by_role("switch", name="Acusar recibo de cada asunto nuevo")).to_be_visible()
    queues = page.get_by_role("group", name="Colas").get_by_role("button")
    for number in range(await queues.count()):
        await queues.nth(number).click()
        await page.get_by_role("switch", name="Acusar recibo de cada asunto nuevo").click()
        await page.get_by_role("button", name="Guardar", exact=True).click()
        await expect(page.get_by_role("button", name="Guardar", exact=True)).to_have_attribute("aria-disabled", "true")


async def test_hours_and_texts_are_set_and_show_at_once_how_it_would_be(look_in: SignIn) -> None:
    page = await look_in("admin", "/settings/answers")
    broken = failures(page)
    await expect(page.get_by_text("Siempre abierto").first).to_be_visible()
    await page.get_by_role("button", name="Con horario").click()
    zone = page.get_by_label("Zona horaria")
    await zone.fill("Marte")
    await expect(page.get_by_text("No existe; escríbela como Europe/Madrid.")).to_be_visible()
    await zone.fill("Europe/Madrid")
    for day in ("lunes", "martes", "miércoles", "jueves", "viernes"):
        await page.get_by_role("button", name=re.compile(f"^{day}: quitar el tramo")).click()
    await expect(page.get_by_text("Cerrado, y sin ningún día abierto")).to_be_visible()
    await page.get_by_role("button", name="lunes: añadir un tramo").click()
    await expect(page.get_by_text("Ahora: ")).to_be_visible()
    await page.get_by_role("switch", name="Avisar fuera de horario").click()
    await page.get_by_label("Fuera de horario", exact=True).fill("Volvemos: {{opens}}. Código {{code}} {{nada}}")
    await expect(page.get_by_role("alert")).to_contain_text("nada")
    await page.get_by_label("Fuera de horario", exact=True).fill("Volvemos: {{opens}}. Código {{code}}")
    await expect(page.get_by_text(re.compile(r"Volvemos: lunes, 9:00\. Código B7K-2QF"))).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Guardar", exact=True).click()
    await expect(page.get_by_text("Guardado")).to_be_visible()
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.get_by_role("switch", name="Avisar fuera de horario")).to_have_attribute("aria-checked", "false")
    assert broken == []


async def test_an_agent_sees_an_automatic_answer_folded_and_goes_on_being_waited_for(look_in: SignIn) -> None:
    page = await look_in("admin", "/settings/answers")
    await acknowledge(page)
    await mails(page, "Vera Soler <vera@outside.example>", "Buenos días, no me ha llegado el pedido que hice")
    await eventually(lambda: known(page, "Vera Soler"), what="the customer is known")
    await page.goto("/customers")
    await page.locator("a.people__row", has_text="Vera Soler").click()
    row = page.get_by_role("article").filter(has_text="acuse de recibo automático")
    await expect(row).to_be_visible()
    words = row.get_by_text("Su código de seguimiento es")
    await expect(words).to_be_hidden()
    assert await violations(page) == []
    await row.locator("summary").click()
    await expect(words).to_be_visible()


async def test_a_supervisor_is_told_of_a_loop_and_lets_it_go_on(look_in: SignIn) -> None:
    admin = await look_in("admin", "/supervise")
    await expect(admin.get_by_role("heading", name="En espera")).to_be_visible()
    await mails(admin, "robot@machine.example", "Your request was received and is number", times=12)
    alarm = admin.get_by_role("alert").filter(has_text="robot@machine.example")
    await expect(alarm).to_contain_text(re.compile("1[12] veces"))  # mails that come together are looked at together
    assert await violations(admin) == []
    await alarm.get_by_role("button", name="Reanudar").click()
    await expect(alarm).to_have_count(0)
    await admin.get_by_role("button", name="Deshacer").click()
    await expect(alarm).to_be_visible()
