"""A WhatsApp channel and pretend Meta over real HTTP, both ways."""

import pytest

from connectors.contract import (
    Action,
    Choice,
    Contact,
    Delete,
    Echo,
    Edit,
    Media,
    Message,
    Reaction,
    Receipt,
    Signal,
    TemplateUse,
)
from connectors.errors import Rejected
from connectors.whatsapp.connector import WhatsApp
from sandbox.double import Fault
from tests.connectors.graph.world import World
from tests.connectors.whatsapp.world import ANA, OURS, TO_ANA, Worlds, outgoing, world

PNG = "iVBORw0KGgo="


@pytest.fixture
async def here() -> Worlds:
    async with world() as one:
        yield one


async def wrote(here: World, **given: object) -> Message:
    await here.does("say", ANA, name="Ana Ruiz", **{"text": "Hola", **given})
    return await here.hub.event(Message)


async def test_what_a_customer_writes_comes_in_with_both_identities(here: World) -> None:
    message = await wrote(here, text="¿Dónde está mi pedido?")
    assert (message.text, message.sender.kind, message.sender.name) == ("¿Dónde está mi pedido?", "whatsapp", "Ana Ruiz")
    assert [(one.kind, one.value) for one in message.proves] == [("phone", "+34600111222")]


async def test_who_hides_the_number_is_answered_by_the_id_that_meta_gives(here: World) -> None:
    await here.does("username", ANA, username="ana.ruiz")
    message = await wrote(here)
    assert (message.proves, message.claims) == ((), {"username": "ana.ruiz"})
    await here.channel.send(outgoing(to=message.sender))
    assert [one.text for one in here.phone(ANA)] == ["Hola"]


async def test_an_answer_is_quoted_and_its_ticks_climb(here: World) -> None:
    message = await wrote(here)
    sent = await here.channel.send(outgoing(text="Va de camino", answers=message.external_id, part=2, parts=3))
    delivered = await here.hub.event(Receipt, lambda one: one.state == "delivered")
    assert (delivered.external_id, delivered.message, delivered.part) == (sent.external_id, OURS, 2)
    await here.does("read", ANA)
    await here.hub.event(Receipt, lambda one: one.state == "read")
    (shown,) = here.phone(ANA)
    assert (shown.text, shown.reply_to, shown.state) == ("Va de camino", message.external_id, "read")


async def test_an_album_is_as_many_messages_as_it_has_pictures(here: World) -> None:
    media = [{"name": f"{n}.png", "type": "image/png", "data": PNG, "kind": "image"} for n in range(10)]
    await here.does("album", ANA, media=media, text="Llegó roto")
    await here.settled()
    messages = [one for one in here.hub.events() if isinstance(one, Message)]
    assert len({one.external_id for one in messages}) == 10
    assert sorted(one.text for one in messages) == [""] * 9 + ["Llegó roto"]


@pytest.mark.parametrize(
    ("kind", "type_", "name", "shown"),
    [
        ("image", "image/png", "foto.png", "image"),
        ("voice", "audio/ogg", "nota.ogg", "voice"),
        ("video", "video/mp4", "caja.mp4", "video"),
        ("sticker", "image/webp", "hola.webp", "sticker"),
        ("file", "application/pdf", "factura.pdf", "file"),
    ],
)
async def test_a_file_is_announced_and_then_fetched(here: World, kind: str, type_: str, name: str, shown: str) -> None:
    (media,) = (await wrote(here, text="", media=[{"name": name, "type": type_, "data": PNG, "kind": kind}])).attachments
    assert (media.kind, media.content_type, media.data) == (shown, type_, None)
    async with here.channel.fetch(media) as pieces:
        assert b"".join([piece async for piece in pieces]) == b"\x89PNG\r\n\x1a\n"


async def test_a_file_that_is_gone_says_so(here: World) -> None:
    with pytest.raises(Rejected) as refused:
        async with here.channel.fetch(Media("a.png", "image/png", reference="1999999999999999")):
            pass
    assert refused.value.code == "file_gone"


