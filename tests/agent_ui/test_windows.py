"""Every dialog, menu and small window that opens over a page can be used by everybody, in both themes and both languages."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.meta import company
from sandbox.telegram import BOT_TOKEN
from tests.agent_ui.conftest import PretendMeta, SignIn
from tests.agent_ui.pictures import picture
from tests.browser import violations
from tests.connectors.telegram.world import World
from tests.rig.waiting import eventually
from tests.source import ROOT

CONSOLE, MESSAGES = ROOT / "agent_ui" / "src", ROOT / "agent_ui" / "messages"
OPENS = re.compile(r"<(Dialog|Popover|Menu)\b")
PHONE = "+34611200399"
ELSEWHERE = {
    "inbox/OfferCard.svelte": "tests/flows/test_accessible.py",
    "thread/MoveDialog.svelte": "tests/flows/test_places.py",
    "thread/SplitDialog.svelte": "tests/flows/test_places.py",
}
"""Windows that want a whole story before they open -> where they are looked at."""
WHATSAPP = {
    "phone_number_id": company.PHONE_NUMBER_ID,
    "account_id": company.ACCOUNT_ID,
    "app_id": company.APP_ID,
    "app_secret": company.APP_SECRET,
    "access_token": company.WHATSAPP_TOKEN,
}


@dataclass
class Desk:
    """An administrator's page, with the words of its language."""

    page: Page
    words: Mapping[str, Any]
    addresses: dict[str, str]
    """talk, topic, lucia, channel -> where it is."""

    def named(self, key: str, **inputs: str) -> re.Pattern[str]:
        """A button's name: its words, which a shortcut may follow."""
        return re.compile(f"^{re.escape(self.words[key].format(**inputs))}( |$)")

    def button(self, key: str, **inputs: str) -> Locator:
        return self.page.get_by_role("button", name=self.named(key, **inputs))

    def message(self, text: str) -> Locator:
        return self.page.locator("article.msg", has_text=text)

    @property
    def windows(self) -> Locator:
        """What is open."""
        return self.page.get_by_role("dialog").or_(self.page.get_by_role("menu"))


Opener = Callable[[Desk], Awaitable[None]]
WINDOWS: dict[str, tuple[str, Opener]] = {}
"""Component -> the page on which it opens, and how."""


def opens(component: str, at: str) -> Callable[[Opener], Opener]:
    """`at`: an address, or the name of one that is known only when the hub runs."""

    def note(opener: Opener) -> Opener:
        WINDOWS[component] = at, opener
        return opener

    return note


# ── Over every page ──────────────────────────────────────────────────────────────────────────────────────────────────


@opens("inbox/Palette.svelte", "/")
async def palette(desk: Desk) -> None:
    await desk.page.keyboard.press("Control+k")
    await desk.page.get_by_role("option").first.wait_for()


@opens("inbox/Shortcuts.svelte", "/")
async def shortcuts(desk: Desk) -> None:
    await desk.button("rail_help").click()


@opens("Rail.svelte", "/")
async def session(desk: Desk) -> None:
    await desk.button("rail_me", name="Iker Admin").click()


@opens("inbox/StatusPill.svelte", "/")
async def status(desk: Desk) -> None:
    await desk.page.locator(".status").click()
    await desk.page.get_by_role("radio").first.wait_for()


@opens("inbox/List.svelte", "/")
async def filters(desk: Desk) -> None:
    await desk.button("list_filter").click()


# ── In a conversation ────────────────────────────────────────────────────────────────────────────────────────────────


@opens("inbox/WorkActions.svelte", "talk")
async def actions(desk: Desk) -> None:
    await desk.button("actions_more").click()


@opens("inbox/TransferDialog.svelte", "talk")
async def transfer(desk: Desk) -> None:
    await desk.button("transfer_title").click()
    await desk.page.get_by_role("dialog").get_by_role("option").first.wait_for()


@opens("unwanted/BlockDialog.svelte", "talk")
async def blocking(desk: Desk) -> None:
    await desk.button("actions_more").click()
    await desk.page.get_by_role("menuitem", name=desk.words["block"]).click()
    await desk.page.get_by_role("dialog").wait_for()
    await expect(desk.page.get_by_role("menu")).to_have_count(0)


@opens("thread/WayPicker.svelte", "talk")
async def ways(desk: Desk) -> None:
    await desk.page.locator(".by-channel").click()


@opens("thread/Files.svelte", "talk")
async def large_picture(desk: Desk) -> None:
    await desk.page.locator(".picture").click()


