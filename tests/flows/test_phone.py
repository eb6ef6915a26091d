"""An agent on the move: on a phone's screen one accepts, reads and answers."""

import pytest
from playwright.async_api import expect

from tests.browser import violations
from tests.flows.conftest import Arrive, Come
from tests.flows.screen import verify_bubbles, verify_by_fetch
from tests.flows.talks import take

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"
QUESTION = "¿Abrís hoy?"


@pytest.mark.timeout(180)
async def test_an_agent_accepts_reads_and_answers_on_a_phone(come: Come, arrive: Arrive) -> None:
    ana, luis, vera = await come("ana", **PHONE), await come("luis"), await arrive(**PHONE)
    for name in ("Andrés Molina", "Rocío Paredes", "Tomás Iborra"):
        await take(luis, name)
    await vera.open_chat()
    await vera.say(QUESTION)
    await ana.become("Disponible")
    offer = ana.offer(QUESTION)
    await expect(offer.get_by_role("button")).to_have_count(1)  # one line, which opens when it is touched
    for place in ("/settings/me", "/customers", "/commitments"):
        await ana.page.goto(place)  # a page that is loaded anew keeps the offer
        await expect(offer).to_be_visible()
        assert await ana.page.get_by_role("main").evaluate("main => main.getBoundingClientRect().width") == 390
        assert await ana.page.evaluate(OVERFLOW) <= 0
    await offer.get_by_role("button").tap()
    await offer.get_by_role("button", name="Aceptar").tap()
    await expect(ana.message(QUESTION)).to_be_in_viewport()
    assert await ana.page.evaluate(OVERFLOW) <= 0
    assert await violations(ana.page) == []
    await ana.editor.fill("Sí, hasta las ocho.")
    await ana.page.get_by_role("button", name="Enviar", exact=False).last.tap()
    await expect(vera.message("Sí, hasta las ocho.")).to_be_in_viewport()
    await verify_by_fetch(ana)
    await verify_bubbles(ana, vera)
    await ana.page.get_by_role("link", name="Volver a la lista").or_(ana.page.get_by_role("button", name="Volver a la lista")).tap()
    await expect(ana.page.locator(".row", has_text="Sí, hasta las ocho.")).to_be_visible()
    assert await ana.page.evaluate(OVERFLOW) <= 0
