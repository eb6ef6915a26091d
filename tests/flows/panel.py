"""The customer panel on a colleague's page, in the colleague's language."""

import re
from collections.abc import Mapping

from playwright.async_api import Locator, expect

from tests.flows.colleague import Colleague


class Panel:
    """What is pressed in it."""

    def __init__(self, colleague: Colleague, words: Mapping[str, str]) -> None:
        self._words = words
        self.root = colleague.page.locator(".side__in")
        self.duplicate = self.root.get_by_role("group", name=words["duplicate"])

    def button(self, word: str, **inputs: str) -> Locator:
        """The button with the words of that key."""
        return self.root.get_by_role("button", name=self._words[word].format(**inputs), exact=True)

    def value(self, label: str) -> Locator:
        """The button that shows a field's value and edits it."""
        return self.root.get_by_role("button", name=re.compile(f"^{label}: "))

    async def edit(self, label: str, text: str, key: str) -> None:
        """Press the value, write another, and leave with a key."""
        await self.value(label).click()
        field = self.root.get_by_role("textbox", name=label)
        await field.fill(text)
        await field.press(key)

    async def tag(self, text: str) -> None:
        """Put a tag on."""
        await self.button("tag_add").click()
        field = self.root.get_by_role("combobox", name=self._words["tag_add"])
        await field.fill(text)
        await field.press("Enter")
        await field.press("Escape")
        await expect(self.button("tag_remove", tag=text)).to_be_visible()

    async def add_identity(self, value: str) -> None:
        """Write down another mail address."""
        await self.button("identity_add").click()
        await self.root.get_by_label(self._words["identity_kind"]).select_option("email")
        await self.root.get_by_label(self._words["identity_value"]).fill(value)
        await self.button("add").click()
