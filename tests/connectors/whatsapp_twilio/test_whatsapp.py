"""WhatsApp by Twilio through the pretend one, both ways, over real HTTP with real signatures."""

from typing import Any

import pytest

from connectors.contract import Address, Media, Message, Outgoing, Receipt, Signal, TemplateUse
from connectors.errors import Rejected
from connectors.registry import load
from connectors.whatsapp_twilio.connector import Settings
from sandbox.twilio import WHATSAPP_NUMBER
from tests.connectors.twilio_api.world import LUCIA, PNG, World, outgoing, photo


def is_message(one: Any) -> bool:
    return isinstance(one, Message)


def in_state(state: str) -> Any:
    return lambda one: isinstance(one, Receipt) and one.state == state


async def says(world: World, text: str = "Hola", **given: Any) -> Any:
    """The customer writes; the message's event."""
    await world.does("say", app="whatsapp", text=text, **given)
    return await world.hooks["whatsapp"].event(lambda one: isinstance(one, Message) and one.text == text)


async def test_a_customer_writes_reads_the_answer_and_we_know_it(world: World) -> None:
    channel, hook = await world.whatsapp()
    message = await says(world, "¿Tenéis la taza azul?", name="Lucía")
    assert (message.sender, message.to) == (Address("phone", LUCIA, "Lucía"), WHATSAPP_NUMBER)
    await channel.send(outgoing(text="Sí, dos", hook=hook, sender=message.to))
    await hook.event(in_state("delivered"))
    await world.does("read", app="whatsapp")
    receipt: Any = await hook.event(in_state("read"))
    assert receipt.message == outgoing().id
    assert world.shown()[0].state == "read"


async def test_free_text_after_a_day_fails_and_a_template_arrives(world: World) -> None:
    channel, hook = await world.whatsapp()
    await says(world)
    await world.does("lapse", hours=25)
    await channel.send(outgoing(hook=hook))
    receipt: Any = await hook.event(in_state("failed"))
    assert receipt.reason.startswith("window_closed: 63016 ")
    use = TemplateUse("pedido_enviado", "es", {"1": "Lucía", "2": "B-7"})
    shown = "Hola Lucía, su pedido B-7 ha salido."
    await channel.send(Outgoing("other", Address("phone", LUCIA), shown, template=use, callback=f"{hook.url}/status/{'0' * 36}"))
    await hook.event(in_state("delivered"))
    assert "Body=" not in world.asked("/Messages.json")[-1].body
    assert [one.text for one in world.shown()] == [shown]


async def test_templates_are_listed_with_their_state(world: World) -> None:
    channel, _ = await world.whatsapp(hook=False)
    found = {one.name: one for one in await channel.templates()}
    assert {name: one.state for name, one in found.items()} == {
        "pedido_enviado": "approved",
        "order_shipped": "approved",
        "rebajas": "rejected",
        "cita": "approved",
    }
    sent = found["pedido_enviado"]
    assert (sent.language, sent.text, sent.variables, sent.category) == (
        "es",
        "Hola {{1}}, su pedido {{2}} ha salido.",
        ("1", "2"),
        "utility",
    )


async def test_templates_come_page_by_page(world: World) -> None:
    channel, _ = await world.whatsapp(hook=False)
    first = world.double.company.contents[0]
    world.double.company.contents = [first] * 120
    found = await channel.templates()
    assert len(found) == 120
    assert len(world.asked("ContentAndApprovals")) == 3


async def test_a_template_that_whatsapp_has_rejected_does_not_open_the_window(world: World) -> None:
    channel, hook = await world.whatsapp()
    await channel.send(outgoing(text="", hook=hook, template=TemplateUse("rebajas", "es", {"1": "Lucía"})))
    receipt: Any = await hook.event(in_state("failed"))
    assert receipt.reason.startswith("window_closed: 63016 ")


async def test_an_unknown_template_is_told(world: World) -> None:
    channel, _ = await world.whatsapp(hook=False)
    with pytest.raises(Rejected) as raised:
        await channel.send(Outgoing("1", Address("phone", LUCIA), "", template=TemplateUse("pedido_enviado", "fr")))
    assert raised.value.code == "unknown_template"


async def test_a_button_says_which_one_and_below_which_message(world: World) -> None:
    channel, hook = await world.whatsapp()
    sent = await channel.send(outgoing(text="", hook=hook, template=TemplateUse("cita", "es", {"1": "Lucía", "2": "martes"})))
    await hook.event(in_state("delivered"))
    assert world.shown()[0].buttons == [{"id": "confirm", "title": "Confirmar"}, {"id": "change", "title": "Cambiar"}]
    await world.does("press", message=sent.external_id, id="confirm", title="Confirmar")
    message: Any = await hook.event(lambda one: isinstance(one, Message) and one.choice is not None)
    assert (message.choice.id, message.text, message.reply_to) == ("confirm", "Confirmar", (sent.external_id,))


async def test_a_place_is_a_place(world: World) -> None:
    _, hook = await world.whatsapp()
    await world.does("say", app="whatsapp", location={"latitude": 41.38, "longitude": 2.16, "name": "Casa"})
    message: Any = await hook.event(is_message)
    assert (message.location.latitude, message.location.longitude, message.location.name) == (41.38, 2.16, "Casa")


async def test_files_travel_both_ways(world: World) -> None:
    channel, hook = await world.whatsapp()
    message = await says(world, "Mira", media=[photo()])
    async with channel.fetch(message.attachments[0]) as pieces:
        assert b"".join([piece async for piece in pieces]) == PNG
    link = world.offers("factura.pdf", "application/pdf", b"%PDF-1.7")
    await channel.send(outgoing(text="", hook=hook, attachments=(Media("factura.pdf", "application/pdf", url=link),)))
    await hook.event(in_state("delivered"))
    assert [one["type"] for one in world.shown()[0].media] == ["application/pdf"]


async def test_typing_shows_on_the_phone_below_the_customers_message(world: World) -> None:
    channel, _ = await world.whatsapp()
    message = await says(world)
    await channel.signal(Signal("typing", message.sender, message.external_id))
    (asked,) = world.asked("Typing.json")
    assert (asked.status, asked.body) == (200, f"channel=whatsapp&messageId={message.external_id}")


@pytest.mark.parametrize(
    "signal", [Signal("read", Address("phone", LUCIA), "SM" + "0" * 32), Signal("typing", Address("phone", LUCIA), "")]
)
async def test_a_sign_that_twilio_has_no_call_for_is_let_go(world: World, signal: Signal) -> None:
    channel, _ = await world.whatsapp(hook=False)
    await channel.signal(signal)
    assert not world.asked("/twilio")


async def test_somebody_who_hides_the_number_can_be_answered(world: World) -> None:
    channel, hook = await world.whatsapp()
    known = await world.does("username", hidden=True)
    message = await says(world)
    assert (message.sender.kind, message.sender.value, message.proves) == ("whatsapp", known["id"], ())
    await channel.send(Outgoing("1", message.sender, "Hola", callback=f"{hook.url}/status/{'0' * 36}"))
    await hook.event(in_state("delivered"))
    assert world.shown()[0].customer == LUCIA


async def test_an_id_beside_a_number_is_proved_to_be_the_same_person(world: World) -> None:
    await world.whatsapp()
    known = await world.does("username")
    message = await says(world)
    assert (message.sender.value, message.sender.native, message.proves[0].value) == (known["id"], LUCIA, LUCIA)


def test_the_hub_finds_the_connector() -> None:
    kind = load("whatsapp_twilio")
    assert kind.settings is Settings
    assert [step["allows"] for step in kind.manifest.window] == ["free", "template"]
