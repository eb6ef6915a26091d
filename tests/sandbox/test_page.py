"""The page to be the customer, in a real browser: mail in both directions without a reload, both languages, both themes."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from sandbox.app import build
from sandbox.mail import Fault, MailWorld
from sandbox.post import Post
from sandbox.travels import Travels
from sandbox.world import Place
from tests.browser import chromium, failures, violations


@pytest.fixture
async def company() -> AsyncIterator[MailWorld]:
    """Where the customers' mail goes: a mail server that is not the sandbox's own."""
    async with MailWorld() as one:
        yield one


@pytest.fixture
async def post(company: MailWorld) -> Post:
    return Post(Travels(), hub_host=company.host, hub_port=company.port)


@pytest.fixture
async def address(post: Post) -> AsyncIterator[str]:
    place = Place(hub="http://127.0.0.1:9", support="support@demo.example", channel="key", secret="secret")
    async with TestServer(build(place, post)) as one:
        yield str(one.make_url("/"))


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


async def opened(browser: Browser, address: str, *, locale: str = "es-ES", theme: str = "light", width: int = 1440) -> Page:
    context = await browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    await context.add_init_script(f"localStorage.getItem('sandbox:theme') ?? localStorage.setItem('sandbox:theme', '{theme}')")
    page = await context.new_page()
    await page.goto(address)
    return page


async def answer(post: Post, written: EmailMessage) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Nuria, Barro y Lino <support@demo.example>", written["From"]
    mail["Subject"], mail["Message-ID"] = f"Re: {written['Subject']}", "<hilo.1@demo.example>"
    mail["Reply-To"] = "support+r.7f@demo.example"
    mail.set_content("Hoy mismo sale el cuenco que falta.\n\nNuria\n\n> Falta un cuenco.\n")
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=post.port, start_tls=False)


async def test_a_customer_writes_and_reads_the_answer_without_a_reload(
    browser: Browser, address: str, company: MailWorld, post: Post
) -> None:
    page = await opened(browser, address)
    errors = failures(page)
    await page.get_by_role("button", name="Escribir").first.click()
    await page.get_by_label("Asunto").fill("Mi pedido A-20418")
    await page.get_by_label("Mensaje").fill("Falta un cuenco.")
    await page.get_by_role("button", name="Enviar", exact=True).click()
    written = (await company.wait_for(lambda letter: True)).message()
    assert (written["To"], written["Subject"]) == ("support@demo.example", "Mi pedido A-20418")
    await answer(post, written)
    await page.get_by_role("button", name="Nuria, Barro y Lino").click()
    await expect(page.get_by_role("region", name="Texto del correo").locator("blockquote")).to_have_text("Falta un cuenco.")
    await page.get_by_label("Responder el correo").fill("¡Gracias!")
    await page.get_by_role("button", name="Enviar", exact=True).click()
    reply = (await company.wait_for(lambda letter: "Gracias" in letter.message().get_content())).message()
    assert (reply["To"], reply["In-Reply-To"]) == ("support+r.7f@demo.example", "<hilo.1@demo.example>")
    assert "> Hoy mismo sale el cuenco que falta." in reply.get_content()
    await expect(page.get_by_role("region", name="Entregas").locator("tbody tr")).to_have_count(3)
    assert errors == []


async def test_a_mail_that_was_not_taken_stays_in_the_form_with_the_reason(browser: Browser, address: str, company: MailWorld) -> None:
    page = await opened(browser, address, locale="en-GB")
    company.faults.append(Fault("451"))
    await page.get_by_role("button", name="Write").first.click()
    await page.get_by_label("Subject").fill("My order")
    await page.get_by_label("Message").fill("One bowl is missing.")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Not delivered: 451")).to_be_visible()
    await expect(page.get_by_label("Message")).to_have_value("One bowl is missing.")


async def test_one_fault_at_a_time_can_be_switched_on(browser: Browser, address: str, post: Post) -> None:
    page = await opened(browser, address)
    await page.get_by_role("switch", name="Buzón lleno (552)").click()
    await expect(page.get_by_role("switch", name="Buzón lleno (552)")).to_be_checked()
    await page.get_by_role("switch", name="No contesta").click()
    await expect(page.get_by_role("switch", name="Buzón lleno (552)")).not_to_be_checked()
    assert post.fault_on() == "hang"


@pytest.mark.parametrize(("locale", "theme", "width"), [("es-ES", "light", 1440), ("en-GB", "dark", 1280), ("es-ES", "dark", 390)])
async def test_everybody_can_use_it(browser: Browser, address: str, post: Post, locale: str, theme: str, width: int) -> None:
    page = await opened(browser, address, locale=locale, theme=theme, width=width)
    written = EmailMessage()
    written["From"], written["Subject"] = "lucia@ferrer.example", "Mi pedido"
    await answer(post, written)
    await page.locator("#mails button").click()
    await page.frame_locator("#shop").get_by_role("heading", name="Cuenco Duna").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await violations(page) == []
