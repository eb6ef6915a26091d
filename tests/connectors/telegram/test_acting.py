"""Reactions, edits, deletions, typing; and the files that customers sent."""

import asyncio
from typing import Any

import pytest
from telegram.constants import ReactionEmoji

from connectors import registry
from connectors.contract import Action, Address, Media, Signal
from connectors.errors import Rejected, Unavailable
from sandbox.telegram.signs import SIGNS
from tests.connectors.telegram.world import PHOTO, PNG, World, fetched, file, first, outgoing

# ── What is there already ────────────────────────────────────────────────────────────────────────────────────────────


def action(kind: Any, target: str, **given: Any) -> Action:
    return Action("a1", kind, Address("telegram", target.partition(":")[0]), target, **given)


async def test_a_reaction_comes_and_goes(world: World) -> None:
    bot = await world.bot()
    (theirs,) = (await world.does("say", text="Gracias"))["ids"]
    await bot.act(action("react", theirs, emoji="❤"))
    assert world.double.find(theirs).reactions == {"company": "❤"}
    await bot.act(action("react", theirs, emoji=""))
    assert world.double.find(theirs).reactions == {}
    with pytest.raises(Rejected) as raised:
        await bot.act(action("react", theirs, emoji="🧀"))
    assert raised.value.code == "reaction_refused"


def test_the_manifest_names_exactly_the_signs_that_telegram_takes() -> None:
    assert set(registry.manifest("telegram").emojis) == SIGNS == {one.value for one in ReactionEmoji}


async def test_a_text_and_what_stands_below_a_file_can_be_changed_twice_the_same(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    for files in ((), (PHOTO,)):
        sent = await bot.send(outgoing(lucia, "Mañna", attachments=files))
        await bot.act(action("edit", sent.external_id, text="Mañana"))
        await bot.act(action("edit", sent.external_id, text="Mañana"))
        shown = world.double.find(sent.external_id)
        assert (shown.text, shown.edited) == ("Mañana", True)


async def test_a_message_is_taken_back_and_once_more_is_no_error(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    sent = await bot.send(outgoing(lucia))
    await bot.act(action("delete", sent.external_id))
    await bot.act(action("delete", sent.external_id))
    assert world.shown()[0].deleted


async def test_an_album_is_taken_back_with_all_its_pictures(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    sent = await bot.send(outgoing(lucia, "", attachments=(PHOTO, PHOTO, PHOTO)))
    await bot.act(action("delete", sent.external_id))
    assert [one.deleted for one in world.shown()] == [True, True, True]


async def test_after_two_days_nothing_is_taken_back(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    sent = await bot.send(outgoing(lucia))
    kept = world.double.chats.named(sent.external_id)
    assert kept is not None
    kept.body["date"] -= 3 * 24 * 3600
    with pytest.raises(Rejected) as raised:
        await bot.act(action("delete", sent.external_id))
    assert raised.value.code == "too_late"


@pytest.mark.parametrize("target", ["", "no", "1:2:3", "<mail@shop.example>"])
async def test_what_is_no_message_of_telegrams_cannot_be_acted_on(world: World, target: str) -> None:
    bot = await world.bot()
    with pytest.raises(Rejected) as raised:
        await bot.act(action("delete", target))
    assert raised.value.code == "unknown_target"


async def test_typing_shows_and_reading_is_not_told(world: World) -> None:
    bot, lucia = await world.bot(), await world.starts()
    watcher: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    world.double.watchers.add(watcher)
    await bot.signal(Signal("typing", Address("telegram", lucia)))
    await bot.signal(Signal("read", Address("telegram", lucia), target=f"{lucia}:101"))
    told = [watcher.get_nowait() for _ in range(watcher.qsize())]
    here = {"double": "telegram", "app": "telegram", "account": "tienda_demo_bot", "customer": "lucia"}
    assert [one for one in told if "asked" not in one] == [{**here, "typing": True}]
    assert [one["path"].rsplit("/", 1)[1] for entry in told for one in entry.get("asked", ())] == ["sendChatAction"]


# ── Files that come ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_file_that_came_is_fetched(world: World) -> None:
    bot = await world.bot()
    await world.does("say", text="Mire", media=[file(), file("nota.ogg", "audio/ogg", "voice", b"OggS" * 50_000)])
    events, _, _ = await first(bot)
    albums = {one.album for one in events}  # type: ignore[union-attr]
    assert len(albums) == 1
    found = [await fetched(bot, one.attachments[0]) for one in events]  # type: ignore[union-attr]
    assert found == [PNG, b"OggS" * 50_000]


async def test_a_file_over_twenty_megabytes_is_too_big_and_one_that_is_gone_is_gone(world: World) -> None:
    bot = await world.bot()
    large = world.double.files.keep("document", "copia.zip", "application/zip", bytes(20_000_001))
    for reference, code in ((large.id, "too_large"), ("AgACAgQAAxkB-nothing", "file_gone")):
        with pytest.raises(Rejected) as raised:
            await fetched(bot, Media("x", "x/x", reference=reference))
        assert raised.value.code == code


@pytest.mark.parametrize("fault", ["500", "cut", "garbage"])
async def test_a_file_that_cannot_be_had_now_may_come_later(world: World, fault: str) -> None:
    bot = await world.bot()
    stored = world.double.files.keep("document", "a.pdf", "application/pdf", b"%PDF")
    world.fails(fault, "getFile")
    with pytest.raises(Unavailable):
        await fetched(bot, Media("x", "x/x", reference=stored.id))
    world.fails("500", "/file/bot")
    with pytest.raises(Unavailable):
        await fetched(bot, Media("x", "x/x", reference=stored.id))
    assert await fetched(bot, Media("x", "x/x", reference=stored.id)) == b"%PDF"
