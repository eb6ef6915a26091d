"""The customer's phone in a real browser: what is written stands in the thread and is known to the pretend provider."""

import re
from base64 import b64decode

import aiohttp
import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.people import CUSTOMERS
from tests.browser import failures, violations
from tests.sandbox.conftest import bot_does


async def standing(address: str, double: str) -> list[dict[str, object]]:
    """What stands on the phones."""
    async with aiohttp.ClientSession() as client, client.get(f"{address}/doubles/{double}") as answer:
        found: list[dict[str, object]] = (await answer.json())["shown"]
    return found


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Escribir en el teléfono").fill(text)
    await page.get_by_role("button", name="Mandar", exact=True).click()


@pytest.mark.parametrize(
    ("app", "double"),
    [("SMS", "twilio"), ("WhatsApp", "meta"), ("Telegram", "telegram"), ("Messenger", "meta"), ("Instagram", "meta")],
)
async def test_what_is_written_in_an_app_stands_in_its_thread(browser: Browser, address: str, app: str, double: str) -> None:
    context = await browser.new_context(locale="es-ES")
    page = await context.new_page()
    errors = failures(page)
    async with page.expect_response(re.compile("/doubles/events")):
        await page.goto(address)
    await page.get_by_role("button", name=app, exact=True).click()
    await page.get_by_label("Escribir en el teléfono").fill("¿Abrís hoy?")
    await page.get_by_role("button", name="Mandar", exact=True).click()
    await expect(page.locator("#phone-thread .bubble--mine")).to_contain_text("¿Abrís hoy?")
    async with aiohttp.ClientSession() as client, client.get(f"{address}/doubles/{double}") as answer:
        (shown,) = (await answer.json())["shown"]
    assert (shown["text"], shown["app"], shown["mine"]) == ("¿Abrís hoy?", app.lower(), True)
    assert errors == []
    await context.close()


async def test_an_answer_appears_by_itself_and_is_read_when_the_chat_is_opened(browser: Browser, address: str) -> None:
    context = await browser.new_context(locale="es-ES")
    page = await context.new_page()
    async with page.expect_response(re.compile("/doubles/events")):
        await page.goto(address)
    async with aiohttp.ClientSession() as client:
        said = {"app": "whatsapp", "customer": CUSTOMERS[0].phone, "text": "Sí, hasta las ocho"}
        async with client.post(f"{address}/doubles/meta/echo", json=said) as answer:
            assert answer.status == 200
    bubble = page.locator("#phone-thread .bubble", has_text="Sí, hasta las ocho")
    await expect(bubble.get_by_role("img", name="entregado")).to_be_visible()
    await page.get_by_role("button", name="Qué hacer en esta aplicación").click()
    await page.get_by_role("button", name="Abrir el chat").click()
    await expect(bubble.get_by_role("img", name="leído")).to_be_visible()
    await bubble.get_by_role("button", name="Opciones del mensaje").click()
    await bubble.get_by_role("button", name="Reaccionar con ❤️").click()
    await expect(bubble).to_contain_text("❤")
    await context.close()


@pytest.mark.parametrize(("app", "double"), [("WhatsApp", "meta"), ("Telegram", "telegram")])
async def test_a_picture_a_voice_note_and_a_place_stand_in_the_thread(page: Page, address: str, app: str, double: str) -> None:
    thread = page.locator("#phone-thread")
    await page.get_by_role("button", name=app, exact=True).click()
    await page.get_by_role("button", name="Adjuntar", exact=True).click()
    await page.get_by_role("button", name="Mandar la foto jarra").click()
    await expect(thread.get_by_role("img", name="jarra.jpg")).to_be_visible()
    await page.get_by_role("button", name="Nota de voz").click()
    await page.wait_for_function("document.querySelector('#phone-thread audio')?.duration > 1")
    await page.get_by_role("button", name="Adjuntar", exact=True).click()
    await page.get_by_role("button", name="Lugar").click()
    await expect(thread).to_contain_text("Ruzafa")
    known = [one["media"] or one["extra"] for one in await standing(address, double)]
    kinds = [one[0]["kind"] if isinstance(one, list) else sorted(one)[0] for one in known]  # type: ignore[call-overload]
    assert kinds == ["image", "voice", "location"]
    (note,) = [one["media"][0] for one in await standing(address, double) if one["media"]][1:]  # type: ignore[index]
    recorded = b64decode(note["data"])
    assert (note["type"], recorded[:4], recorded[28:36]) == ("audio/ogg", b"OggS", b"OpusHead"), "as phones record"


