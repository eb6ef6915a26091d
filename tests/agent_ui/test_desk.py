"""The agent's desk: offers are not accepted by mistake, work goes from offer to closed by keys alone, a cut connection is caught up."""

from playwright.async_api import Page, expect

from tests.agent_ui.conftest import SignIn
from tests.browser import failures, violations

ACCEPT = "Control+Shift+A"


async def available(page: Page) -> None:
    await page.get_by_role("button", name="Ponerme disponible").click()


async def open_first_customer(page: Page) -> None:
    await page.goto("/customers")
    await page.locator("a.people__row").first.click()
    await page.get_by_role("log").wait_for()


async def test_typing_never_accepts_an_offer_and_an_offer_never_takes_the_caret(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    broken = failures(page)
    await open_first_customer(page)
    editor = page.locator(".composer [contenteditable], .composer textarea").first
    await editor.click()
    await available(page)
    offer = page.get_by_role("alertdialog").first
    await editor.click()
    await offer.wait_for()
    await page.keyboard.type("una frase ")
    await page.keyboard.press("Enter")
    await expect(editor).to_be_focused()
    offers = await page.get_by_role("alertdialog").count()
    accept = offer.get_by_role("button", name="Aceptar")
    for key in ("Enter", "Space"):
        await accept.focus()
        await page.keyboard.press(key)
    await expect(offer.get_by_text("Intro y espacio nunca aceptan")).to_be_visible()
    assert await page.get_by_role("alertdialog").count() == offers
    assert await violations(page) == []
    await editor.click()
    who = await offer.locator("h2").inner_text()
    await page.keyboard.press(ACCEPT)
    await expect(page.get_by_role("alertdialog").filter(has_text=who)).to_have_count(0)  # more than two are folded: the next one moves up
    assert broken == []


async def test_work_goes_from_offer_to_closed_by_keys_alone(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    broken = failures(page)
    await available(page)
    offer = page.get_by_role("alertdialog").first
    await offer.wait_for()
    name = (await offer.get_by_role("heading").inner_text()).split(",")[0]
    await expect(page).to_have_title(f"● Oferta: {name} · Hilo")
    await page.keyboard.press(ACCEPT)
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await page.keyboard.press("e")
    closing = page.get_by_role("form", name=f"Cerrar lo de {name}")
    await expect(closing.get_by_role("radio").first).to_be_focused()
    await page.keyboard.press("1")
    assert await violations(page) == []
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("status").filter(has_text=f"{name} cerrado")).to_be_visible()
    await expect(page.locator(".row", has_text=name)).to_have_count(0)
    assert broken == []


async def test_closing_too_early_has_a_way_back_by_escape(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    await available(page)
    await page.get_by_role("alertdialog").first.wait_for()
    await page.keyboard.press(ACCEPT)
    await page.get_by_role("log").wait_for()
    await page.keyboard.press("e")
    closing = page.get_by_role("form", name="Cerrar lo de")
    await expect(closing.get_by_role("radio").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(closing).to_have_count(0)
    await expect(page.locator("#composer")).to_be_focused()
    mine = (await (await page.request.get("/api/v1/work?mine=1")).json())["items"]
    assert [work["state"] for work in mine] == ["assigned"]


async def test_a_declined_offer_goes_to_a_colleague(sign_in: SignIn) -> None:
    luis = await sign_in("luis")
    ana = await sign_in("ana")
    await available(ana)
    offer = ana.get_by_role("alertdialog").first
    await offer.wait_for()
    name = (await offer.get_by_role("heading").inner_text()).split(",")[0]
    await available(luis)
    await ana.keyboard.press("Control+Shift+D")
    await ana.get_by_role("menuitem", name="No es para mí").click()
    await expect(ana.get_by_role("alertdialog", name=name)).to_have_count(0)
    await expect(luis.get_by_role("alertdialog", name=name)).to_be_visible()


async def test_a_supervisor_sees_why_something_waits_and_gives_it_to_somebody(sign_in: SignIn) -> None:
    ana = await sign_in("ana")
    sofia = await sign_in("sofia", "/supervise")
    broken = failures(sofia)
    first = sofia.locator(".waits__row").first
    name = await first.locator("b").first.inner_text()
    await first.click()
    await expect(sofia.get_by_role("heading", name="Por qué espera")).to_be_visible()
    await expect(sofia.locator(".why .reasons li, .why .why__sum").first).to_be_visible()
    assert await violations(sofia) == []
    await sofia.get_by_role("button", name="Asignar a…").click()
    await sofia.get_by_role("combobox", name="Asignar a").fill("ana")
    await sofia.get_by_role("button", name="Asignar", exact=True).click()
    await expect(ana.locator(".row", has_text=name)).to_be_visible()
    await expect(sofia.locator(".waits__row", has_text=name)).to_have_count(0)
    assert broken == []


async def test_a_lost_connection_is_told_and_the_desk_catches_up(sign_in: SignIn) -> None:
    sofia = await sign_in("sofia", "/supervise")
    ana = await sign_in("ana")
    await expect(ana.locator(".status")).to_contain_text("Desconectado")
    await ana.context.set_offline(True)
    await expect(ana.get_by_text("Sin conexión desde hace")).to_be_visible(timeout=60_000)
    assert await violations(ana) == []
    await ana.get_by_role("button", name="Probar ahora").click()
    await expect(ana.get_by_text("Sin conexión desde hace")).to_be_visible()
    await ana.context.set_offline(False)
    await expect(ana.get_by_text("Sin conexión desde hace")).to_have_count(0)
    await sofia.locator(".waits__row").first.click()
    await sofia.get_by_role("button", name="Asignar a…").click()
    await sofia.get_by_role("combobox", name="Asignar a").fill("ana")
    await sofia.get_by_role("button", name="Asignar", exact=True).click()
    await expect(ana.locator(".row")).to_have_count(1)
    shown = await ana.locator(".row__name").all_inner_texts()
    fetched = await (await ana.request.get("/api/v1/work?mine=1")).json()
    assert shown == [work["customer"]["name"] for work in fetched["items"]]
