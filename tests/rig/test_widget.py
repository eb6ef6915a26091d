"""The chat bubble in a real browser against a real hub: whatever happens to network, tab and hub, no word is lost and none comes twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from sandbox.app import build
from sandbox.post import Post
from sandbox.travels import Travels
from sandbox.world import Place
from tests.browser import chromium, violations
from tests.rig.postgres import RigPostgres
from tests.rig.scene import Scene, opened
from tests.rig.waiting import eventually
from tests.rig.world import kept_messages

PATIENCE_MS = 30_000


ALLOW = "UPDATE channel SET settings = settings || jsonb_build_object('origins', $1::text) WHERE connector = 'webchat'"


@dataclass(frozen=True, slots=True)
class Street:
    """A hub, and on another address a shop with its chat bubble."""

    scene: Scene
    shop: str


@pytest.fixture
async def street(rig_postgres: RigPostgres, tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(rig_postgres, tmp_path, start=False) as scene:
        place = Place(hub=scene.hub.address, support="support@demo.example", channel=scene.company.bubble, secret="")
        async with TestServer(build(place, Post(Travels(), hub_host="127.0.0.1", hub_port=9))) as server:
            await allow(scene, str(server.make_url("")).rstrip("/"))
            await scene.hub.start()
            yield Street(scene, str(server.make_url("/shop")))


async def allow(scene: Scene, origin: str) -> None:
    """The chat bubble may stand on pages from there."""
    connection = await asyncpg.connect(scene.database_url)
    await connection.execute(ALLOW, origin)
    await connection.close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """One visitor's browser."""
    context = await browser.new_context(locale="es-ES")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


async def opened_chat(context: BrowserContext, street: Street) -> Page:
    """A tab with the chat open."""
    page = await context.new_page()
    await page.goto(street.shop)
    await page.get_by_role("button", name="Abrir el chat").click()
    await box(page).wait_for()
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Escribe un mensaje")


async def say(page: Page, *texts: str) -> None:
    for text in texts:
        await box(page).fill(text)
        await box(page).press("Enter")


async def shown(page: Page) -> list[str]:
    return await page.locator(".w-b").all_text_contents()


async def check_settled(scene: Scene, texts: list[str], *pages: Page) -> None:
    """Wait until nothing waits any more; then thread and screens hold exactly these, in this order."""
    for page in pages:
        await expect(page.locator(".w-msg--me")).to_have_count(len(texts), timeout=PATIENCE_MS)
        await expect(page.locator(".w-msg--wait")).to_have_count(0, timeout=PATIENCE_MS)
        assert await shown(page) == texts
    assert [one.text for one in await kept_messages(scene.database_url) if one.direction == "in"] == texts


async def test_what_is_written_without_a_network_arrives_once_and_in_order(context: BrowserContext, street: Street) -> None:
    page = await opened_chat(context, street)
    await say(page, "uno")
    await page.get_by_text("Recibido").wait_for()
    await context.set_offline(True)
    await page.get_by_text("Sin conexión. Puedes seguir").wait_for()
    await say(page, "dos", "tres")
    await expect(page.get_by_text("Saldrá cuando vuelva")).to_have_count(2)
    await context.set_offline(False)
    await check_settled(street.scene, ["uno", "dos", "tres"], page)


async def test_two_tabs_are_one_visitor_and_show_the_same(context: BrowserContext, street: Street) -> None:
    one = await opened_chat(context, street)
    other = await opened_chat(context, street)
    await say(one, "uno")
    await other.get_by_text("uno", exact=True).wait_for()
    await say(other, "dos")
    await one.get_by_text("dos", exact=True).wait_for()
    await check_settled(street.scene, ["uno", "dos"], one, other)


