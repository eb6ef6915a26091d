"""Being called by Telegram: only with the secret, one update at a time, and the button's clock stops."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from connectors.contract import Message, WebhookRequest
from connectors.errors import AuthFailed, Refused
from connectors.settings import InvalidSettings
from connectors.telegram.connector import Telegram
from tests.connectors.telegram.world import SECRET, World, recorded

HOOK = "https://hilo.example/hooks/1"


def request(body: bytes, secret: str | None = SECRET, method: str = "POST") -> WebhookRequest:
    headers = {"x-telegram-bot-api-secret-token": secret} if secret is not None else {}
    return WebhookRequest(method, HOOK, headers, {}, body, 1763633767.0)


async def hooked(world: World) -> Telegram:
    return await world.bot(mode="webhook", webhook=HOOK)


async def test_an_update_with_the_secret_is_one_delivery(world: World) -> None:
    bot = await hooked(world)
    reception = bot.receive(request(recorded("text")))
    (delivery,) = reception.deliveries
    assert (delivery.kind, reception.status) == ("update", 200)
    assert isinstance(bot.parse(delivery)[0], Message)


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "\u00f1", "\udcff"])
async def test_without_the_secret_nothing_is_taken(world: World, secret: str | None) -> None:
    bot = await hooked(world)
    with pytest.raises(Refused) as raised:
        bot.receive(request(recorded("text"), secret))
    assert raised.value.status == 403


async def test_only_post_is_taken_and_nothing_at_all_when_we_ask_ourselves(world: World) -> None:
    with pytest.raises(Refused) as raised:
        (await hooked(world)).receive(request(recorded("text"), method="GET"))
    assert raised.value.status == 405
    with pytest.raises(Refused) as raised:
        (await world.bot()).receive(request(recorded("text")))
    assert raised.value.status == 404


async def test_what_cannot_be_read_is_kept_when_it_came_with_the_secret(world: World) -> None:
    (delivery,) = (await hooked(world)).receive(request(b"{")).deliveries
    assert (delivery.kind, delivery.body) == ("unreadable", b"{")


async def test_the_answer_stops_the_clock_of_a_pressed_button(world: World) -> None:
    reception = (await hooked(world)).receive(request(recorded("button")))
    assert json.loads(reception.body) == {"method": "answerCallbackQuery", "callback_query_id": "4382bfdwdsb323b2d9"}


@pytest.mark.parametrize("secret", ["", "short", "with spaces in between it", "ñ" * 20])
async def test_a_webhook_without_a_good_secret_is_no_channel(world: World, secret: str) -> None:
    with pytest.raises(InvalidSettings) as raised:
        await world.bot(mode="webhook", webhook=HOOK, webhook_secret=secret)
    assert list(raised.value.problems) == ["webhook_secret"]


@dataclass
class Hub:
    """What stands at the webhook's address: hands requests to a bot, as the hub does."""

    url: str = ""
    bot: Telegram | None = None
    got: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        assert self.bot is not None
        headers = {name.lower(): value for name, value in request.headers.items()}
        if self.answers and (status := self.answers.pop(0)) != 200:
            return web.Response(status=status)
        try:
            reception = self.bot.receive(WebhookRequest("POST", self.url, headers, {}, await request.read(), 0.0))
        except Refused as error:
            return web.Response(status=error.status)
        self.got += [one.external_id for one in reception.deliveries]
        return web.Response(body=reception.body, content_type=reception.content_type)


