"""The accounts that are free for whoever adds a channel: the doubles know them, and keep them apart from the demo's."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import expect

from connectors.registry import load
from connectors.settings import generated_names, read_settings
from sandbox.accounts import ACCOUNTS, Account
from sandbox.app import build
from sandbox.meta import company as meta
from sandbox.post import Post
from sandbox.telegram import BOT_TOKEN, SECOND_TOKEN
from sandbox.travels import Travels
from sandbox.world import Place
from tests.browser import chromium, failures, violations

Client = TestClient[web.Request, web.Application]
LUCIA = {"sms": "+34655501021", "whatsapp": "34655501021", "telegram": "lucia"}
DOUBLES = {"sms": "twilio", "whatsapp": "meta", "telegram": "telegram"}
FREE = [one for one in ACCOUNTS if one.settings]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    place = Place(hub="http://127.0.0.1:9", support="support@demo.example", channel="key", secret="secret")
    async with TestClient(TestServer(build(place, Post(Travels(), hub_host="127.0.0.1", hub_port=9)))) as one:
        yield one


async def says(client: Client, account: Account, text: str) -> None:
    """Lucía writes to an account."""
    given = {"app": account.app, "customer": LUCIA[account.app], "account": account.id, "to": account.id, "text": text}
    answer = await client.post(f"/doubles/{DOUBLES[account.app]}/say", json=given)
    assert answer.status == 200, await answer.text()


@pytest.mark.parametrize("account", FREE, ids=lambda one: one.app)
def test_what_it_lists_is_all_that_the_form_wants(account: Account) -> None:
    settings = load(account.app).settings
    made = dict.fromkeys(generated_names(settings), "made-by-the-hub-itself")
    read = read_settings(settings, {**made, **account.settings, account.place: f"http://127.0.0.1:9/{account.path}"})
    assert getattr(read, account.place).endswith(account.path)


async def test_pages_are_told_every_account_and_the_settings_of_the_free_ones(client: Client) -> None:
    items = (await (await client.get("/world/accounts")).json())["items"]
    assert [one["app"] for one in items if one["settings"]] == ["sms", "telegram", "whatsapp"]
    assert items[3]["settings"] == {"token": SECOND_TOKEN, "base_url": f"{client.make_url('/telegram')}"}


@pytest.mark.parametrize("account", FREE, ids=lambda one: one.app)
async def test_a_message_stands_with_the_account_that_it_was_written_to(client: Client, account: Account) -> None:
    usual = next(one for one in ACCOUNTS if one.app == account.app)
    await says(client, usual, "A la tienda")
    await says(client, account, "Al taller")
    shown = (await (await client.get(f"/doubles/{DOUBLES[account.app]}")).json())["shown"]
    assert [(one["account"], one["text"]) for one in shown] == [(usual.id, "A la tienda"), (account.id, "Al taller")]


async def test_each_bot_hears_its_own_chat_alone_and_who_blocked_one_reads_the_other(client: Client) -> None:
    async def ask(token: str, method: str, **given: Any) -> Any:
        return await (await client.post(f"/telegram/bot{token}/{method}", json=given)).json()

    await says(client, FREE[1], "Al taller")
    (update,) = (await ask(SECOND_TOKEN, "getUpdates"))["result"]
    assert (await ask(BOT_TOKEN, "getUpdates"))["result"] == []
    assert (await ask(SECOND_TOKEN, "getMe"))["result"]["username"] == FREE[1].id
    chat = update["message"]["chat"]["id"]
    await client.post("/doubles/telegram/block", json={"customer": "lucia"})
    blocked = await ask(BOT_TOKEN, "sendMessage", chat_id=chat, text="Hola")
    read = await ask(SECOND_TOKEN, "sendMessage", chat_id=chat, text="Hola")
    assert (blocked["error_code"], read["result"]["from"]["username"]) == (403, FREE[1].id)


async def test_each_number_on_whatsapp_has_its_own_window(client: Client) -> None:
    token = meta.WHATSAPP_TOKEN
    proof = hmac.new(meta.APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
    body = {"messaging_product": "whatsapp", "to": LUCIA["whatsapp"], "type": "text", "text": {"body": "Hola"}}
    for number in meta.NUMBERS:
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/meta/v24.0/{number}/messages"
        assert (await client.post(path, json=body, headers=headers, params={"appsecret_proof": proof})).status == 200
    shown = (await (await client.get("/doubles/meta")).json())["shown"]
    assert [(one["account"], one["state"]) for one in shown] == [(meta.PHONE_NUMBER_ID, "delivered"), (meta.FREE_NUMBER_ID, "failed")]


async def test_the_free_number_for_sms_sends(client: Client) -> None:
    settings = FREE[0].settings
    path = f"/twilio/2010-04-01/Accounts/{settings['account_sid']}/Messages.json"
    form = {"From": settings["senders"], "To": LUCIA["sms"], "Body": "Listo"}
    credentials = {"Authorization": encode_basic_auth(settings["account_sid"], settings["auth_token"])}
    answer = await client.post(path, data=form, headers=credentials)
    assert (answer.status, (await answer.json())["from"]) == (201, FREE[0].id)


@pytest.mark.parametrize(("locale", "theme", "width"), [("es-ES", "light", 1440), ("en-GB", "dark", 390)])
async def test_a_page_shows_what_to_copy_and_the_phone_writes_to_either_account(
    client: Client, locale: str, theme: str, width: int
) -> None:
    async with chromium() as browser:
        context = await browser.new_context(locale=locale, viewport={"width": width, "height": 900})
        await context.add_init_script(f"localStorage.setItem('sandbox:theme', '{theme}')")
        page = await context.new_page()
        errors = failures(page)
        await page.goto(f"{client.make_url('/accounts')}")
        await expect(page.get_by_text(SECOND_TOKEN)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert await violations(page) == []

        await says(client, FREE[2], "Al taller")
        await page.get_by_role("link", name="Volver al teléfono" if locale == "es-ES" else "Back to the phone").click()
        thread = page.locator("#phone-thread")
        await expect(thread.locator(".none")).to_be_visible()
        whom = page.get_by_role("combobox", name="A quién escribes" if locale == "es-ES" else "Whom you write to")
        await whom.select_option("Barro y Lino · Taller")
        await expect(thread).to_contain_text("Al taller")
        await page.get_by_role("button", name="Messenger", exact=True).click()
        await expect(whom).not_to_be_visible()
        await expect(thread.locator(".none")).to_be_visible()
        assert await violations(page) == []
        assert errors == []
