"""Draws the pictures of the documentation anew, from the demo in a real browser: python -m tests.pictures [folder]."""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from hatch_build import build_console
from tests.browser import chromium
from tests.flows.colleague import Colleague
from tests.flows.demo import Demo
from tests.flows.doors import come, new_context
from tests.flows.talks import begin, take
from tests.flows.visitor import Visitor
from tests.source import ROOT

FOLDER = ROOT / "docs" / "pictures"
SIZE: Any = {"width": 1440, "height": 900}
LOW: Any = {"width": 1440, "height": 640}
SHOP: Any = {"width": 1100, "height": 760}


class Stage:
    """The demo's company, with people who come in."""

    def __init__(self, demo: Demo, browser: Browser, stack: AsyncExitStack, folder: Path) -> None:
        self._demo, self._browser, self._stack, self._folder = demo, browser, stack, folder

    async def colleague(self, who: str, path: str = "/", size: Any = SIZE) -> Colleague:
        """Somebody at the console."""
        return await come(self._stack, self._browser, self._demo, who, path, viewport=size)

    async def visitor(self, query: str) -> Visitor:
        """Somebody in the shop."""
        context = await new_context(self._stack, self._browser, viewport=SHOP)
        return await Visitor.arrive(context, f"{self._demo.world}/shop{query}")

    async def world(self) -> Page:
        """The page where one is the customer."""
        page = await (await new_context(self._stack, self._browser, viewport=SIZE)).new_page()
        await page.goto(self._demo.world)
        return page

    async def draw(self, page: Page, name: str) -> None:
        """One picture, once everything has come to rest."""
        await page.mouse.move(0, 0)
        await page.wait_for_load_state("networkidle")
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=self._folder / f"{name}.png", animations="disabled", caret="hide")
        print(f"  {name}.png", flush=True)


async def draw_the_talk(stage: Stage, luis: Colleague) -> None:
    """Luis and Lucía, by mail and by chat in one thread, and the next offer."""
    lucia = await stage.visitor("?customer=lucia")
    await begin(lucia, luis, "Hola, Luis. ¡Ya tengo el cuenco! ¿Sabes a qué hora pasa mañana el repartidor con el mantel?")
    await luis.write("Hola, Lucía, qué bien. El mantel sale hoy del taller: mañana entre las 12 y las 14 h.")
    await lucia.message("entre las 12 y las 14").wait_for()
    await lucia.say("Perfecto, estaré en casa. ¿Puede llamar abajo? El timbre no suena.")
    await luis.message("El timbre no suena").wait_for()
    await stage.draw(lucia.page, "bubble")
    await luis.editor.fill("Claro, lo dejo apuntado en el envío.")
    await luis.become("Disponible")
    await luis.offers.first.wait_for()
    await stage.draw(luis.page, "console")
    await luis.page.emulate_media(color_scheme="dark")
    await stage.draw(luis.page, "console-dark")


async def draw_the_mail(stage: Stage, luis: Colleague) -> None:
    """What Luis writes by mail comes to Lucía's mailbox in the pretend world."""
    world = await stage.world()
    await luis.answer_by("lucia@ferrer.example")
    await luis.write("Lucía, te confirmo por aquí la entrega: mañana de 12 a 14 h, y el repartidor llama por teléfono.\n\nUn saludo,\nLuis")
    await world.get_by_text("te confirmo por aquí la entrega").first.wait_for(timeout=60_000)
    await stage.draw(world, "sandbox")


async def draw_all(stage: Stage) -> None:
    """A morning at the company."""
    luis, ana, sofia = await stage.colleague("luis"), await stage.colleague("ana"), await stage.colleague("sofia", "/supervise", LOW)
    await take(ana, "Andrés Molina")
    await take(luis, "Rocío Paredes")
    await ana.become("Descanso")
    await sofia.become("Reunión")
    await draw_the_talk(stage, luis)
    await stage.draw(sofia.page, "supervise")
    await draw_the_mail(stage, luis)
    await stage.draw((await stage.colleague("admin", "/settings/channels", LOW)).page, "settings")


async def main(folder: Path) -> None:
    """All pictures, into a folder."""
    build_console(ROOT)
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hilo-pictures-")))
        demo = await stack.enter_async_context(Demo(data, ""))
        browser = await stack.enter_async_context(chromium())
        await draw_all(Stage(demo, browser, stack, folder))
        await demo.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