async def test_a_file_of_ones_own_can_be_sent_and_downloaded_again(page: Page) -> None:
    await page.get_by_role("button", name="Adjuntar", exact=True).click()
    await page.get_by_label("Archivo").set_input_files({"name": "factura.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    async with page.expect_download() as download:
        await page.locator("#phone-thread").get_by_role("link", name="factura.pdf").click()
    assert (await download.value).suggested_filename == "factura.pdf"


async def test_a_message_is_edited_answered_and_taken_back(page: Page, address: str) -> None:
    await write(page, "Llega hoy?")
    bubble = page.locator("#phone-thread .bubble").first
    await bubble.get_by_role("button", name="Opciones del mensaje").click()
    await bubble.get_by_role("button", name="Editar").click()
    await write(page, "¿Llega hoy?")
    await expect(bubble).to_contain_text("editado")
    await bubble.get_by_role("button", name="Opciones del mensaje").click()
    await bubble.get_by_role("button", name="Responder").click()
    await write(page, "A casa, digo")
    await expect(page.locator("#phone-thread blockquote")).to_have_text("¿Llega hoy?")
    await bubble.get_by_role("button", name="Opciones del mensaje").click()
    await bubble.get_by_role("button", name="Eliminar").click()
    await expect(bubble).to_contain_text("Mensaje eliminado")
    asked, answer = await standing(address, "meta")
    assert (asked["edited"], asked["deleted"], answer["reply_to"]) == (True, True, asked["id"])


async def test_whoever_blocked_the_shop_is_told_so_when_writing_to_it(page: Page) -> None:
    await page.get_by_role("button", name="Telegram", exact=True).click()
    await page.get_by_role("button", name="Qué hacer en esta aplicación").click()
    await page.get_by_role("button", name="Bloquear", exact=True).click()
    await expect(page.get_by_text("La tienda está bloqueada")).to_be_visible()
    await write(page, "¿Hola?")
    await expect(page.get_by_text("Has bloqueado a la tienda en Telegram")).to_be_visible()
    await expect(page.get_by_label("Escribir en el teléfono")).to_have_value("¿Hola?")


async def test_the_phone_shows_that_the_shop_writes_until_it_has_written(page: Page, address: str) -> None:
    await page.get_by_role("button", name="Telegram", exact=True).click()
    await bot_does(address, "sendChatAction", action="typing")
    await expect(page.get_by_text("La tienda escribe…")).to_be_visible()
    await bot_does(address, "sendMessage", text="Sí, hoy")
    await expect(page.locator("#phone-thread")).to_contain_text("Sí, hoy")
    await expect(page.get_by_text("La tienda escribe…")).not_to_be_visible()


async def test_a_fault_befalls_the_next_message_alone_and_stands_among_what_travelled(page: Page, address: str) -> None:
    await page.get_by_role("button", name="Telegram", exact=True).click()
    switch = page.get_by_role("switch", name="Demasiadas llamadas (429)")
    await switch.click()
    await expect(switch).to_be_checked()
    assert await bot_does(address, "sendChatAction", action="typing") == 200
    assert await bot_does(address, "sendMessage", text="Sí") == 429
    await expect(switch).not_to_be_checked()
    rows = page.get_by_role("region", name="Entregas").locator("tbody tr")
    await expect(rows.first).to_contain_text("429")
    await expect(rows.first).to_contain_text("sendMessage")
    assert await bot_does(address, "sendMessage", text="Sí") == 200


async def test_the_phone_works_by_keyboard_and_escape_closes_what_is_open(page: Page) -> None:
    add = page.get_by_role("button", name="Adjuntar", exact=True)
    await add.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Mandar la foto duna").focus()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Mandar la foto duna")).not_to_be_visible()
    await expect(add).to_be_focused()
    await write(page, "Hola")
    more = page.get_by_role("button", name="Opciones del mensaje")
    await more.click()
    await page.get_by_role("button", name="Responder", exact=True).last.focus()
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await expect(more).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
async def test_everybody_can_use_a_full_thread(browser: Browser, address: str, theme: str, width: int) -> None:
    context = await browser.new_context(locale="en-GB", viewport={"width": width, "height": 900})
    await context.add_init_script(f"localStorage.setItem('sandbox:theme', '{theme}')")
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("button", name="Voice note").click()
    await page.locator("#phone-thread audio").wait_for()
    await page.get_by_role("button", name="Attach", exact=True).click()
    await page.get_by_role("button", name="Send the picture marea").click()
    await page.locator("#phone-thread img").wait_for()
    await page.get_by_role("button", name="What to do in this app").click()
    await page.get_by_role("button", name="Options of the message").last.click()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await violations(page) == []
    await context.close()
