"""An Instagram channel and pretend Meta over real HTTP, both ways: what differs from Messenger."""

import time

import pytest

from connectors.contract import Action, Delete, Echo, Media, Message, Profile, Receipt
from connectors.errors import Rejected, WindowClosed
from connectors.instagram.connector import Instagram
from sandbox.double import Fault
from tests.connectors.graph.world import World
from tests.connectors.instagram.world import IKER, OURS, TO_IKER, Worlds, outgoing, world


@pytest.fixture
async def here() -> Worlds:
    async with world() as one:
        yield one


async def wrote(here: World, **given: object) -> Message:
    await here.does("say", IKER, name="Iker", **{"text": "Kaixo", **given})
    return await here.hub.event(Message)


async def test_a_message_comes_in_and_its_answer_is_read_by_its_id(here: World) -> None:
    message = await wrote(here)
    assert (message.text, message.sender) == ("Kaixo", TO_IKER)
    sent = await here.channel.send(outgoing(answers=message.external_id))
    assert (await here.hub.event(Echo)).message == OURS
    await here.does("read", IKER)
    read = await here.hub.event(Receipt, lambda one: bool(one.external_id))
    assert (read.state, read.external_id, read.peer) == ("read", sent.external_id, None)
    before = await here.hub.event(Receipt, lambda one: one.peer is not None)
    assert (before.state, before.peer, before.until) == ("read", TO_IKER, before.at)


async def test_a_file_goes_as_a_link_that_meta_fetches_and_without_one_it_is_handed_over(here: World) -> None:
    await wrote(here)
    await here.channel.send(outgoing(text="", attachments=(Media("a.jpg", "image/jpeg", b"\xff\xd8", url="https://hub.example/a.jpg"),)))
    await here.channel.send(outgoing(text="", attachments=(Media("a.jpg", "image/jpeg", b"\xff\xd8"),)))
    linked, handed = here.phone(IKER)
    assert (linked.media[0]["url"], handed.media[0]["data"]) == ("https://hub.example/a.jpg", "/9g=")


async def test_a_business_has_one_sign_to_give(here: World) -> None:
    message = await wrote(here)
    await here.channel.act(Action("1", "react", TO_IKER, message.external_id, emoji="❤️"))
    assert here.meta.find(message.external_id).reactions == {"company": "love"}
    await here.channel.act(Action("2", "react", TO_IKER, message.external_id))
    assert here.meta.find(message.external_id).reactions == {}
    with pytest.raises(Rejected) as refused:
        await here.channel.act(Action("3", "react", TO_IKER, message.external_id, emoji="👍"))
    assert refused.value.code == "not_possible"


async def test_a_message_that_was_taken_back_is_gone_here_too(here: World) -> None:
    message = await wrote(here)
    await here.does("delete", IKER, message=message.external_id)
    assert (await here.hub.event(Delete)).target == message.external_id


async def test_the_limit_counts_bytes(here: World) -> None:
    await wrote(here)
    await here.channel.send(outgoing(text="ñ" * 500))
    with pytest.raises(Rejected) as refused:
        await here.channel.send(outgoing(text="ñ" * 501))
    assert refused.value.code == "invalid"


async def test_the_window_of_a_human_s_answer_is_a_week(here: World) -> None:
    await wrote(here)
    await here.does("lapse", IKER, hours=25)
    with pytest.raises(WindowClosed):
        await here.channel.send(outgoing())
    await here.channel.send(outgoing(tagged=True))
    assert here.phone(IKER)[-1].extra["tag"] == "HUMAN_AGENT"


async def test_what_no_webhook_told_is_found_in_the_inbox_under_the_same_id(here: World) -> None:
    before = time.time() - 60
    told = await wrote(here, text="Este llegó")
    await here.does("username", IKER, username="iker.surf")
    here.meta.faults.append(Fault("lost"))
    lost = (await here.does("say", IKER, text="Este no"))["ids"]
    await here.channel.send(outgoing())
    assert isinstance(here.channel, Instagram)
    swept = [one async for batch in here.channel.sweep(before) for one in batch.deliveries]
    assert [(one.kind, one.external_id) for one in swept[:2]] == [("message", told.external_id), ("message", lost[0])]
    events = [event for one in swept for event in here.channel.parse(one)]
    assert [one.text for one in events if isinstance(one, Message)] == ["Este llegó", "Este no"]
    assert [one.name for one in events if isinstance(one, Profile)] == ["iker.surf"]
    assert [one async for batch in here.channel.sweep(time.time() + 60) for one in batch.deliveries] == []
