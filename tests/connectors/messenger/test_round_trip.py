"""A Messenger channel and pretend Meta over real HTTP, both ways."""

import time

import pytest

from connectors.contract import Action, Choice, Delete, Echo, Edit, Media, Message, Profile, Reaction, Receipt, Signal
from connectors.errors import Rejected, WindowClosed
from connectors.messenger.connector import Messenger
from sandbox.double import Fault
from tests.connectors.graph.world import World
from tests.connectors.messenger.world import EVA, OURS, TO_EVA, Worlds, outgoing, world

PNG = "iVBORw0KGgo="


@pytest.fixture
async def here() -> Worlds:
    async with world() as one:
        yield one


async def wrote(here: World, **given: object) -> Message:
    await here.does("say", EVA, name="Eva Soler", **{"text": "Hola", **given})
    return await here.hub.event(Message)


async def test_what_a_customer_writes_comes_in_and_the_answer_goes_back_quoted(here: World) -> None:
    message = await wrote(here, text="¿Abren hoy?")
    assert (message.text, message.sender) == ("¿Abren hoy?", TO_EVA)
    sent = await here.channel.send(outgoing(text="Hasta las ocho", answers=message.external_id, part=1, parts=2))
    (shown,) = here.phone(EVA)
    assert (shown.id, shown.text, shown.reply_to, shown.extra["tag"]) == (sent.external_id, "Hasta las ocho", message.external_id, "")


async def test_our_own_echo_carries_our_id_and_meta_s_inbox_is_named(here: World) -> None:
    await wrote(here)
    sent = await here.channel.send(outgoing())
    assert await here.hub.event(Echo) == Echo(sent.external_id, TO_EVA, "Hola", at=(await here.hub.event(Echo)).at, message=OURS)
    await here.does("echo", EVA, text="Soy Pepe, de la tienda")
    await here.channel.send(outgoing(text="Hasta luego", part=1, parts=2))
    assert (await here.hub.event(Echo, lambda one: one.text == "Hasta luego")).part == 1
    other = await here.hub.event(Echo, lambda one: not one.message)
    assert (other.text, other.author, other.to) == ("Soy Pepe, de la tienda", "Messenger", TO_EVA)


async def test_deliveries_name_messages_and_reading_is_a_watermark(here: World) -> None:
    await wrote(here)
    sent = await here.channel.send(outgoing())
    delivered = await here.hub.event(Receipt, lambda one: one.state == "delivered" and one.external_id == sent.external_id)
    assert delivered.peer is None
    await here.does("read", EVA)
    read = await here.hub.event(Receipt, lambda one: one.state == "read")
    assert (read.external_id, read.peer) == ("", TO_EVA)
    assert read.until is not None
    assert read.until >= here.phone(EVA)[0].at


async def test_files_come_together_and_are_fetched_without_the_token_elsewhere(here: World) -> None:
    media = [{"name": f"{n}.png", "type": "image/png", "data": PNG, "kind": "image"} for n in range(3)]
    message = await wrote(here, text="", media=media)
    assert [(one.name, one.kind) for one in message.attachments] == [("0.png", "image"), ("1.png", "image"), ("2.png", "image")]
    async with here.channel.fetch(message.attachments[0]) as pieces:
        assert b"".join([piece async for piece in pieces]) == b"\x89PNG\r\n\x1a\n"


async def test_reactions_edits_and_deletions_come_in(here: World) -> None:
    message = await wrote(here)
    await here.does("react", EVA, message=message.external_id, emoji="❤️")
    assert (await here.hub.event(Reaction)).emoji == "❤️"
    await here.does("react", EVA, message=message.external_id, emoji="")
    assert (await here.hub.event(Reaction, lambda one: not one.emoji)).target == message.external_id
    await here.does("edit", EVA, message=message.external_id, text="Buenas")
    await here.does("edit", EVA, message=message.external_id, text="Buenas tardes")
    assert (await here.hub.event(Edit, lambda one: one.text == "Buenas tardes")).external_id.endswith(":2")
    await here.does("delete", EVA, message=message.external_id)
    assert (await here.hub.event(Delete)).target == message.external_id