async def test_a_place_and_a_card_come_in(here: World) -> None:
    place = (await wrote(here, location={"latitude": 40.4, "longitude": -3.7, "name": "Taller"})).location
    assert place is not None
    assert (place.latitude, place.longitude, place.name) == (40.4, -3.7, "Taller")
    await here.does("say", ANA, contact={"name": "Tomás", "phone": "+34 600 333 444"})
    card = await here.hub.event(Message, lambda one: bool(one.contacts))
    assert card.contacts == (Contact("Tomás", ("+34 600 333 444",)),)


async def test_reactions_edits_and_deletions_come_in(here: World) -> None:
    message = await wrote(here)
    await here.does("react", ANA, message=message.external_id, emoji="👍")
    assert (await here.hub.event(Reaction)).emoji == "👍"
    await here.does("react", ANA, message=message.external_id, emoji="")
    assert (await here.hub.event(Reaction, lambda one: not one.emoji)).target == message.external_id
    await here.does("edit", ANA, message=message.external_id, text="Buenas")
    assert (await here.hub.event(Edit)).text == "Buenas"
    await here.does("delete", ANA, message=message.external_id)
    assert (await here.hub.event(Delete)).target == message.external_id


@pytest.mark.parametrize("count", [2, 5])
async def test_a_choice_is_offered_and_taken(here: World, count: int) -> None:
    await wrote(here)
    choices = tuple(Choice(f"c{n}", f"Opción {n}" + " muy larga de leer entera" * (n == 4)) for n in range(count))
    await here.channel.send(outgoing(text="¿Cuál?", choices=choices))
    (shown,) = here.phone(ANA)
    assert [one["title"] for one in shown.buttons] == [one.title for one in choices]
    await here.does("press", ANA, message=shown.id, id=choices[-1].id)
    pressed = await here.hub.event(Message, lambda one: one.choice is not None)
    assert pressed.choice is not None
    assert (pressed.choice.id, pressed.reply_to) == (choices[-1].id, (shown.id,))


async def test_files_go_out_as_what_they_are(here: World) -> None:
    await wrote(here)
    picture, note = Media("a.jpg", "image/jpeg", b"\xff\xd8"), Media("n.ogg", "audio/ogg", b"Ogg", kind="voice")
    await here.channel.send(outgoing(text="Mire", attachments=(picture,)))
    await here.channel.send(outgoing(text="", attachments=(note,)))
    await here.channel.send(outgoing(text="Con palabras", attachments=(note,)))
    await here.channel.send(outgoing(text="", attachments=(Media("f.pdf", "application/pdf", url="https://hub.example/f.pdf"),)))
    assert [(one.text, one.media[0]["kind"]) for one in here.phone(ANA)] == [
        ("Mire", "image"),
        ("", "voice"),
        ("Con palabras", "file"),
        ("", "document"),
    ]


async def test_after_a_day_only_a_template_arrives(here: World) -> None:
    await wrote(here)
    await here.does("lapse", ANA, hours=25)
    await here.channel.send(outgoing())
    failed = await here.hub.event(Receipt, lambda one: one.state == "failed")
    assert (failed.message, failed.reason.split(":")[0]) == (OURS, "window_closed")
    use = TemplateUse("order_update", "es", {"header.1": "1042", "1": "Ana", "2": "en camino", "button.0": "1042"})
    await here.channel.send(outgoing(text="", template=use))
    assert here.phone(ANA)[-1].text == "Pedido 1042\n\nHola Ana, su pedido está en camino. ¿Necesita algo más?\n\nBarro y Lino"


async def test_templates_are_listed_page_by_page(here: World) -> None:
    assert isinstance(here.channel, WhatsApp)
    found = {one.name: one for one in await here.channel.templates()}
    assert set(found) == {"order_update", "we_are_back", "spring_sale"}
    assert found["order_update"].variables == ("header.1", "1", "2", "button.0")
    assert found["order_update"].examples == {"1": "Lucía", "2": "en camino"}
    assert (found["we_are_back"].variables, found["spring_sale"].state) == (("first_name",), "pending")


