"""Asking for what is new: nothing is confirmed before it is stored, nothing is lost, and what cannot be kept by Telegram is said."""

import asyncio

import pytest

from connectors.contract import Consent, Edit, Message, Reaction
from connectors.errors import AuthFailed
from tests.connectors.telegram.world import World, first

DAY = 24 * 3600.0


def texts(events: list[object]) -> list[str]:
    return [one.text for one in events if isinstance(one, Message)]


async def test_what_a_customer_writes_arrives(world: World) -> None:
    bot = await world.bot()
    await world.does("say", text="Hola")
    events, cursor, _ = await first(bot)
    assert texts(list(events)) == ["Hola"]
    assert isinstance(cursor["offset"], int)


async def test_a_batch_that_was_not_stored_comes_again_and_one_that_was_does_not(world: World) -> None:
    bot = await world.bot()
    await world.does("say", text="uno")
    _, cursor, before = await first(bot)
    _, _, again = await first(bot)
    assert [one.external_id for one in again] == [one.external_id for one in before]
    await world.does("say", text="dos")
    events, _, _ = await first(bot, cursor)
    assert texts(list(events)) == ["dos"]


async def test_asking_for_the_next_batch_confirms_the_last(world: World) -> None:
    bot = await world.bot()
    await world.does("say", text="uno")
    listening = bot.listen(None)
    await anext(listening)
    assert len(world.double.updates.pending) == 1
    await world.does("say", text="dos")
    await anext(listening)
    assert [one.body["message"]["text"] for one in world.double.updates.pending] == ["dos"]
    await listening.aclose()  # type: ignore[attr-defined]


async def test_whoever_waits_hears_at_once(world: World) -> None:
    bot = await world.bot()
    waiting = asyncio.create_task(first(bot))
    await world.double.updates.until(lambda: world.double.updates.allowed)  # the question is there: it says what it wants
    await world.does("say", text="por fin")
    events, _, _ = await asyncio.wait_for(waiting, 5)
    assert texts(list(events)) == ["por fin"]


async def test_numbers_that_begin_anew_after_a_quiet_week_lose_nothing(world: World) -> None:
    clock = [1_763_633_767.0]
    world.double.updates.clock = lambda: clock[0]
    bot = await world.bot(now=lambda: clock[0])
    await world.does("say", text="antes")
    _, cursor, _ = await first(bot)
    clock[0] += 8 * DAY
    world.double.updates.pending.clear()
    await world.does("say", text="después")
    world.double.updates.pending[0].body["update_id"] = 17
    events, after, _ = await first(bot, cursor)
    assert (texts(list(events)), after["offset"]) == (["después"], 18)


async def test_reactions_edits_and_blocking_come_too(world: World) -> None:
    bot = await world.bot()
    said = await world.does("say", text="Hola")
    _, cursor, _ = await first(bot)  # with the first question Telegram learns what is wanted: else it tells of no reaction
    await world.does("react", id=said["ids"][0], emoji="🔥")
    await world.does("edit", id=said["ids"][0], text="Hola.")
    await world.does("block")
    events, _, _ = await first(bot, cursor)
    assert [type(one) for one in events] == [Reaction, Edit, Consent]


async def test_a_pressed_button_is_answered_once_its_press_is_stored(world: World) -> None:
    bot = await world.bot()
    await world.starts()
    _, cursor, _ = await first(bot)
    kept = next(iter(world.double.chats.of(world.double.chats.person("lucia"))))
    kept.body["reply_markup"] = {"inline_keyboard": [[{"text": "Sí", "callback_data": "yes"}]]}
    press = (await world.does("press", id=f"{kept.body['chat']['id']}:{kept.body['message_id']}", button="yes"))["press"]
    listening = bot.listen(cursor)
    await anext(listening)
    assert world.double.chats.presses == {press}
    await world.does("say", text="más")
    await anext(listening)
    assert world.double.chats.presses == set()
    await listening.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize("fault", ["429", "500", "cut", "cut_before", "garbage"])
async def test_a_question_without_an_answer_is_asked_again(world: World, fault: str) -> None:
    bot = await world.bot()
    await world.does("say", text="Hola")
    world.fails(fault, "getupdates", ms=1)
    events, _, _ = await first(bot)
    assert texts(list(events)) == ["Hola"]
    assert (await bot.health()).state == "up"


async def test_a_token_that_was_revoked_ends_the_asking(world: World) -> None:
    bot = await world.bot()
    world.fails("401", "getupdates")
    with pytest.raises(AuthFailed):
        await first(bot)


async def test_a_webhook_of_another_system_is_not_taken_away_and_health_says_so(world: World) -> None:
    bot = await world.bot(webhook="https://hilo.example/hooks/1")
    world.double.updates.webhook.url = "https://other.example/bot"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(first(bot), 0.3)
    assert world.double.updates.webhook.url == "https://other.example/bot"
    health = await bot.health()
    assert health.state != "up"
    assert "webhook is active" in health.detail


async def test_a_webhook_of_our_own_is_taken_away_before_asking(world: World) -> None:
    bot = await world.bot(webhook="https://hilo.example/hooks/1")
    world.double.updates.webhook.url = "https://hilo.example/hooks/1"
    await world.does("say", text="Hola")
    events, _, _ = await first(bot)
    assert texts(list(events)) == ["Hola"]


async def test_two_that_ask_for_one_bot_are_noticed(world: World) -> None:
    bot, other = await world.bot(first_pause=30), await world.bot()
    listening = asyncio.create_task(first(bot))
    await world.double.updates.until(lambda: world.double.updates.allowed)
    await world.does("say", text="Hola", customer="tomas")
    _, cursor, _ = await listening
    waiting = asyncio.create_task(first(bot, cursor))
    await world.double.updates.until(lambda: not world.double.updates.pending)
    taking = asyncio.create_task(first(other, cursor))
    while (await bot.health()).state == "up":
        await asyncio.wait([waiting], timeout=0.01)
    assert "terminated by other getUpdates" in (await bot.health()).detail
    waiting.cancel()
    taking.cancel()


async def test_a_silence_in_which_telegram_forgot_is_an_alarm_for_a_day_also_after_a_restart(world: World) -> None:
    clock = [1_763_633_767.0]
    bot = await world.bot(now=lambda: clock[0])
    await world.does("say", text="Hola")
    _, cursor, _ = await first(bot)
    assert (await bot.health()).state == "up"
    clock[0] += 3 * DAY
    _, cursor, _ = await first(bot, {**cursor, "offset": 0})
    again = await world.bot(now=lambda: clock[0])
    await first(again, {**cursor, "offset": 0})
    for one in (bot, again):
        health = await one.health()
        assert (health.state, health.detail) == (
            "degraded",
            "Telegram keeps messages for 24 hours: what was written from 2025-11-20 10:16 to 2025-11-22 10:16 UTC is lost",
        )
    clock[0] += DAY + 1
    assert (await again.health()).state == "up"


async def test_telegram_forgets_after_a_day(world: World) -> None:
    clock = [1_763_633_767.0]
    world.double.updates.clock = lambda: clock[0]
    bot = await world.bot()
    await world.does("say", text="viejo")
    clock[0] += 25 * 3600
    await world.does("say", text="nuevo")
    events, _, _ = await first(bot)
    assert texts(list(events)) == ["nuevo"]