async def test_a_reload_before_the_answer_loses_nothing(context: BrowserContext, street: Street) -> None:
    page = await opened_chat(context, street)
    await say(page, "uno")
    await page.get_by_text("Recibido").wait_for()
    street.scene.hub.freeze()
    await say(page, "dos")
    await box(page).fill("a medias")
    await page.close()
    street.scene.hub.thaw()
    page = await opened_chat(context, street)
    await check_settled(street.scene, ["uno", "dos"], page)


async def test_a_draft_and_an_open_window_survive_a_reload(context: BrowserContext, street: Street) -> None:
    page = await opened_chat(context, street)
    await box(page).fill("a medias")
    await page.reload()
    await expect(box(page)).to_have_value("a medias")
    assert await page.get_by_role("dialog").is_visible()


async def test_a_hub_killed_in_the_middle_takes_each_word_once(context: BrowserContext, street: Street) -> None:
    page = await opened_chat(context, street)
    await say(page, "uno", "dos")
    await street.scene.hub.kill()
    await say(page, "tres", "cuatro")
    await street.scene.hub.start()
    await check_settled(street.scene, ["uno", "dos", "tres", "cuatro"], page)


async def test_a_talk_with_answer_read_mark_and_unread_count(context: BrowserContext, street: Street) -> None:
    page = await opened_chat(context, street)
    await say(page, "uno")
    await page.get_by_text("Recibido").wait_for()
    async with street.scene.colleague("ana") as ana:
        (customer,) = (await ana.ask("GET", "/customers"))["items"]
        await ana.answer(street.scene.world, customer["id"], street.scene.company.channels["webchat"], "Hola, soy Ana")
        await page.get_by_text("Hola, soy Ana").wait_for()
        last = max(one.number for one in await kept_messages(street.scene.database_url))
        await ana.ask("PUT", f"/customers/{customer['id']}/read", {"number": last})
        await page.get_by_text("Leído").wait_for()
        await eventually(lambda: is_read(street.scene, "Hola, soy Ana"), what="the agent sees that it was read")
        await page.keyboard.press("Escape")
        await ana.answer(street.scene.world, customer["id"], street.scene.company.channels["webchat"], "¿Sigues ahí?")
        await page.get_by_role("button", name="Abrir el chat, 1 mensaje sin leer").wait_for()
        await page.get_by_role("button", name="Ana: ¿Sigues ahí?").click()
        await expect(page.get_by_role("button", name="Cerrar el chat")).to_be_visible()
        assert (await shown(page))[-1] == "¿Sigues ahí?"


async def is_read(scene: Scene, text: str) -> bool:
    return any(one.text == text and one.state == "read" for one in await kept_messages(scene.database_url))


async def test_leaving_asks_how_it_was(context: BrowserContext, street: Street) -> None:
    page = await opened_chat(context, street)
    await say(page, "uno")
    async with street.scene.colleague("ana") as ana:
        await page.get_by_text("Recibido").wait_for()
        (customer,) = (await ana.ask("GET", "/customers"))["items"]
        await ana.answer(street.scene.world, customer["id"], street.scene.company.channels["webchat"], "Hola, soy Ana")
    await page.get_by_text("Hola, soy Ana").wait_for()
    await page.get_by_role("button", name="Más").click()
    await page.get_by_role("button", name="Terminar la conversación").click()
    await page.get_by_role("radio", name="Muy bien").check()
    await page.get_by_role("button", name="Enviar").first.click()
    await page.get_by_text("Gracias por decírnoslo").wait_for()
    notes = [one.text for one in await kept_messages(street.scene.database_url) if one.direction == "note"]
    assert notes == ["★★★★★"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_it(context: BrowserContext, street: Street, scheme: str) -> None:
    page = await opened_chat(context, street)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await say(page, "uno")
    await page.get_by_text("Recibido").wait_for()
    await page.get_by_role("button", name="Más").click()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Terminar la conversación")).to_be_hidden()
    await box(page).press("Escape")
    await expect(page.get_by_role("button", name="Abrir el chat")).to_be_focused()
    assert await violations(page) == []
