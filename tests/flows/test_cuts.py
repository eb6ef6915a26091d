"""Lines that are cut, pages that are reloaded, several tabs, a hub that is killed: nothing is lost, nothing is there twice."""

import pytest
from playwright.async_api import Route, expect

from tests.flows.conftest import Arrive, Come
from tests.flows.demo import Demo
from tests.flows.screen import verify_bubbles, verify_by_fetch
from tests.flows.talks import begin
from tests.flows.visitor import Visitor

OFFLINE_MS = 60_000
"""How long a browser may take to notice that the line is dead."""
POSTS = "**/api/v1/customers/*/messages"


@pytest.mark.timeout(240)
async def test_what_both_write_without_a_line_waits_and_is_sent_once(come: Come, arrive: Arrive) -> None:
    luis, vera = await come("luis"), await arrive()
    await begin(vera, luis, "¿Tenéis la jarra en verde?")
    await luis.page.context.set_offline(True)
    await vera.page.context.set_offline(True)
    await luis.write("La jarra verde vuelve en enero.")
    await luis.write("¿Te la aparto?")
    await expect(luis.state("¿Te la aparto?")).to_have_text("En cola", timeout=OFFLINE_MS)
    await expect(luis.page.get_by_text("Sin conexión desde hace")).to_be_visible()
    await vera.say("¿O en azul?")
    await expect(vera.message("¿O en azul?")).to_contain_text("Saldrá cuando vuelva la conexión", timeout=OFFLINE_MS)
    await vera.page.context.set_offline(False)
    await luis.page.context.set_offline(False)
    await expect(vera.message("¿Te la aparto?")).to_be_visible(timeout=OFFLINE_MS)
    await expect(luis.message("¿O en azul?")).to_be_visible(timeout=OFFLINE_MS)
    thread = await verify_by_fetch(luis)
    assert sorted(one.text for one in thread[1:]) == ["La jarra verde vuelve en enero.", "¿O en azul?", "¿Te la aparto?"]
    assert [one.text for one in thread if one.direction == "out"] == ["La jarra verde vuelve en enero.", "¿Te la aparto?"]
    await verify_bubbles(luis, vera)


@pytest.mark.timeout(240)
async def test_a_reload_keeps_the_draft_and_what_was_not_sent_on_both_sides(come: Come, arrive: Arrive) -> None:
    luis, vera = await come("luis"), await arrive()
    await begin(vera, luis, "¿Hacéis envíos a Canarias?")
    await luis.page.context.route(POSTS, _cut)
    await luis.write("Sí, en cinco días.")
    await luis.editor.fill("Y sin gastos si")
    await vera.field.fill("Es para un")
    await luis.page.reload()
    await vera.page.reload()
    await expect(luis.editor).to_have_value("Y sin gastos si")
    await expect(luis.message("Sí, en cinco días.")).to_be_visible()
    await expect(vera.field).to_have_value("Es para un")
    await luis.page.context.unroute(POSTS, _cut)
    await expect(vera.message("Sí, en cinco días.")).to_be_visible(timeout=OFFLINE_MS)
    await verify_by_fetch(luis)
    await verify_bubbles(luis, vera)


@pytest.mark.timeout(240)
async def test_two_tabs_of_each_show_the_same_and_send_once(demo: Demo, come: Come, arrive: Arrive) -> None:
    luis, vera = await come("luis"), await arrive()
    await begin(vera, luis, "¿El mantel encoge?")
    also_luis = await luis.another_tab()
    also_vera = await Visitor.arrive(vera.page.context, f"{demo.world}/shop")
    await also_vera.open_chat()
    await luis.write("Un dos por ciento.")
    await also_luis.write("Lávalo en frío.")
    await also_vera.say("¿Y planchado?")
    await vera.say("Gracias a los dos.")
    for tab in (luis, also_luis):
        await expect(tab.message("Gracias a los dos.")).to_be_visible()
        await expect(tab.message("¿Y planchado?")).to_be_visible()
    assert len(await verify_by_fetch(luis, also_luis)) == 5
    await verify_bubbles(luis, vera, also_vera)


@pytest.mark.timeout(300)
async def test_a_hub_that_is_killed_while_all_write_loses_and_doubles_nothing(demo: Demo, come: Come, arrive: Arrive) -> None:
    ana, sofia, vera = await come("ana"), await come("sofia"), await arrive()
    await begin(vera, ana, "¿Se puede recoger en el taller?")
    await sofia.open(ana.customer)
    await ana.write("Sí, de nueve a dos.")
    await vera.say("¿También los sábados?")
    await demo.kill()
    await ana.write("Los sábados, hasta la una.")
    await vera.say("Perfecto.")
    await expect(ana.page.get_by_text("Sin conexión desde hace")).to_be_visible(timeout=OFFLINE_MS)
    await vera.say("Iré el sábado.")
    await demo.start()
    await expect(ana.message("Iré el sábado.")).to_be_visible(timeout=OFFLINE_MS)
    await expect(vera.message("Los sábados, hasta la una.")).to_be_visible(timeout=OFFLINE_MS)
    thread = await verify_by_fetch(ana, sofia)
    assert len(thread) == 6
    assert [one.text for one in thread if one.direction == "in"][1:] == ["¿También los sábados?", "Perfecto.", "Iré el sábado."]
    await verify_bubbles(ana, vera)


async def _cut(route: Route) -> None:
    await route.abort("connectionfailed")
