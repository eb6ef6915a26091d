"""A visit at the counter is written down where it belongs: in the customer's thread."""

import re

from playwright.async_api import FilePayload, Page, expect

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
    await expect(page.get_by_role("log").get_by_text("Lo anotaste tú").first).to_be_visible()


DROPPED = """([kind, files]) => {
    const data = new DataTransfer();
    for (const [name, size] of files) data.items.add(new File([new Uint8Array(size)], name, { type: "application/pdf" }));
    const form = document.querySelector("[role=dialog] form");
    form.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""
"""Drops files on the dialog, or pastes them into it; each with a size."""


async def test_scanned_files_come_with_a_visit_chosen_dropped_and_pasted(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/settings/channels")
    await open_counter(page)
    await page.goto("/customers")
    await page.get_by_role("button", name="Anotar una visita").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Nombre").fill("Elvira Soto")
    async with page.expect_file_chooser() as chooser:
        await dialog.get_by_role("button", name=re.compile("^Adjuntar documentos")).click()
    await (await chooser.value).set_files(FilePayload(name="chosen.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4"))
    tray = dialog.get_by_role("list", name="Archivos")
    await expect(tray.get_by_text("chosen.pdf")).to_be_visible()
    await page.evaluate(DROPPED, ["drop", [["dropped.pdf", 10], ["wrong.pdf", 10], ["huge.pdf", 26 * 1024 * 1024]]])
    await page.evaluate(DROPPED, ["paste", [["pasted.pdf", 10]]])
    await expect(tray.get_by_text("pasted.pdf")).to_be_visible()
    await expect(tray.get_by_role("progressbar")).to_have_count(0)
    await tray.get_by_role("button", name="Quitar wrong.pdf").click()
    assert await violations(page) == []

    await dialog.get_by_role("button", name="Anotar", exact=True).click()
    await expect(dialog).to_have_count(0)
    message = page.get_by_role("log").locator("article.msg").last
    for name in ("chosen.pdf", "dropped.pdf", "pasted.pdf"):
        await expect(message.get_by_text(name)).to_be_visible()
    await expect(message.get_by_text("wrong.pdf")).to_have_count(0)


async def test_on_a_phone_nothing_of_the_dialog_is_cut_off(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/settings/channels")
    await open_counter(page)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto("/customers")
    await page.get_by_role("button", name="Anotar una visita").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Nombre")).to_be_visible()
    choose = await dialog.get_by_role("button", name=re.compile("^Adjuntar documentos")).bounding_box()
    whole = await dialog.bounding_box()
    assert choose
    assert whole
    assert choose["x"] + choose["width"] <= whole["x"] + whole["width"]


async def test_files_that_do_not_fit_a_visit_are_named_with_the_reason(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/settings/channels")
    await open_counter(page)
    await page.goto("/customers")
    await page.get_by_role("button", name="Anotar una visita").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Nombre")).to_be_visible()
    await page.evaluate(DROPPED, ["drop", [["huge.pdf", 26 * 1024 * 1024]]])
    await expect(dialog.get_by_role("alert")).to_have_text("Más de 25 MB: huge.pdf. Divide el archivo o redúcelo.")
    await page.evaluate(DROPPED, ["drop", [[f"{number}.pdf", 1] for number in range(21)]])
    await expect(dialog.get_by_role("alert")).to_have_text("Con una visita van 20 archivos como mucho; no caben: 20.pdf.")
    await expect(dialog.get_by_role("listitem")).to_have_count(20)


async def test_a_file_that_is_cut_off_can_be_sent_again(sign_in: SignIn) -> None:
    page = await sign_in("admin", "/settings/channels")
    await open_counter(page)
    await page.goto("/customers")
    await page.get_by_role("button", name="Anotar una visita").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Nombre")).to_be_visible()
    await page.route("**/api/v1/attachments*", lambda route: route.abort())
    await page.evaluate(DROPPED, ["drop", [["scan.pdf", 10]]])
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_label("Nombre").fill("Elvira Soto")
    await expect(dialog.get_by_role("button", name="Anotar", exact=True)).to_have_attribute("aria-disabled", "true")
    await page.unroute("**/api/v1/attachments*")
    await dialog.get_by_role("button", name="Reintentar").click()
    await expect(dialog.get_by_role("button", name="Anotar", exact=True)).to_have_attribute("aria-disabled", "false")
