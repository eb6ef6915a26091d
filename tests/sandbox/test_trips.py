"""What the pretend providers told the hub: every webhook with its tries, its answer and its time, and no secret in what is shown."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.double import Double, Fault
from sandbox.meta import Meta
from sandbox.meta.hooks import Subscription, what_of
from sandbox.telegram import BOT_TOKEN, Telegram
from sandbox.trips import SHOWN, Told, masked, readable
from sandbox.twilio import Twilio
from tests.rig.waiting import eventually

LUCIA = "+34655501021"
APPS = {"sms": "twilio", "whatsapp": "meta", "telegram": "telegram", "messenger": "meta", "instagram": "meta"}


class World:
    """All doubles, and a hub that answers what it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.twilio, self.telegram, self.meta = Twilio(), Telegram(), Meta(speed=100.0)
        self.doubles: dict[str, Double] = {one.name: one for one in (self.twilio, self.telegram, self.meta)}

    async def hook(self, request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=self.status)

    def sets_webhooks(self, address: str) -> None:
        """As the hub does when a channel is installed."""
        self.twilio.company.numbers[0].webhook = address
        self.telegram.updates.webhook.url = address
        self.meta.phones.subscribed = {"whatsapp": [], "page": []}
        self.meta.hooks.by_object = {one: Subscription(address) for one in ("whatsapp_business_account", "page", "instagram")}

    async def says(self, app: str, text: str = "Hola") -> None:
        customer = {"sms": LUCIA, "whatsapp": LUCIA}.get(app, "71")
        await self.doubles[APPS[app]].verbs()["say"]({"app": app, "customer": customer, "text": text})

    async def told(self, app: str, tries: int = 1) -> Told:
        """What the hub was told of an app, as soon as so many tries have ended."""

        async def ended() -> list[Told]:
            return [one for one in self.doubles[APPS[app]].diary.all if one.app == app and one.tries >= tries]

        return (await eventually(ended, what=f"{app} has told the hub"))[-1]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    one = World()
    app = web.Application()
    app.router.add_post("/hooks/7", one.hook)
    for double in one.doubles.values():
        app.add_routes(double.routes())
    async with TestClient(TestServer(app)) as client:
        one.sets_webhooks(str(client.make_url("/hooks/7")))
        for double in one.doubles.values():
            await double.opened()
        yield one
        for double in one.doubles.values():
            await double.closed()


@pytest.mark.parametrize("app", APPS)
async def test_every_webhook_is_told_with_its_answer_and_its_time(world: World, app: str) -> None:
    began = time.time()
    await world.says(app)
    told = await world.told(app)
    assert (told.status, told.tries, told.what.removesuffix("s")) == (200, 1, "message")
    assert 0 < told.took_ms < (time.time() - began) * 1000 + 1
    assert (told.where.endswith("/hooks/7"), "Hola" in told.described()["body"]) == (True, True)


@pytest.mark.parametrize("app", ["telegram", "whatsapp"])
async def test_tries_of_one_webhook_are_one_entry(world: World, app: str) -> None:
    world.status = 503
    await world.says(app)
    assert (await world.told(app, tries=2)).status == 503
    world.status = 200

    async def is_taken() -> bool:
        return (await world.told(app)).status == 200

    await eventually(is_taken, what="the hub took it")
    (one,) = world.doubles[APPS[app]].diary.all
    assert one.tries >= 3


async def test_a_hub_that_is_not_there_is_told_as_no_answer(world: World) -> None:
    world.sets_webhooks("http://127.0.0.1:9/hooks/7")
    await world.says("sms")
    assert (await world.told("sms", tries=2)).status == 0


@pytest.mark.parametrize("app", ["sms", "telegram", "instagram"])
async def test_a_webhook_that_is_lost_is_told_with_no_try(world: World, app: str) -> None:
    double = world.doubles[APPS[app]]
    double.faults.append(Fault("lost", app=app))
    await world.says(app, "Se pierde")

    async def entries() -> list[Told]:
        return list(double.diary.all)

    (told,) = await eventually(entries, what="it stands there")
    assert (told.tries, told.status) == (0, 0)


async def test_a_fault_of_one_app_s_webhooks_leaves_the_others_alone(world: World) -> None:
    world.meta.faults.append(Fault("lost", app="instagram"))
    await world.says("messenger")
    assert (await world.told("messenger")).status == 200
    assert len(world.meta.faults) == 1


async def test_an_update_that_the_bot_fetches_is_told_once_however_often_it_is_given() -> None:
    telegram = Telegram()
    await telegram.verbs()["say"]({"customer": "lucia", "text": "Hola"})
    for _ in range(2):
        await telegram.updates.get(0, 10, 1.0)
    (told,) = telegram.diary.all
    assert (told.app, told.what, told.where, told.status, told.tries) == ("telegram", "message", "getUpdates", 200, 2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"secret_token": "abc", "url": "u"}', '{"secret_token": "…", "url": "u"}'),
        ('{"hub.verify_token":"abc"}', '{"hub.verify_token":"…"}'),
        ("grant=1&access_token=abc&x=2", "grant=1&access_token=…&x=2"),
        ("/v24.0/me?appsecret_proof=abc&fields=name", "/v24.0/me?appsecret_proof=…&fields=name"),
        (f"/telegram/bot{BOT_TOKEN}/sendMessage", "/telegram/bot…/sendMessage"),
        ('{"text": "la contraseña"}', '{"text": "la contraseña"}'),
    ],
)
def test_secrets_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_files_are_counted_and_long_bodies_cut() -> None:
    assert readable("abc", "multipart/form-data; boundary=x") == "(multipart/form-data, 3 B)"
    assert len(readable("x" * 3 * SHOWN)) == SHOWN + 1
    long = json.dumps({"text": "x" * (SHOWN - 20), "token": "a secret that would be cut in two"})
    assert "secret" not in readable(long)


@pytest.mark.parametrize("entry", [[], [{}], [{"changes": []}], [7], [{"messaging": [{}]}]])
def test_a_webhook_of_no_known_shape_is_just_a_webhook(entry: Any) -> None:
    assert what_of(json.dumps({"entry": entry}).encode()) == "webhook"
