"""All that a message may be beside words, both ways, as an agent sees it: with a customer on the pretend Telegram."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.double import Shown
from sandbox.telegram import BOT_TOKEN
from tests.agent_ui.conftest import SignIn
from tests.agent_ui.pictures import picture
from tests.browser import violations
from tests.connectors.telegram.world import World


@pytest.fixture
async def page(enter_beside_providers: SignIn, telegram: World) -> Page:
    """An administrator's console with the bot open; nobody has written yet."""
    page = await enter_beside_providers("admin")
    session = await (await page.request.get("/api/v1/session")).json()
    headers = {"X-CSRF-Token": session["csrf"]}
    bots = [one for one in (await (await page.request.get("/api/v1/channels")).json())["items"] if one["connector"] == "telegram"]
    if not bots:
        settings = {"token": BOT_TOKEN, "base_url": f"{telegram.base}/telegram"}
        body: Any = {"connector": "telegram", "name": "Bot de la tienda", "settings": settings}
        made = await (await page.request.post("/api/v1/channels", data=body, headers=headers)).json()
        await page.request.post(f"/api/v1/channels/{made['channel']['id']}/enable", headers=headers)
    return page


async def open_thread(page: Page, name: str) -> None:
    """The conversation with whom somebody has just written, found as an agent finds it."""
    await page.get_by_role("button", name=re.compile("^Todas")).click()
    await page.get_by_role("link", name=re.compile(name)).first.click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def message(page: Page, text: str) -> Locator:
    return page.locator("article.msg", has_text=text)


async def shown(telegram: World, text: str) -> Shown:
    """What stands on the phone."""
    return await telegram.double.wait_for(lambda one: one.text == text)


async def test_pictures_sounds_places_and_cards_are_shown_in_place(page: Page, telegram: World) -> None:
    first = await telegram.does("say", "marta", name="Marta Gil", text="Mirad cómo llegó")
    await telegram.does("say", "marta", text="Tres fotos", media=[picture(f"{n}.png", "image/png", "image") for n in range(3)])
    await telegram.does("say", "marta", media=[picture("nota.ogg", "audio/ogg", "voice")])
    await telegram.does("say", "marta", media=[picture("s.webp", "image/webp", "sticker")])
    await telegram.does(
        "say", "marta", location={"latitude": 39.4745, "longitude": -0.3774, "name": "Mercado Central", "address": "València"}
    )
    await telegram.does("say", "marta", contact={"name": "Tomás Iborra", "phone": "+34600111222"})
    await telegram.does("say", "marta", text="Lo de la foto", reply_to=first["ids"][0])
    await open_thread(page, "Marta Gil")

    await expect(message(page, "Tres fotos").locator(".pictures--album img")).to_have_count(3)
    await expect(page.get_by_role("group", name="Nota de voz")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Mercado Central"))).to_have_attribute("href", re.compile("mlat=39.4745"))
    await expect(message(page, "+34600111222")).to_contain_text("Tomás Iborra")
    answer = message(page, "Lo de la foto")
    await expect(answer.locator(".quoted")).to_contain_text("Mirad cómo llegó")
    assert await violations(page) == []


async def test_what_an_edited_message_said_before_is_there_on_asking(page: Page, telegram: World) -> None:
    said = await telegram.does("say", "nuria", name="Nuria Pons", text="La talla 37")
    await open_thread(page, "Nuria Pons")
    await expect(message(page, "La talla 37")).to_be_visible()
    await telegram.does("edit", "nuria", id=said["ids"][0], text="La talla 38")
    await message(page, "La talla 38").get_by_role("button", name="editado").click()
    await expect(page.get_by_role("dialog", name="Antes decía")).to_contain_text("La talla 37")
    assert await violations(page) == []


async def test_signs_go_both_ways(page: Page, telegram: World) -> None:
    await telegram.does("say", "olga", name="Olga Ruiz", text="¡Ya llegó!")
    await open_thread(page, "Olga Ruiz")
    theirs = message(page, "¡Ya llegó!")
    await theirs.get_by_role("button", name="Reaccionar").click()
    await page.get_by_role("dialog", name="Reaccionar").get_by_role("button", name="🎉").click()
    await telegram.double.wait_for(lambda one: one.text == "¡Ya llegó!" and one.reactions.get("company") == "🎉")
    await theirs.get_by_role("button", name=re.compile("^🎉 de")).click()
    await telegram.double.wait_for(lambda one: one.text == "¡Ya llegó!" and not one.reactions.get("company"))
    await expect(theirs.locator(".sign")).to_have_count(0)

    await page.locator("#composer").fill("Nos alegramos")
    await page.keyboard.press("Control+Enter")
    ours = await shown(telegram, "Nos alegramos")
    await telegram.does("react", "olga", id=ours.id, emoji="❤")
    await expect(message(page, "Nos alegramos").locator(".sign")).to_have_text("❤")


async def test_our_message_is_corrected_and_taken_back(page: Page, telegram: World) -> None:
    await telegram.does("say", "pilar", name="Pilar Sanz", text="¿Cuándo llega?")
    await open_thread(page, "Pilar Sanz")
    await page.locator("#composer").fill("El lunes")
    await page.keyboard.press("Control+Enter")
    await shown(telegram, "El lunes")
    await expect(message(page, "El lunes")).to_contain_text("Enviado")
    await message(page, "El lunes").get_by_role("button", name="Más cosas con este mensaje").click()
    await page.get_by_role("menuitem", name="Corregir el mensaje").click()
    await page.get_by_role("textbox", name="Corregir el mensaje").fill("El martes")
    await page.keyboard.press("Control+Enter")
    await shown(telegram, "El martes")
    await expect(message(page, "El martes")).to_contain_text("editado")

    await message(page, "El martes").get_by_role("button", name="Más cosas con este mensaje").click()
    await page.get_by_role("menuitem", name="Borrar el mensaje").click()
    await page.get_by_role("dialog").get_by_role("button", name="Borrar el mensaje").click()
    await telegram.double.wait_for(lambda one: one.deleted)
    await expect(page.get_by_text("Mensaje borrado")).to_be_visible()
    await expect(message(page, "El martes")).to_have_count(0)


async def test_a_button_is_sent_and_its_press_comes_back(page: Page, telegram: World) -> None:
    await telegram.does("say", "rosa", name="Rosa Vidal", text="¿Me la apartáis?")
    await open_thread(page, "Rosa Vidal")
    await page.get_by_role("button", name="Añadir botones").click()
    await page.get_by_label("Botón 1").fill("Sí, gracias")
    await page.locator("#composer").fill("¿En azul?")
    await page.keyboard.press("Control+Enter")
    ours = await shown(telegram, "¿En azul?")
    assert [one["title"] for one in ours.buttons] == ["Sí, gracias"]
    await telegram.does("press", "rosa", id=ours.id, button=ours.buttons[0]["id"])
    await expect(page.locator(".bubble--choice")).to_have_text("Sí, gracias")


async def test_who_blocked_us_is_not_written_to_there(page: Page, telegram: World) -> None:
    await telegram.does("say", "sara", name="Sara Cano", text="Ya no quiero nada")
    await open_thread(page, "Sara Cano")
    await telegram.does("block", "sara")
    await page.reload()
    await expect(page.get_by_text("La persona ha bloqueado este canal.")).to_be_visible()
    await page.locator("#composer").fill("¿Seguro?")
    await expect(page.get_by_role("button", name="Enviar")).to_have_attribute("aria-disabled", "true")
    assert await violations(page) == []
