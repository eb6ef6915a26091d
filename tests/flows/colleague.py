"""A colleague at the console, in a browser of his or her own: what is pressed, and what is read off the screen."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

ACCEPT, DECLINE, SEND = "Control+Shift+A", "Control+Shift+D", "Control+Enter"


class Colleague:
    """One tab with the console open."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.log = page.get_by_role("log")
        self.editor = page.locator("#composer")
        self.offers = page.get_by_role("alertdialog")

    async def fetch(self, path: str, **params: Any) -> Any:
        """A fresh answer of the hub's, with this colleague's cookie."""
        answer = await self.page.request.get(f"/api/v1{path}", params=params)
        assert answer.ok, await answer.text()
        return await answer.json()

    async def change(self, method: str, path: str, body: Any = None) -> Any:
        """A change over HTTP, for what a story begins with."""
        csrf = (await self.fetch("/session"))["csrf"]
        answer = await self.page.request.fetch(f"/api/v1{path}", method=method, data=body, headers={"X-CSRF-Token": csrf})
        assert answer.ok, await answer.text()
        return await answer.json() if answer.status != 204 else None

    async def customer_named(self, name: str) -> str:
        """The id of the customer of that name."""
        found = (await self.fetch("/customers", q=name))["items"]
        return str(next(one["id"] for one in found if one["name"] == name))

    # ── The desk ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def become(self, activity: str) -> None:
        """Choose an activity in the status menu."""
        await self.page.locator(".status").click()
        await self.page.get_by_role("radio", name=re.compile(f"^{activity}")).click()
        await expect(self.page.locator(".status")).to_contain_text(activity)

    def offer(self, text: str) -> Locator:
        """The offer with these words in it."""
        return self.offers.filter(has_text=text)

    async def decline(self, offer: Locator, reason: str) -> None:
        """Decline with a reason from the menu."""
        await offer.get_by_role("button", name="Rechazar").click()
        await self.page.get_by_role("menuitem", name=reason).click()
        await expect(offer).to_have_count(0)

    async def open(self, customer: str) -> None:
        """The conversation with a customer, by its id."""
        await self.page.goto(f"/customers/{customer}")
        await self.log.wait_for()

    async def another_tab(self) -> "Colleague":
        """The same page once more in the same browser."""
        tab = Colleague(await self.page.context.new_page())
        await tab.page.goto(self.page.url)
        await tab.log.wait_for()
        return tab

    @property
    def customer(self) -> str:
        """The id of the customer whose conversation is open."""
        found = re.search(r"/([0-9a-f-]{36})", self.page.url)
        assert found, self.page.url
        return found[1]

    # ── The conversation ────────────────────────────────────────────────────────────────────────────────────────────

    def message(self, text: str) -> Locator:
        """The message with these words on the thread."""
        return self.log.locator("article.msg", has_text=text)

    def state(self, text: str) -> Locator:
        """How far the message with these words has come: Enviado, Entregado, Leído, En cola …"""
        return self.message(text).locator(".tick")

    async def write(self, text: str) -> None:
        """Write into the composer and send."""
        await self.editor.fill(text)
        await self.editor.press(SEND)

    async def react(self, text: str, sign: str) -> None:
        """Put a sign on the message with these words."""
        await self.message(text).get_by_role("button", name="Reaccionar").click()
        await self.page.get_by_role("dialog", name="Reaccionar").get_by_role("button", name=sign, exact=True).click()

    async def reply_to(self, text: str, words: str) -> None:
        """Answer the message with these words."""
        await self.message(text).get_by_role("button", name=re.compile("^Responder a")).click()
        await self.write(words)

    async def answer_by(self, way: str) -> None:
        """Choose the channel and address to answer by."""
        await self.page.get_by_role("button", name=re.compile("Responder por .* Cambiar de canal")).click()
        await self.page.get_by_role("menuitemradio").filter(has_text=way).click()

    async def close(self, code: str, *, note: str = "", promise: str = "") -> None:
        """Close the work that is open: what it was, a note for the team, and what was promised."""
        await self.page.get_by_role("button", name="Cerrar", exact=True).first.click()
        form = self.page.get_by_role("form")
        await form.get_by_role("radio", name=code).click()
        await form.get_by_label("Nota para el equipo").fill(note)
        await form.get_by_label("Siguiente paso que prometes").fill(promise)
        await form.get_by_role("button", name="Cerrar").click()
        await expect(form).to_have_count(0)