async def test_a_quick_reply_is_offered_and_taken(here: World) -> None:
    await wrote(here)
    await here.channel.send(outgoing(text="¿Cuándo?", choices=(Choice("am", "Mañana"), Choice("pm", "Tarde"))))
    (shown,) = here.phone(EVA)
    await here.does("press", EVA, message=shown.id, id="pm")
    assert (await here.hub.event(Message, lambda one: one.choice is not None)).choice == Choice("pm", "Tarde")


async def test_a_file_is_handed_over_or_given_as_a_link(here: World) -> None:
    await wrote(here)
    await here.channel.send(outgoing(text="", attachments=(Media("a.jpg", "image/jpeg", b"\xff\xd8", url="https://hub.example/a.jpg"),)))
    await here.channel.send(outgoing(text="", attachments=(Media("f.pdf", "application/pdf", url="https://hub.example/f.pdf"),)))
    picture, paper = here.phone(EVA)
    assert (picture.media[0]["kind"], picture.media[0]["data"]) == ("image", "/9g=")
    assert (paper.media[0]["kind"], paper.media[0]["url"]) == ("file", "https://hub.example/f.pdf")
    with pytest.raises(Rejected):
        await here.channel.send(outgoing(text="", attachments=(Media("x", "image/png"),)))


async def test_a_day_is_free_a_week_is_for_humans_and_then_nothing(here: World) -> None:
    await wrote(here)
    await here.does("lapse", EVA, hours=30)
    with pytest.raises(WindowClosed) as closed:
        await here.channel.send(outgoing())
    assert closed.value.code == "window_closed"
    await here.channel.send(outgoing(tagged=True))
    assert here.phone(EVA)[-1].extra["tag"] == "HUMAN_AGENT"
    await here.does("lapse", EVA, hours=169)
    with pytest.raises(WindowClosed):
        await here.channel.send(outgoing(tagged=True))


async def test_who_blocks_the_page_is_out_of_reach_until_that_ends(here: World) -> None:
    await wrote(here)
    await here.does("block", EVA)
    with pytest.raises(Rejected) as refused:
        await here.channel.send(outgoing())
    assert refused.value.code == "blocked"
    await here.does("unblock", EVA)
    await here.channel.send(outgoing())
    assert len(here.phone(EVA)) == 1


async def test_an_agent_reacts_and_is_seen_to_write_and_to_read(here: World) -> None:
    message = await wrote(here)
    await here.channel.act(Action("1", "react", TO_EVA, message.external_id, emoji="🎉"))
    assert here.meta.find(message.external_id).reactions == {"company": "🎉"}
    await here.channel.act(Action("2", "react", TO_EVA, message.external_id))
    assert here.meta.find(message.external_id).reactions == {}
    for signal in (Signal("typing", TO_EVA), Signal("typing", TO_EVA, on=False), Signal("read", TO_EVA)):
        await here.channel.signal(signal)
    assert [what for what, _ in here.meta.phones.notices] == ["typing_on", "typing_off", "mark_seen"]


async def test_a_batch_of_a_thousand_is_a_thousand_deliveries(here: World) -> None:
    await here.does("batch", "7000000000000000", count=1000)
    await here.settled()
    assert len({one.external_id for one in here.hub.events() if isinstance(one, Message)}) == 1000


async def test_what_no_webhook_told_is_found_in_the_inbox_under_the_same_id(here: World) -> None:
    before = time.time() - 60
    told = await wrote(here, text="Este llegó")
    here.meta.faults.append(Fault("lost"))
    lost = (await here.does("say", EVA, text="Este no"))["ids"]
    await here.channel.send(outgoing())
    assert isinstance(here.channel, Messenger)
    swept = [one async for batch in here.channel.sweep(before) for one in batch.deliveries]
    assert [(one.kind, one.external_id) for one in swept[:2]] == [("message", told.external_id), ("message", lost[0])]
    events = [event for one in swept for event in here.channel.parse(one)]
    assert [one.text for one in events if isinstance(one, Message)] == ["Este llegó", "Este no"]
    assert [one.name for one in events if isinstance(one, Profile)] == ["Eva Soler"]
    assert [one async for batch in here.channel.sweep(time.time() + 60) for one in batch.deliveries] == []
