"""A visitor of the shop's page with the chat bubble, in a browser of his or her own."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, Locator, Page, expect

READ_THREAD = """(log) => [...log.querySelectorAll(".w-msg")].map((one) => ({
  mine: one.classList.contains("w-msg--me"),
  waits: one.classList.contains("w-msg--wait") || one.classList.contains("w-msg--bad"),
  text: one.querySelector(".w-b")?.innerText ?? "",
}))"""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the bubble shows it."""

    mine: bool
    waits: bool
    text: str


class Visitor:
    """One tab with the shop's page. Several tabs share one context."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.chat = page.locator("hilo-chat")
        self.log = self.chat.get_by_role("log")
        self.field = self.chat.get_by_role("textbox", name="Escribe un mensaje")

    @classmethod
    async def arrive(cls, context: BrowserContext, shop: str) -> "Visitor":
        """Open the shop's page in a new tab."""
        visitor = cls(await context.new_page())
        await visitor.page.goto(shop)
        return visitor

    async def open_chat(self) -> None:
        """Press the bubble, unless the chat is open."""
        bubble = self.chat.locator("button.launch")
        if await bubble.get_attribute("aria-expanded") == "false":
            await bubble.click()
        await self.field.wait_for()

    async def say(self, text: str) -> None:
        """Write and send; does not wait for the hub."""
        await self.field.fill(text)
        await self.field.press("Enter")

    def message(self, text: str) -> Locator:
        """The message with these words."""
        return self.log.locator(".w-msg", has_text=text)

    async def leave_address(self, email: str) -> None:
        """While waiting: where to be answered by mail."""
        await self.chat.get_by_role("button", name="Por correo").click()
        await self.chat.get_by_label("Tu correo").fill(email)
        await self.chat.get_by_role("button", name="Guardar").click()
        await expect(self.chat.get_by_text(f"Anotado: también podemos escribirte a {email}.")).to_be_visible()

    async def thread(self) -> list[Said]:
        """Every message on the screen, in order."""
        return [Said(**one) for one in await self.log.evaluate(READ_THREAD)]