@opens("thread/Edited.svelte", "talk")
async def before(desk: Desk) -> None:
    await desk.message("La talla 38").get_by_role("button", name=desk.words["edited"]).click()
    await desk.page.get_by_role("dialog").get_by_text("La talla 37").wait_for()


@opens("thread/Tools.svelte", "talk")
async def deletion(desk: Desk) -> None:
    """Its three windows, one after the other."""
    ours = desk.message("La tenemos")
    await ours.get_by_role("button", name=desk.named("sign_add")).click()
    await desk.windows.wait_for()
    assert await violations(desk.page) == []
    await close(desk)
    await ours.get_by_role("button", name=desk.named("message_more")).click()
    await desk.windows.wait_for()
    assert await violations(desk.page) == []
    await desk.page.get_by_role("menuitem", name=desk.words["message_delete"]).click()
    await expect(desk.page.get_by_role("menu")).to_have_count(0)


@opens("thread/TalkHead.svelte", "topic")
async def topics(desk: Desk) -> None:
    await desk.button("topic_menu").click()


@opens("customer/Compare.svelte", "lucia")
async def compare(desk: Desk) -> None:
    await desk.button("compare").click()
    await desk.page.get_by_role("dialog").get_by_role("table").wait_for()


@opens("customer/InviteDialog.svelte", "lucia")
async def invitation(desk: Desk) -> None:
    await desk.button("invite_to", channel="Telegram").click()
    await desk.page.get_by_role("dialog").get_by_role("textbox").first.wait_for()


@opens("writing/SendLater.svelte", "lucia")
async def later(desk: Desk) -> None:
    await write_by_mail(desk)
    await desk.button("later").click()


@opens("writing/TimeDialog.svelte", "lucia")
async def another_time(desk: Desk) -> None:
    await desk.button("later").click()
    await desk.page.get_by_role("menuitem", name=desk.words["later_choose"]).click()
    await desk.page.get_by_role("dialog").wait_for()
    await expect(desk.page.get_by_role("menu")).to_have_count(0)


async def write_by_mail(desk: Desk) -> None:
    """Choose to answer by mail."""
    await desk.page.locator(".by-channel").click()
    await desk.page.get_by_role("menuitemradio").filter(has_text="@").first.click()


@opens("customer/ConsentDialog.svelte", "talk")
async def consent(desk: Desk) -> None:
    await desk.button("agree_of", value=PHONE).click()


@opens("customer/VisitDialog.svelte", "/customers")
async def visit(desk: Desk) -> None:
    await desk.button("visit").click()


@opens("writing/LetterDialog.svelte", "/customers")
async def letter(desk: Desk) -> None:
    await desk.button("letter").click()
    await desk.page.get_by_role("dialog").wait_for()


# ── Administration ───────────────────────────────────────────────────────────────────────────────────────────────────


@opens("admin/NewPerson.svelte", "/settings/people")
async def new_person(desk: Desk) -> None:
    await desk.button("people_add").click()


@opens("admin/People.svelte", "/settings/people")
async def person(desk: Desk) -> None:
    await desk.button("people_change_name", name="Ana Ortega").click()


@opens("channels/RuleDialog.svelte", "/settings/rules")
async def rule(desk: Desk) -> None:
    await desk.button("w_rule_add").click()


@opens("channels/ChannelMenu.svelte", "channel")
async def question(desk: Desk) -> None:
    """The menu, and what it asks before the address changes."""
    await desk.button("w_more", name="Bot de la tienda").click()
    await desk.windows.wait_for()
    assert await violations(desk.page) == []
    await desk.page.get_by_role("menuitem", name=desk.words["w_uninstall"]).click()
    await expect(desk.page.get_by_role("menu")).to_have_count(0)


@opens("channels/Leave.svelte", "/settings/channels/new/telegram")
async def leave(desk: Desk) -> None:
    await desk.page.locator("#field-name").fill("Bot")
    await desk.page.locator(".menu__in a[href='/settings/people']").click()


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_window_of_the_console_is_forgotten() -> None:
    found = {
        str(path.relative_to(CONSOLE))
        for path in CONSOLE.rglob("*.svelte")
        if path.parent.name != "ui" and OPENS.search(path.read_text(encoding="utf-8"))
    }
    assert found == WINDOWS.keys() | ELSEWHERE.keys()


