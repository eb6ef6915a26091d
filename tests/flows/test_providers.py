"""Each provider's whole story, all in browsers: a channel added by hand, its first message, the answer, ticks, signs and replies."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, expect

from tests.flows import doors
from tests.flows.administrator import ALL_WELL, Administrator
from tests.flows.colleague import ACCEPT, Colleague
from tests.flows.conftest import Come, MakeContext
from tests.flows.demo import Demo
from tests.flows.phone import WORKSHOP, Phone
from tests.flows.screen import verify_by_fetch
from tests.flows.talks import take

pytestmark = pytest.mark.timeout(180)

Enter = Callable[[str], Awaitable[Administrator]]
PickUp = Callable[[str, str], Awaitable[Phone]]
WAITING = ("Andrés Molina", "Rocío Paredes", "Tomás Iborra")
MEDIA_MS = 20_000
"""How long a picture may take from the phone to the thread: the hub fetches it in the background."""


@pytest.fixture(scope="module", autouse=True)
async def nobody_waits(demo: Demo, browser: Browser) -> None:
    """What waits since before the story is in a colleague's hands."""
    async with AsyncExitStack() as stack:
        luis = await doors.come(stack, browser, demo, "luis", "/")
        for name in WAITING:
            await take(luis, name)


@pytest.fixture
def enter(demo: Demo, come: Come) -> Enter:
    """`await enter("Telegram")`: the administrator at the form of a new channel, chosen from the gallery."""

    async def to_form(title: str) -> Administrator:
        admin = Administrator(await come("admin", "/settings/channels"), demo.world)
        await admin.choose(title)
        return admin

    return to_form


@pytest.fixture
def pick_up(demo: Demo, make_context: MakeContext) -> PickUp:
    """`await pick_up("lucia", "Telegram")`: a customer's phone, with the chat with the workshop open."""

    async def take_phone(who: str, app: str) -> Phone:
        phone = await Phone.take(await make_context(), demo.world, who)
        await phone.chat(app, WORKSHOP)
        return phone

    return take_phone


async def first_message(admin: Administrator, phone: Phone, ana: Colleague, text: str) -> None:
    """It appears at the administrator's without a reload, and is offered to whoever is there."""
    await admin.page.evaluate("window.mark = 'never reloaded'")
    await ana.become("Disponible")
    await phone.write(text)
    await expect(admin.page.get_by_text("El primer mensaje ya está aquí")).to_be_visible()
    assert await admin.page.evaluate("window.mark") == "never reloaded"
    await expect(ana.offer(text)).to_be_visible()
    await ana.page.keyboard.press(ACCEPT)
    await expect(ana.message(text)).to_be_visible()


async def picture_arrives(phone: Phone, ana: Colleague) -> None:
    """From the phone's camera to the thread, drawn."""
    await phone.send_picture("jarra")
    picture = ana.log.locator(".msg--in img").last
    await expect(picture).to_be_visible(timeout=MEDIA_MS)
    await expect(picture).to_have_js_property("naturalWidth", 960)


async def test_telegram(enter: Enter, pick_up: PickUp, come: Come) -> None:
    admin = await enter("Telegram")
    await admin.fill_in("Bot del taller", await admin.read_account("Telegram"))
    steps = await admin.check()
    await expect(steps).to_contain_text("taller_demo_bot")
    await expect(steps.get_by_text(ALL_WELL)).to_be_visible()
    await admin.save("Bot del taller")
    await expect(admin.page.get_by_role("region", name="Secretos recién creados")).to_have_count(0)  # only a webhook would need one
    await admin.enable()
    lucia, ana = await pick_up("lucia", "Telegram"), await come("ana")
    await first_message(admin, lucia, ana, "¿Hacéis talleres en sábado?")
    await picture_arrives(lucia, ana)

    await expect(ana.page.get_by_role("button", name="Responder por Telegram Bot del taller")).to_be_visible()
    await ana.write("Sí, a las diez.")
    await expect(lucia.message("Sí, a las diez.")).to_be_visible()
    await expect(ana.state("Sí, a las diez.")).to_have_text("Enviado")  # Telegram tells a bot nothing more
    await lucia.react("Sí, a las diez.", "👍")
    await expect(ana.message("Sí, a las diez.").locator(".sign")).to_have_text("👍")
    await ana.react("¿Hacéis talleres", "🎉")
    await expect(lucia.message("¿Hacéis talleres")).to_contain_text("🎉")
    await lucia.answer("Sí, a las diez.", "Allí estaré")
    await expect(ana.message("Allí estaré").locator(".quoted")).to_contain_text("Sí, a las diez.")
    await lucia.edit("Allí estaré", "Allí estaremos")
    await expect(ana.message("Allí estaremos")).to_contain_text("editado")
    await verify_by_fetch(ana)


