"""An administrator who adds a channel: from the gallery, with what the provider's console says, to its first message."""

import re

from playwright.async_api import Locator, Page, expect

from tests.flows.colleague import Colleague

ALL_WELL = re.compile(r"^([1-9]\d*) de \1 pasos bien$")
READ_CARD = """(card) => [...card.querySelectorAll("dl > div")].map((row) => [
  row.querySelector("dt").firstChild.textContent,
  row.querySelector("code").textContent,
])"""


class Administrator:
    """One tab with the administration of channels."""

    def __init__(self, colleague: Colleague, world: str) -> None:
        self.page: Page = colleague.page
        self.fetch = colleague.fetch
        self._world = world

    async def read_account(self, title: str) -> dict[str, str]:
        """What the provider's console says of the account that is free: label → value."""
        page = await self.page.context.new_page()
        await page.goto(f"{self._world}/accounts")
        found: list[tuple[str, str]] = await page.get_by_role("region", name=title).evaluate(READ_CARD)
        await page.close()
        return dict(found)

    async def choose(self, title: str) -> None:
        """From the gallery."""
        await self.page.get_by_role("searchbox", name="Buscar un tipo de canal").fill(title)
        gallery = self.page.get_by_role("region", name="Añadir un canal")
        kind = gallery.get_by_role("link").filter(has=self.page.get_by_text(title, exact=True))
        await kind.click()
        await expect(self.page.get_by_role("form", name=title, exact=True)).to_be_visible()

    async def fill_in(self, name: str, account: dict[str, str]) -> None:
        """The form, by its labels."""
        await self.page.get_by_label("Nombre", exact=True).fill(name)
        await self.page.locator("summary", has_text="Avanzado").click()
        for label, value in account.items():
            await self.page.get_by_label(re.compile(rf"^{re.escape(label)}( \(opcional\))?$")).fill(value)

    async def check(self) -> Locator:
        """Press *Check* and wait for the steps."""
        await self.page.get_by_role("button", name="Comprobar").click()
        steps = self.page.get_by_role("region", name="Comprobar")
        await steps.locator(".ck--ok, .ck--bad").first.wait_for()
        return steps

    async def save(self, name: str) -> None:
        """The channel's own page opens, switched off."""
        await self.page.get_by_role("button", name="Guardar").click()
        await expect(self.page.get_by_role("heading", name=name)).to_be_visible()

    async def enable(self) -> None:
        """At once, without a restart."""
        await self.page.get_by_role("button", name="Activar").click()
        await expect(self.page.get_by_text("Esperando el primer mensaje")).to_be_visible()

    async def install(self) -> None:
        """Have the provider told where the channel is."""
        await self.page.get_by_role("button", name="Instalar el webhook en el proveedor").click()
        await expect(self.page.get_by_text(ALL_WELL)).to_be_visible()