@asynccontextmanager
async def hub(world: World) -> AsyncIterator[Hub]:
    """The other end of the double's webhook, installed by the bot itself."""
    here = Hub()
    app = web.Application()
    app.add_routes([web.post("/hooks/1", here.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/1"
    here.bot = await world.bot(mode="webhook", webhook=here.url)
    try:
        yield here
    finally:
        await runner.cleanup()


async def brought(world: World) -> None:
    """Wait until Telegram has nothing left to bring."""
    await world.double.updates.until(lambda: not world.double.updates.pending)


async def test_installing_lets_telegram_call_us_with_the_secret_and_what_waited_comes(world: World) -> None:
    await world.does("say", text="antes")
    async with hub(world) as here:
        assert here.bot is not None
        steps = await here.bot.install()
        await brought(world)
        assert [one.ok for one in steps if one.name == "receiving"] == [True]
        assert len(here.got) == 1
        assert (await here.bot.health()).state == "up"


@pytest.mark.parametrize("fault", ["twice", "unsigned", "shuffled", "late"])
async def test_telegrams_bad_days_lose_nothing_and_make_nothing_twice(world: World, fault: str) -> None:
    async with hub(world) as here:
        assert here.bot is not None
        await world.does("say", text="uno")
        await world.does("say", text="dos")
        world.fails(fault, "", ms=10)
        await here.bot.install()
        await brought(world)
        assert len(set(here.got)) == 2


async def test_what_we_do_not_take_is_brought_again_and_health_tells(world: World) -> None:
    async with hub(world) as here:
        assert here.bot is not None
        here.answers = [503]
        await world.does("say", text="Hola")
        await here.bot.install()
        await brought(world)
        assert len(here.got) == 1
        health = await here.bot.health()
        assert (health.state, health.detail) == ("degraded", "Wrong response from the webhook: 503 Service Unavailable")


async def test_a_press_that_came_by_webhook_is_answered_through_the_answer(world: World) -> None:
    async with hub(world) as here:
        assert here.bot is not None
        await here.bot.install()
        said = await world.does("say", text="Hola")
        kept = world.double.chats.named(said["ids"][0])
        assert kept is not None
        kept.body["reply_markup"] = {"inline_keyboard": [[{"text": "Sí", "callback_data": "yes"}]]}
        await world.does("press", id=said["ids"][0], button="yes")
        await brought(world)
        assert world.double.chats.presses == set()


async def test_uninstalling_leaves_what_comes_at_telegrams(world: World) -> None:
    async with hub(world) as here:
        assert here.bot is not None
        await here.bot.install()
        await here.bot.uninstall()
        await world.does("say", text="Hola")
        assert (world.double.updates.webhook.url, len(world.double.updates.pending)) == ("", 1)
        assert ((await here.bot.health()).state, here.got) == ("down", [])


async def test_where_we_ask_installing_takes_a_webhook_away(world: World) -> None:
    bot = await world.bot()
    world.double.updates.webhook.url = "https://other.example/bot"
    (step,) = await bot.install()
    assert (step.name, step.ok, world.double.updates.webhook.url) == ("receiving", True, "")


# ── Check ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_check_says_the_bots_name_and_reaches_nobody(world: World) -> None:
    bot = await world.bot()
    steps = await bot.check()
    assert [(one.name, one.ok) for one in steps] == [("token", True), ("receiving", True), ("private", True)]
    assert steps[0].detail == "Tienda Demo (@tienda_demo_bot)"
    assert {one.path.rpartition("/")[2] for one in world.double.asked} == {"getMe", "getWebhookInfo"}


async def test_check_with_a_wrong_token_says_where_the_right_one_is(world: World) -> None:
    bot = await world.bot(token="7000000001:AAEanother-token-of-thirty-letters")
    (step,) = await bot.check()
    assert (step.name, step.ok) == ("token", False)
    assert "@BotFather" in step.todo["es"]
    assert "@BotFather" in step.todo["en"]


async def test_check_finds_that_another_system_gets_the_messages(world: World) -> None:
    bot = await world.bot()
    world.double.updates.webhook.url = "https://other.example/bot7000000001:SECRET"
    step = (await bot.check())[1]
    assert (step.ok, step.detail) == (False, "a webhook leads to other.example")
    assert "Instalar" in step.todo["es"]


async def test_check_of_a_webhook_wants_https_at_a_port_that_telegram_calls_and_an_installation(world: World) -> None:
    bot = await world.bot(mode="webhook", webhook="https://hilo.example:8080/hooks/1")
    steps = {one.name: one for one in await bot.check()}
    assert (steps["address"].ok, steps["receiving"].ok, steps["receiving"].detail) == (False, False, "no webhook is set")


@pytest.mark.parametrize("fault", ["500", "cut_before", "garbage"])
async def test_check_says_so_when_telegram_is_not_there(world: World, fault: str) -> None:
    bot = await world.bot()
    world.fails(fault, "getMe")
    (step,) = await bot.check()
    assert (step.ok, step.todo["en"]) == (False, "Try again in a moment.")


async def test_installing_with_a_revoked_token_is_a_step_that_failed_and_uninstalling_an_error(world: World) -> None:
    bot = await world.bot(mode="webhook", webhook=HOOK)
    world.fails("401", "setWebhook")
    steps = await bot.install()
    assert not steps[0].ok
    world.fails("401", "deleteWebhook")
    with pytest.raises(AuthFailed):
        await bot.uninstall()