async def test_sms(enter: Enter, pick_up: PickUp, come: Come) -> None:
    admin = await enter("SMS")
    await admin.fill_in("SMS del taller", await admin.read_account("SMS"))
    steps = await admin.check()
    await expect(steps).to_contain_text("Tienda Hilo")
    await admin.save("SMS del taller")
    await admin.enable()
    await admin.install()
    await expect((await admin.check()).get_by_text(ALL_WELL)).to_be_visible()
    grace, ana = await pick_up("grace", "SMS"), await come("ana")
    await first_message(admin, grace, ana, "Is the Saturday class full?")
    await picture_arrives(grace, ana)

    await ana.write("One place is left.")
    await expect(grace.message("One place is left.")).to_be_visible()
    await expect(ana.state("One place is left.")).to_have_text("Entregado")
    await grace.do("Enviar STOP")
    await expect(ana.page.get_by_text("La persona ha pedido no recibir mensajes por este canal.")).to_be_visible()
    await ana.editor.fill("Shall I keep it?")
    for button in await ana.page.get_by_role("button", name=re.compile("^Enviar")).all():
        await expect(button).to_have_attribute("aria-disabled", "true")
    await grace.write("START")
    await expect(ana.page.get_by_text("La persona ha pedido no recibir")).to_have_count(0)
    await ana.write("Shall I keep it?")
    await expect(grace.message("Shall I keep it?")).to_be_visible()
    await expect(ana.state("Shall I keep it?")).to_have_text("Entregado")
    await verify_by_fetch(ana)


async def test_whatsapp(enter: Enter, pick_up: PickUp, come: Come) -> None:
    admin = await enter("WhatsApp")
    await admin.fill_in("WhatsApp del taller", await admin.read_account("WhatsApp"))
    steps = await admin.check()
    await expect(steps).to_contain_text("Barro y Lino +34910000002")
    await admin.save("WhatsApp del taller")
    await admin.enable()
    await admin.install()
    await expect((await admin.check()).get_by_text(ALL_WELL)).to_be_visible()
    tomas, ana = await pick_up("tomas", "WhatsApp"), await come("ana")
    await first_message(admin, tomas, ana, "¿Reparáis jarras?")
    await picture_arrives(tomas, ana)
    await expect(ana.page.get_by_text(re.compile("^libre hasta"))).to_be_visible()

    await ana.write("Claro, tráela.")
    await expect(tomas.message("Claro, tráela.")).to_be_visible()
    await expect(ana.state("Claro, tráela.")).to_have_text("Entregado")
    await tomas.do("Abrir el chat")
    await expect(ana.state("Claro, tráela.")).to_have_text("Leído")
    await tomas.react("Claro, tráela.", "❤️")
    await expect(ana.message("Claro, tráela.").locator(".sign")).to_have_text("❤️")
    await ana.react("¿Reparáis jarras?", "👍")
    await expect(tomas.message("¿Reparáis jarras?")).to_contain_text("👍")
    await tomas.answer("Claro, tráela.", "El jueves voy")
    await expect(ana.message("El jueves voy").locator(".quoted")).to_contain_text("Claro, tráela.")
    await ana.reply_to("El jueves voy", "Perfecto.")
    await expect(tomas.message("Perfecto.").locator("blockquote")).to_have_text("El jueves voy")
    await verify_by_fetch(ana)
