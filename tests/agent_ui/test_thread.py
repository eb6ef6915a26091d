"""The thread, the composer and the customer's record in a real browser: nothing written is lost, what is done can be undone."""

from playwright.async_api import Locator, Page, expect

from tests.agent_ui.conftest import SignIn
from tests.browser import failures, violations


async def lucia(page: Page) -> Locator:
    """Opens Lucía's conversation; answers the field one writes in."""
    await page.goto("/customers")
    await page.locator("a.people__row", has_text="Lucía Ferrer Montes").click()
    await page.get_by_role("log").wait_for()
    return page.locator("#composer")


async def test_a_draft_is_there_after_a_reload(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    field = await lucia(page)
    await field.fill("Tu cuenco sale hoy")
    await expect(page.get_by_text("Borrador guardado")).to_be_visible()
    await page.reload()
    await expect(page.locator("#composer")).to_have_value("Tu cuenco sale hoy")


async def test_a_mail_that_is_taken_back_never_leaves_and_its_words_return(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    broken = failures(page)
    field = await lucia(page)
    await field.fill("Sale mañana")
    await page.keyboard.press("Control+Enter")
    await expect(field).to_have_value("")
    sent = page.get_by_role("article").filter(has_text="Sale mañana")
    await sent.get_by_role("button", name="Deshacer").click()
    await expect(sent.get_by_text("Deshecho: no llegó a salir")).to_be_visible()
    await expect(field).to_have_value("Sale mañana")
    assert await violations(page) == []
    assert broken == []


async def test_what_is_written_offline_waits_in_order_and_leaves_by_itself(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    field = await lucia(page)
    await page.context.set_offline(True)
    for text in ("Primero esto", "y luego esto"):
        await field.fill(text)
        await page.keyboard.press("Control+Enter")
    waiting = page.get_by_role("article").filter(has_text="En cola")
    await expect(waiting).to_have_count(2)
    await page.context.set_offline(False)
    numbered = page.locator("article[data-number]")
    await expect(numbered.filter(has_text="y luego esto")).to_have_count(1)
    await expect(numbered.filter(has_text="Primero esto")).to_have_count(1)
    assert [text for text in await numbered.all_inner_texts() if "esto" in text][-1].find("luego") > 0


async def test_a_note_mentions_a_colleague_who_sees_it_at_once(sign_in: SignIn) -> None:
    luis = await sign_in("luis")
    await lucia(luis)
    ana = await sign_in("ana")
    field = await lucia(ana)
    await ana.keyboard.press("n")
    await expect(field).to_be_focused()
    await ana.keyboard.type("Lo lleva @lui")
    await ana.get_by_role("option", name="Luis").wait_for()
    await ana.keyboard.press("Enter")
    await ana.keyboard.press("Control+Enter")
    note = luis.get_by_role("article").filter(has_text="Lo lleva @Luis")
    await expect(note).to_be_visible()
    await expect(note.locator(".mention")).to_have_text("@Luis Prieto")


async def test_a_colleague_who_is_elsewhere_finds_the_mention_in_a_list_until_it_is_read(sign_in: SignIn) -> None:
    sofia = await sign_in("sofia")
    mentions = sofia.get_by_role("button", name="Menciones")
    await expect(mentions).to_have_text("Menciones")
    ana = await sign_in("ana")
    await lucia(ana)
    await ana.keyboard.press("n")
    await ana.keyboard.type("Que decida @sof")
    await ana.get_by_role("option", name="Sof").wait_for()
    await ana.keyboard.press("Enter")
    await ana.keyboard.press("Control+Enter")
    await expect(mentions).to_have_text("Menciones 1")
    await mentions.click()
    assert await violations(sofia) == []
    await sofia.locator(".row", has_text="Que decida").click()
    await expect(sofia.get_by_role("article").filter(has_text="Que decida")).to_be_visible()
    await expect(mentions).to_have_text("Menciones")
    await sofia.reload()
    await expect(mentions).to_have_text("Menciones")


async def test_after_a_file_was_attached_the_keys_still_send(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    field = await lucia(page)
    await field.fill("Te paso la ficha")
    await page.locator("input[type=file]").set_input_files({"name": "ficha.txt", "mimeType": "text/plain", "buffer": b"220 grados"})
    await expect(field).to_be_focused()
    await expect(page.locator(".composer").get_by_text("ficha.txt")).to_be_visible()
    await expect(page.get_by_role("progressbar", name="ficha.txt")).to_have_count(0)
    await page.get_by_role("button", name="Adjuntar").focus()
    await page.keyboard.press("Control+Enter")
    await expect(field).to_have_value("")
    await expect(page.get_by_role("article").filter(has_text="Te paso la ficha")).to_contain_text("ficha.txt")


async def test_the_screen_says_who_i_am_and_the_way_out_is_one_press_from_there(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    me = page.get_by_role("button", name="Ana Ortega: tu sesión")
    await me.click()
    await expect(page.get_by_role("menuitem", name="ana@demo.example")).to_be_visible()
    await page.get_by_role("menuitem", name="Salir").click()
    await expect(page.get_by_role("textbox", name="Contraseña")).to_be_visible()


async def test_a_field_is_kept_by_enter_left_by_escape_and_says_what_is_allowed(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    await lucia(page)
    await page.get_by_role("button", name="Ciudad: Valencia").click()
    await page.keyboard.type("Teruel")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Ciudad: Valencia").click()
    await page.keyboard.type("Teruel")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Ciudad: Teruel")).to_be_focused()
    await page.get_by_role("button", name="Añadir una identidad").click()
    await page.keyboard.type("123")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="No es un número de teléfono")).to_be_visible()
    assert await violations(page) == []


async def test_a_join_shows_both_threads_and_undoing_it_parts_them(sign_in: SignIn) -> None:
    page = await sign_in("ana")
    broken = failures(page)
    await lucia(page)
    duplicate = page.get_by_role("group", name="Posible duplicado")
    await duplicate.get_by_role("button", name="Unir").click()
    joined = page.locator(".joined", has_text="L. Ferrer, unido por Ana")
    await expect(joined).to_be_visible()
    await expect(page.get_by_role("article").filter(has_text="lavavajillas").first).to_be_attached()
    await joined.get_by_role("button", name="Deshacer").click()
    await expect(joined).to_have_count(0)
    await expect(page.get_by_role("article").filter(has_text="lavavajillas")).to_have_count(0)
    assert broken == []
