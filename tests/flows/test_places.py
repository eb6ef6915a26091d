"""Mails put where they belong, in a real browser: split, moved, said to be somebody's; each undone, and seen by a colleague at once."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Locator, expect

from tests.browser import violations
from tests.flows.colleague import Colleague
from tests.flows.conftest import Come
from tests.flows.demo import SUPPORT, Demo
from tests.flows.screen import verify_by_fetch
from tests.rig.waiting import eventually

BOSS = "Ana Ruiz <ana@demo.example>"


class Post:
    """Customers who write mails, and a colleague who watches their threads."""

    def __init__(self, demo: Demo, ana: Colleague, sofia: Colleague) -> None:
        self.demo, self.ana, self.sofia = demo, ana, sofia

    async def mail(self, sender: str, subject: str, text: str, **more: Any) -> None:
        """Hand a mail to the hub as the sender's server does."""
        given = {"from": sender, "to": SUPPORT, "subject": subject, "text": text, **more}
        answer = await self.ana.page.request.post(f"{self.demo.world}/mail", data=given)
        assert answer.ok, await answer.text()

    async def customer(self, name: str) -> str:
        """The customer of that name, once somebody has written under it."""

        async def look() -> str:
            found = (await self.ana.fetch("/customers", q=name))["items"]
            return next((str(one["id"]) for one in found if one["name"] == name), "")

        return await eventually(look, what=f"{name} is known", seconds=30)

    async def both_open(self, customer: str) -> None:
        """Ana and Sofía look at the same thread."""
        for one in (self.ana, self.sofia):
            await one.open(customer)

    async def both_see(self, text: str, count: int) -> None:
        """So many messages with that text stand on both screens."""
        for one in (self.ana, self.sofia):
            await expect(one.message(text)).to_have_count(count)


@pytest.fixture
async def post(demo: Demo, come: Come) -> Post:
    return Post(demo, await come("ana"), await come("sofia"))


async def choose(ana: Colleague, text: str, item: str) -> None:
    """An entry of the menu of the message with that text."""
    await ana.message(text).get_by_role("button", name="Más cosas con este mensaje").click()
    await ana.page.get_by_role("menuitem", name=item).click()


def toast(ana: Colleague, text: str) -> Locator:
    return ana.page.locator(".toast", has_text=text)


async def test_a_matter_is_split_before_a_colleagues_eyes_and_put_together_again(post: Post) -> None:
    name = f"Marta {uuid4().hex[:6]}"
    for text in ("primera carta", "segunda carta", "tercera carta"):
        await post.mail(f"{name} <{name[6:]}@shop.example>", "Mi pedido", text)
    await post.both_open(await post.customer(name))
    await expect(post.ana.message("tercera carta")).to_be_visible()
    await choose(post.ana, "segunda carta", "Separar desde aquí…")
    dialog = post.ana.page.get_by_role("dialog", name="Separar desde aquí…")
    await dialog.get_by_label("Asunto").fill("La devolución")
    await dialog.get_by_label("Cola del tema nuevo").select_option("Devoluciones")
    assert await violations(post.ana.page) == []
    await dialog.get_by_role("button", name="Separar", exact=True).click()
    await expect(dialog).to_have_count(0)
    await expect(toast(post.ana, "un tema aparte")).to_be_visible()
    await expect(post.sofia.log.get_by_text("hizo de esto un tema aparte")).to_be_visible()
    record = await post.ana.fetch(f"/customers/{post.ana.customer}")
    assert [(one["state"], one["subject"], one["queue"]["name"]) for one in record["topics"]] == [
        ("open", "La devolución", "Devoluciones"),
        ("open", "Mi pedido", "Pedidos"),
    ]
    await verify_by_fetch(post.sofia)
    assert await violations(post.ana.page) == []
    await toast(post.ana, "un tema aparte").get_by_role("button", name="Deshacer").click()
    await expect(post.sofia.log.get_by_text("devolvió a su sitio lo movido")).to_be_visible()
    record = await post.ana.fetch(f"/customers/{post.ana.customer}")
    assert [(one["state"], one["subject"]) for one in record["topics"]] == [("open", "Mi pedido")]


async def test_a_misfiled_mail_leaves_one_thread_for_the_other_on_every_screen(post: Post) -> None:
    one, other = f"Paula {uuid4().hex[:6]}", f"Vera {uuid4().hex[:6]}"
    await post.mail(f"{one} <{one[6:]}@shop.example>", "Mi pedido", "esto es mío")
    await post.mail(f"{one} <{one[6:]}@shop.example>", "Mi pedido", "esto es de Vera")
    await post.mail(f"{other} <{other[5:]}@shop.example>", "Otra cosa", "soy Vera")
    target = await post.customer(other)
    await post.both_open(await post.customer(one))
    await post.both_see("esto es de Vera", 1)
    await choose(post.ana, "esto es de Vera", "Mover a…")
    dialog = post.ana.page.get_by_role("dialog", name="Mover el mensaje")
    await dialog.get_by_role("combobox").fill(other)
    await dialog.get_by_role("option", name=other).click()
    assert await violations(post.ana.page) == []
    await dialog.get_by_role("button", name="Mover", exact=True).click()
    await expect(dialog).to_have_count(0)
    await post.both_see("esto es de Vera", 0)
    await post.both_see("esto es mío", 1)
    await verify_by_fetch(post.sofia)
    await post.sofia.open(target)
    await expect(post.sofia.message("esto es de Vera")).to_be_visible()
    await post.ana.log.get_by_text("pasó mensajes de aquí").locator("xpath=..").get_by_role("button", name="Deshacer").click()
    await expect(post.ana.message("esto es de Vera")).to_be_visible()
    await expect(post.sofia.message("esto es de Vera")).to_have_count(0)


async def test_what_a_colleague_forwarded_becomes_the_customers_when_somebody_says_so(post: Post) -> None:
    name, address = f"Rosa {uuid4().hex[:6]}", f"rosa{uuid4().hex[:6]}@shop.example"
    await post.mail(f"{name} <{address}>", "Mi pedido", "escribo yo")
    known = await post.customer(name)
    head = f"De: {name} <{address}>\nDate: vie, 20 nov 2026\nSubject: La factura\nTo: {BOSS}"
    text = f"¿Lo miras?\n\n---------- Forwarded message ---------\n{head}\n\nla factura que me falta\n"
    await post.mail(BOSS, "Fwd: La factura", text)

    async def claimed() -> str:
        record = await post.ana.fetch(f"/customers/{known}")
        return next((str(one["customer"]["id"]) for one in record["suggestions"]), "")

    await post.ana.open(await eventually(claimed, what="the forwarded mail is suggested", seconds=30))
    mail = post.ana.message("la factura que me falta")
    await expect(mail.get_by_text("Reenviado por Ana Ruiz")).to_be_visible()
    assert await violations(post.ana.page) == []
    await mail.get_by_role("button", name=f"Es de {address}").click()
    await expect(post.ana.message("escribo yo")).to_be_visible()
    await expect(post.ana.message("la factura que me falta")).to_be_visible()
    assert post.ana.customer == known
    await toast(post.ana, "la misma ficha").get_by_role("button", name="Deshacer").click()
    await expect(post.ana.message("la factura que me falta")).to_have_count(0)