async def test_a_named_variable_goes_by_its_name_and_a_template_s_button_comes_back(here: World) -> None:
    await here.channel.send(outgoing(text="", template=TemplateUse("we_are_back", "en", {"first_name": "Ana"})))
    (shown,) = here.phone(ANA)
    await here.does("press", ANA, message=shown.id, id="Tell me")
    pressed = await here.hub.event(Message)
    assert (pressed.text, pressed.choice) == ("Tell me", Choice("Tell me", "Tell me"))


async def test_a_template_that_lacks_a_variable_is_refused(here: World) -> None:
    with pytest.raises(Rejected) as refused:
        await here.channel.send(outgoing(text="", template=TemplateUse("order_update", "es", {"1": "Ana"})))
    assert refused.value.code == "template_variables"


async def test_an_agent_reacts_and_is_seen_to_write_and_to_read(here: World) -> None:
    message = await wrote(here)
    await here.channel.act(Action("1", "react", TO_ANA, message.external_id, emoji="❤️"))
    assert here.meta.find(message.external_id).reactions == {"company": "❤️"}
    await here.channel.act(Action("2", "react", TO_ANA, message.external_id))
    assert here.meta.find(message.external_id).reactions == {}
    for kind in ("typing", "read"):
        await here.channel.signal(Signal(kind, TO_ANA, message.external_id))
    await here.channel.signal(Signal("typing", TO_ANA, message.external_id, on=False))
    assert here.meta.phones.notices == [("typing", message.external_id), ("read", message.external_id)]
    with pytest.raises(Rejected) as refused:
        await here.channel.act(Action("3", "delete", TO_ANA, message.external_id))
    assert refused.value.code == "not_possible"


async def test_what_is_written_in_the_company_s_own_app_is_an_echo(here: World) -> None:
    await here.does("echo", ANA, text="Le llamo ahora")
    echo = await here.hub.event(Echo)
    assert (echo.text, echo.to.kind, echo.author, echo.message) == ("Le llamo ahora", "whatsapp", "WhatsApp Business", "")


async def test_who_changes_the_number_stays_the_same_person_and_it_is_told_once(here: World) -> None:
    before = (await wrote(here)).sender
    await here.does("number", ANA, to="34600999888")
    await here.settled()
    moved = {one.external_id: one for one in here.hub.events() if isinstance(one, Message) and one.automatic}
    (message,) = moved.values()
    after = (await here.does("username", "34600999888"))["user_id"]
    assert (message.sender.value, [one.value for one in message.proves]) == (before.value, [after])


async def test_a_batch_of_a_thousand_is_a_thousand_deliveries(here: World) -> None:
    before = here.hub.requests
    await here.does("batch", "34600000000", count=1000)
    await here.settled()
    assert (here.hub.requests - before, len(here.hub.deliveries)) == (1, 1000)
    assert len({one.external_id for one in here.hub.events() if isinstance(one, Message)}) == 1000


@pytest.mark.parametrize("fault", ["twice", "late", "shuffled"])
async def test_webhooks_that_come_as_they_like_make_each_message_once(here: World, fault: str) -> None:
    await here.does("say", ANA, text="uno")
    here.meta.faults.append(Fault(fault, ms=20))
    await here.does("say", ANA, text="dos")
    await here.does("say", ANA, text="tres")
    await here.settled()
    assert sorted(one.text for one in here.hub.events() if isinstance(one, Message)) == ["dos", "tres", "uno"]


async def test_an_unsigned_webhook_is_refused(here: World) -> None:
    here.meta.faults.append(Fault("unsigned"))
    await here.does("say", ANA, text="Soy Meta, de verdad")
    await here.settled()
    assert (here.meta.hooks.tried[-1].status, here.hub.deliveries) == (403, [])
