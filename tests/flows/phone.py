"""The customer's phone in the world outside, on a page of its own: what is pressed there, and what stands on it."""

import re

from playwright.async_api import BrowserContext, Locator, Page, expect

WORKSHOP = "Barro y Lino · Taller"
"""The name of the accounts that are free for whoever adds a channel."""


class Phone:
    """One customer's phone, in Spanish."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.thread = page.locator("#phone-thread")
        self.field = page.get_by_label("Escribir en el teléfono")

    @classmethod
    async def take(cls, context: BrowserContext, world: str, who: str) -> "Phone":
        """Open the page and be that customer, once it hears of what happens."""
        phone = cls(await context.new_page())
        async with phone.page.expect_response(re.compile("/doubles/events")):
            await phone.page.goto(world)
        await phone.page.get_by_label("Eres").select_option(who)
        return phone

    async def chat(self, app: str, account: str = "Barro y Lino") -> None:
        """Open the chat with one of the company's accounts."""
        await self.page.get_by_role("button", name=app, exact=True).click()
        await self.page.get_by_label("A quién escribes").select_option(account)

    async def write(self, text: str) -> None:
        """Write and send."""
        await self.field.fill(text)
        await self.page.get_by_role("button", name="Mandar", exact=True).click()
        await expect(self.field).to_have_value("")
        await self.message(text).last.wait_for()

    async def send_picture(self, name: str) -> None:
        """One of the shop's pictures, as the camera would have made it."""
        await self.page.get_by_role("button", name="Adjuntar", exact=True).click()
        await self.page.get_by_role("button", name=f"Mandar la foto {name}").click()
        await self.thread.locator(".bubble--mine img").last.wait_for()

    def message(self, text: str) -> Locator:
        """The message with these words."""
        return self.thread.locator(".bubble", has_text=text)

    def state(self, text: str) -> Locator:
        """How far the company's message with these words has come, as the app tells the company."""
        return self.message(text).locator(".tick")

    async def do(self, what: str) -> None:
        """Something from the menu of the app."""
        await self.page.get_by_role("button", name="Qué hacer en esta aplicación").click()
        await self.page.locator("#phone-does").get_by_role("button", name=what, exact=True).click()

    async def choose(self, text: str, option: str) -> None:
        """One of the options of the message with these words."""
        message = self.message(text)
        await message.get_by_role("button", name="Opciones del mensaje").click()
        await message.get_by_role("button", name=option, exact=True).click()

    async def react(self, text: str, sign: str) -> None:
        """Put a sign on a message."""
        await self.choose(text, f"Reaccionar con {sign}")

    async def answer(self, text: str, words: str) -> None:
        """Answer a message."""
        await self.choose(text, "Responder")
        await self.write(words)

    async def edit(self, text: str, words: str) -> None:
        """Change what one wrote."""
        await self.choose(text, "Editar")
        await self.write(words)
