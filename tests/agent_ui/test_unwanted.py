"""Spam and blocks in the console: what is marked leaves the lists, lies in the spam, and comes back."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.agent_ui.conftest import SignIn
from tests.browser import violations


@dataclass
class Unwanted:
    """Somebody who waits for an answer, and the page of an administrator who has the conversation open."""

    page: Page
    customer: str
    name: str
    topic: str

    async def get(self, path: str) -> Any:
        """What the hub says."""
        return await (await self.page.request.get(f"/api/v1{path}")).json()

    async def standing(self) -> str:
        """Why the topic lies among the spam; empty when it does not."""
        topics = (await self.get(f"/customers/{self.customer}"))["topics"]
        return str(next(one["spam"] for one in topics if one["id"] == self.topic))


@pytest.fixture
async def unwanted(sign_in: SignIn) -> Unwanted:
    page = await sign_in("admin")
    work = (await (await page.request.get("/api/v1/work?state=queued,offered")).json())["items"]
    mail = next(one for one in work if one["channel"]["connector"] == "email")
    await page.goto(f"/customers/{mail['customer']['id']}")
    await page.locator("article.msg").first.wait_for()
    return Unwanted(page, mail["customer"]["id"], mail["customer"]["name"], mail["topic"]["id"])


async def test_a_key_marks_spam_and_the_notice_takes_it_back(unwanted: Unwanted) -> None:
    page = unwanted.page
    await page.locator("#thread").focus()
    await page.keyboard.press("!")
    await page.get_by_text("va al spam").wait_for()
    assert await unwanted.standing() == "spam"
    await page.get_by_role("button", name="Deshacer").click()
    await page.get_by_text("ya no es spam").wait_for()
    assert await unwanted.standing() == ""


async def test_the_spam_is_looked_through_searched_and_emptied(unwanted: Unwanted) -> None:
    page = unwanted.page
    await page.get_by_role("button", name="Más acciones").click()
    await page.get_by_role("menuitem", name="Es spam").click()
    await page.get_by_text("va al spam").wait_for()
    await page.get_by_role("button", name="Filtrar por cola").click()
    await page.get_by_role("menuitem", name="Spam (1)").click()
    row = page.get_by_role("list", name="Spam").get_by_role("listitem").filter(has_text=unwanted.name)
    await expect(row).to_have_count(1)
    assert await violations(page) == []
    await page.get_by_role("searchbox").fill("nobody says this")
    await page.get_by_text("Nada del spam dice eso").wait_for()
    await page.get_by_role("searchbox").fill("")
    await row.get_by_role("button", name="No es spam").click()
    await page.get_by_text("No hay spam").wait_for()
    assert await unwanted.standing() == ""


async def test_a_domain_is_blocked_from_its_mail_and_let_in_again_in_settings(unwanted: Unwanted) -> None:
    page = unwanted.page
    await page.get_by_role("button", name="Más acciones").click()
    await page.get_by_role("menuitem", name="Bloquear…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Un mes").click()
    await dialog.get_by_label("Motivo").fill("insulta")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Bloquear", exact=True).click()
    await expect(dialog).to_have_count(0)
    assert await unwanted.standing() == "blocked"
    await page.goto("/settings/unwanted")
    await page.get_by_text("insulta").wait_for()
    assert await violations(page) == []
    await page.get_by_role("button", name="Desbloquear").click()
    await page.get_by_text("Nadie está bloqueado").wait_for()
    await page.get_by_label("Dirección o dominio").fill("gmail.com")
    await page.get_by_role("button", name="Bloquear", exact=True).click()
    await page.get_by_role("alert").get_by_text("gmail.com").wait_for()


async def test_limits_of_one_sender_are_set(unwanted: Unwanted) -> None:
    page = unwanted.page
    await page.goto("/settings/unwanted")
    await page.get_by_label("mensajes de un remitente, en Correo").fill("45")
    await page.get_by_role("button", name="Guardar").click()
    await page.get_by_text("guardado").wait_for()
    quotas = (await unwanted.get("/sender-quotas"))["items"]
    assert [one["most"] for one in quotas if one["kind"] == "mail"] == [45]
