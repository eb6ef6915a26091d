"""The customer's record, in both languages: edited in place, tagged, another address, joined and parted again, a duplicate that is none."""

import pytest
from playwright.async_api import Page, expect

from tests.flows.colleague import Colleague
from tests.flows.conftest import Come
from tests.flows.panel import Panel
from tests.flows.screen import verify_by_fetch
from tests.flows.words import words_of

CITY = {"es": "Ciudad", "en": "City"}
LUCIA, TWIN = "Lucía Ferrer Montes", "L. Ferrer"

pytestmark = pytest.mark.parametrize("locale", ["es", "en"])


@pytest.fixture
async def luis(come: Come, locale: str) -> Colleague:
    """Luis, in that language."""
    return await come("luis", locale=f"{locale}-IE")


@pytest.fixture
async def panel(luis: Colleague, locale: str) -> Panel:
    """His customer panel."""
    return Panel(luis, words_of(locale))


@pytest.fixture
async def sofia(come: Come) -> Page:
    """A colleague's page, which is never reloaded."""
    colleague = await come("sofia")
    return colleague.page


async def open_both(luis: Colleague, sofia: Page, name: str) -> None:
    """Both have the customer of that name open."""
    await luis.open(await luis.customer_named(name))
    await sofia.goto(luis.page.url)
    await sofia.get_by_role("log").wait_for()


async def test_what_is_changed_in_place_stands_on_a_colleagues_screen_at_once(
    luis: Colleague, panel: Panel, sofia: Page, locale: str
) -> None:
    await open_both(luis, sofia, "Grace Okafor")
    address, tag = f"grace@{locale}.example", f"horno {locale}"
    await panel.edit(CITY[locale], f"Galway {locale}", "Enter")
    await panel.edit(CITY[locale], "never kept", "Escape")
    await panel.tag(tag)
    await panel.add_identity(address)
    side = sofia.locator(".side__in")
    for text in (f"Galway {locale}", tag, address):
        await expect(side.get_by_text(text, exact=True).first).to_be_visible()
    record = await luis.fetch(f"/customers/{luis.customer}")
    assert tag in record["tags"]
    assert address in [one["value"] for one in record["identities"]]
    assert f"Galway {locale}" in [one["value"] for one in record["fields"]]
    await expect(panel.value(CITY[locale])).to_contain_text(f"Galway {locale}")


async def test_two_records_are_joined_and_parted_again_without_losing_a_message(luis: Colleague, panel: Panel, sofia: Page) -> None:
    await open_both(luis, sofia, LUCIA)
    before = await verify_by_fetch(luis)
    await panel.duplicate.filter(has_text=TWIN).get_by_role("button").first.click()
    await expect(luis.message("¿El cuenco Duna va al microondas?")).to_be_visible()
    await expect(sofia.get_by_role("log").get_by_text("¿El cuenco Duna va al microondas?")).to_be_visible()
    joined = await verify_by_fetch(luis)
    assert len(joined) == len(before) + 2
    await panel.button("undo").click()
    await expect(luis.message("¿El cuenco Duna va al microondas?")).to_have_count(0)
    assert await verify_by_fetch(luis) == before
    await expect(panel.duplicate).to_be_visible()


async def test_a_duplicate_that_is_none_is_never_suggested_again(luis: Colleague, panel: Panel, locale: str) -> None:
    one, other = {"es": ("Rocío Paredes", "Andrés Molina"), "en": ("Gabriela Núñez", "Tomás Iborra")}[locale]
    namesake = await luis.customer_named(other)
    await luis.change("PATCH", f"/customers/{namesake}", {"name": f"{one}."})
    await luis.open(await luis.customer_named(one))
    await panel.duplicate.get_by_role("button", name=words_of(locale)["not_the_same"]).click()
    await expect(panel.duplicate).to_have_count(0)
    await luis.page.reload()
    await expect(panel.value(CITY[locale])).to_be_visible()
    await expect(panel.duplicate).to_have_count(0)
    assert (await luis.fetch(f"/customers/{namesake}"))["suggestions"] == []