async def close(desk: Desk) -> None:
    """All that is open."""
    await desk.page.keyboard.press("Escape")
    await expect(desk.windows).to_have_count(0)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("locale", "theme"), [("es-ES", "light"), ("en-GB", "dark")])
async def test_no_window_has_a_violation(
    enter_beside_providers: SignIn, telegram: World, meta: PretendMeta, locale: str, theme: str
) -> None:
    page = await enter_beside_providers("admin", theme=theme, locale=locale)
    desk = Desk(page, words_of(locale[:2]), await prepared(page, telegram, meta))
    found, at = {}, "/"
    for component, (place, opener) in WINDOWS.items():
        if place != at:
            await page.goto(desk.addresses.get(place, place), wait_until="networkidle")
            at = place
        await opener(desk)
        await expect(desk.windows).to_have_count(1)
        found[component] = await violations(page)
        await close(desk)
    assert {component: said for component, said in found.items() if said} == {}


def words_of(locale: str) -> dict[str, Any]:
    """All words of the console; those of administration by a key that begins with w_."""
    common, administration = (
        json.loads((folder / f"{locale}.json").read_text(encoding="utf-8")) for folder in (MESSAGES, MESSAGES / "channels")
    )
    return {**common, **{f"w_{key}": words for key, words in administration.items()}}


async def prepared(page: Page, telegram: World, meta: PretendMeta) -> dict[str, str]:
    """A conversation with something of everything, in the administrator's hands; where it is, and where the other pages are."""
    hub = Hub(page, await (await page.request.get("/api/v1/session")).json())
    channels = (await hub.ask("/channels"))["items"]
    bot = next((one for one in channels if one["connector"] == "telegram"), None)
    if bot is None:
        bot = await hub.add("telegram", "Bot de la tienda", token=BOT_TOKEN, base_url=f"{telegram.base}/telegram")
        await hub.add("whatsapp", "WhatsApp", graph_url=f"{meta.base}/meta", **WHATSAPP)
        await write_with_nuria(hub, telegram)
    customer = await hub.customer("Nuria Pons")
    lucia = await hub.customer("Lucía Ferrer Montes")
    return {
        "talk": f"/customers/{customer['id']}",
        "topic": f"/customers/{customer['id']}?topic={customer['topics'][0]['id']}",
        "lucia": f"/customers/{lucia['id']}",
        "channel": f"/settings/channels/{bot['id']}",
    }


@dataclass
class Hub:
    """What a test prepares over HTTP, as whoever is signed in."""

    page: Page
    session: dict[str, Any]

    async def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        headers = {"X-CSRF-Token": self.session["csrf"]}
        answer = await self.page.request.fetch(f"/api/v1{path}", method=method, data=body, headers=headers)
        assert answer.ok, await answer.text()
        return await answer.json()

    async def add(self, connector: str, name: str, **settings: str) -> Any:
        """A channel, switched on."""
        channel = (await self.ask("/channels", "POST", {"connector": connector, "name": name, "settings": settings}))["channel"]
        await self.ask(f"/channels/{channel['id']}/enable", "POST")
        return channel

    async def customer(self, name: str) -> Any:
        found = (await self.ask("/customers"))["items"]
        return await self.ask(f"/customers/{next(one['id'] for one in found if one['name'] == name)}")

    async def waiting(self, name: str) -> Any:
        return next((one for one in (await self.ask("/work?state=queued"))["items"] if one["customer"]["name"] == name), None)


async def write_with_nuria(hub: Hub, telegram: World) -> None:
    """She writes to the bot and is answered; she has a phone too."""
    said = await telegram.does("say", "nuria", name="Nuria Pons", text="La talla 37")
    await telegram.does("say", "nuria", media=[picture("caja.png")])
    await telegram.does("edit", "nuria", id=said["ids"][0], text="La talla 38")
    work = await eventually(partial(hub.waiting, "Nuria Pons"), what="Nuria's message is there")
    await hub.ask(f"/work/{work['id']}/assign", "POST", {"agent": hub.session["agent"]["id"]})
    await hub.page.goto(f"/customers/{work['customer']['id']}")
    await expect(hub.page.locator("article.msg", has_text="La talla 38")).to_be_visible()
    await hub.page.locator("#composer").fill("La tenemos")
    await hub.page.keyboard.press("Control+Enter")
    await telegram.double.wait_for(lambda one: one.text == "La tenemos")
    await hub.ask(f"/customers/{work['customer']['id']}/identities", "POST", {"kind": "phone", "value": PHONE})
