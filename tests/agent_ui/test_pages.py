"""Every page of the console can be used by everybody, in both themes, in both languages, at every width."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.agent_ui.conftest import PASSWORD, SignIn
from tests.browser import failures, violations
from tests.source import ROOT

CONSOLE = ROOT / "agent_ui" / "src"
WIDTHS = (1440, 1024, 390)


def pages() -> list[str]:
    """Every page as the console's own source names them: one that is new is looked at without being asked for."""
    named = re.findall(r"^  (\w+): \(\(\) => import", (CONSOLE / "pages.ts").read_text(), re.M)
    sections = re.search(r"SECTIONS = (\[.*\]);", (CONSOLE / "state" / "router.svelte.ts").read_text())
    assert {"customers", "settings"} <= {*named}
    assert sections
    return [f"/{name}" for name in ("", *named, "nowhere")] + [f"/settings/{one}" for one in json.loads(sections[1])]


async def pages_of_records(page: Page) -> list[str]:
    """The pages below the others: a form for each kind of channel, each channel, a conversation, a piece of work on the floor."""

    async def ids(path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await (await page.request.get(f"/api/v1{path}")).json())["items"]
        assert found, path
        return found

    (work, *_), (customer, *_) = await ids("/work"), await ids("/customers")
    forms = [f"/settings/channels/new/{one['id']}" for one in await ids("/connectors")]
    channels = [f"/settings/channels/{one['id']}" for one in await ids("/channels")]
    return [*forms, *channels, f"/customers/{customer['id']}", f"/supervise/{work['id']}"]


@pytest.mark.timeout(300)
async def test_no_page_has_a_violation_in_either_theme_at_any_width(look_in: SignIn) -> None:
    found = {}
    for theme in ("light", "dark"):
        page = await look_in("admin", theme=theme)
        broken = failures(page)
        for path in pages():
            await show(page, path)
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                found[theme, width, path] = await violations(page)
        assert broken == []
    assert {place: said for place, said in found.items() if said} == {}


async def show(page: Page, path: str) -> None:
    """Open a page and wait until all of it is there."""
    await page.goto(path, wait_until="networkidle")
    await expect(page.locator(".status")).not_to_contain_text(re.compile("Conectando|Connecting"))
    await expect(page.locator(".sk")).to_have_count(0)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("locale", "theme"), [("es-ES", "light"), ("en-GB", "dark")])
async def test_no_form_channel_conversation_or_work_has_a_violation(look_in: SignIn, locale: str, theme: str) -> None:
    page = await look_in("admin", theme=theme, locale=locale)
    broken, found = failures(page), {}
    for path in await pages_of_records(page):
        await show(page, path)
        for fold in await page.locator("details.fold > summary").all():
            await fold.click()
        found[path] = await violations(page)
    assert {path: said for path, said in found.items() if said} == {}
    assert broken == []


async def test_the_door_says_what_is_wrong_and_opens(browser: Browser, shared_console: str) -> None:
    context = await browser.new_context(base_url=shared_console, locale="es-ES", reduced_motion="reduce")
    page = await context.new_page()
    await page.goto("/customers")
    assert await violations(page) == []
    await page.get_by_role("button", name="Entrar").click()
    await expect(page.get_by_text("Escribe tu correo.")).to_be_visible()
    await page.get_by_label("Correo").fill("ana@demo.example")
    await page.get_by_label("Contraseña", exact=True).fill("not the password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("El correo o la contraseña no son correctos.")
    await page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Clientes")).to_be_visible()
    await context.close()


async def test_the_language_changes_without_a_reload_and_is_remembered(look_in: SignIn) -> None:
    page = await look_in("ana", "/settings/me")
    await page.evaluate("window.mark = 'the same page'")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Look")).to_be_visible()
    assert await page.evaluate("[window.mark, document.documentElement.lang]") == ["the same page", "en"]
    await page.reload()
    await expect(page.get_by_role("heading", name="Look")).to_be_visible()


async def test_an_agent_is_not_shown_the_floor(look_in: SignIn) -> None:
    page = await look_in("ana", "/supervise")
    await expect(page.get_by_role("heading", name="Aquí no hay nada").first).to_be_visible()
    await expect(page.get_by_role("link", name="Supervisión")).to_have_count(0)


async def test_the_palette_finds_a_customer_and_opens_the_conversation(look_in: SignIn) -> None:
    page = await look_in("ana")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Buscar o hacer").fill("lucía")
    await page.get_by_role("option", name="Lucía Ferrer Montes").wait_for()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Lucía Ferrer Montes", level=1)).to_be_visible()
