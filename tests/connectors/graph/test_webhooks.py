"""Meta's webhooks: the handshake, the signature, other people's items, and what happens when we do not answer."""

import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from connectors.contract import Message, WebhookRequest
from connectors.errors import MalformedPayload, Refused
from sandbox.meta import company
from tests.connectors.graph.world import VERIFY, Channel, World
from tests.connectors.instagram import world as instagram
from tests.connectors.messenger import world as messenger
from tests.connectors.whatsapp import world as whatsapp

WORLDS = {"whatsapp": whatsapp, "messenger": messenger, "instagram": instagram}


@pytest.fixture(params=list(WORLDS))
async def here(request: pytest.FixtureRequest) -> whatsapp.Worlds:
    async with WORLDS[request.param].world() as one:
        yield one


def signed(body: bytes, secret: str = company.APP_SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def post(body: bytes, headers: dict[str, str]) -> WebhookRequest:
    return WebhookRequest("POST", "https://hub.example/hooks/one", headers, {}, body, time.time())


def batch(channel: Channel, text: str = "hola") -> bytes:
    """A webhook with one message for this channel."""
    at = 1_780_000_000
    if type(channel).__name__ == "WhatsApp":
        message = {"from": "34600111222", "id": "wamid.1", "timestamp": str(at), "type": "text", "text": {"body": text}}
        value = {"metadata": {"phone_number_id": company.PHONE_NUMBER_ID}, "messages": [message]}
        said: dict[str, Any] = {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
        }
    else:
        page = type(channel).__name__ == "Messenger"
        one = {"sender": {"id": "7"}, "recipient": {"id": "1"}, "timestamp": at * 1000, "message": {"mid": "m_1", "text": text}}
        account = company.PAGE_ID if page else company.INSTAGRAM_ID
        said = {"object": "page" if page else "instagram", "entry": [{"id": account, "time": at, "messaging": [one]}]}
    return json.dumps(said).encode()


async def test_a_signed_batch_is_taken_and_its_messages_have_their_moment(here: World) -> None:
    body = batch(here.channel)
    reception = here.channel.receive(post(body, signed(body)))
    (delivery,) = reception.deliveries
    (message,) = here.channel.parse(delivery)
    assert isinstance(message, Message)
    assert (reception.status, message.text, message.at) == (200, "hola", 1_780_000_000)


async def test_whatever_is_not_signed_with_our_secret_over_these_very_bytes_is_refused(here: World) -> None:
    body = batch(here.channel)
    changed = body.replace(b"hola", b"hole")
    foreign = [
        {},
        signed(body, "another secret"),
        signed(b""),
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": "sha256=é\udc80"},
    ]
    for request in [post(changed, signed(body)), *(post(body, headers) for headers in foreign)]:
        with pytest.raises(Refused) as refused:
            here.channel.receive(request)
        assert refused.value.status == 403
    with pytest.raises(Refused) as refused:
        here.channel.receive(WebhookRequest("PUT", "", {}, {}, b"", 0.0))
    assert refused.value.status == 405


async def test_the_challenge_is_said_back_only_to_who_knows_the_word(here: World) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}

    def asked(**changed: str) -> WebhookRequest:
        return WebhookRequest("GET", "", {}, {**query, **{f"hub.{key}": value for key, value in changed.items()}}, b"", 0.0)

    assert here.channel.receive(asked()).body == b"1158201444"
    for wrong in ({"verify_token": "guess"}, {"verify_token": ""}, {"mode": "unsubscribe"}, {"challenge": "<script>"}, {"challenge": ""}):
        with pytest.raises(Refused):
            here.channel.receive(asked(**wrong))


async def test_items_of_other_numbers_and_pages_are_left_alone(here: World) -> None:
    body = batch(here.channel)
    for ours in (company.PHONE_NUMBER_ID, company.PAGE_ID, company.INSTAGRAM_ID):
        body = body.replace(ours.encode(), b"999")
    reception = here.channel.receive(post(body, signed(body)))
    assert (reception.status, reception.deliveries) == (200, ())


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"entry": 7}', b'{"a":' * 5000, b"\xff\xfe"])
async def test_what_is_meta_s_and_cannot_be_read_is_kept(here: World, body: bytes) -> None:
    (delivery,) = here.channel.receive(post(body, signed(body))).deliveries
    assert (delivery.kind, delivery.body) == ("unreadable", body)
    with pytest.raises(MalformedPayload):
        here.channel.parse(delivery)


async def test_nothing_comes_before_the_webhook_is_installed_and_check_says_so() -> None:
    async with messenger.world(install=False) as here:
        before = {one.name: one.ok for one in await here.channel.check()}
        assert before == {"token": True, "account": True, "subscribed": False, "webhook": False}
        assert all(one.ok for one in await here.channel.install())
        assert all(one.ok for one in await here.channel.check())
        await here.channel.uninstall()
        assert {one.name for one in await here.channel.check() if not one.ok} == {"webhook"}


async def test_meta_comes_back_with_what_we_did_not_take() -> None:
    async with messenger.world(speed=500) as here:
        refusals = iter([503, 503])
        here.hub.answers = lambda: next(refusals, 200)
        await here.does("say", messenger.EVA, text="¿Hay alguien?")
        await here.settled()
        assert [(one.attempt, one.status) for one in here.meta.hooks.tried] == [(1, 503), (2, 503), (3, 200)]
        assert (await here.hub.event(Message)).text == "¿Hay alguien?"


@pytest.mark.parametrize("world", [messenger.world, instagram.world])
async def test_after_an_hour_of_failures_meta_unsubscribes_us_and_health_says_so(world: Any) -> None:
    async with world(speed=20_000) as here:
        assert (await here.channel.health()).state == "up"
        here.hub.answers = lambda: 503
        await here.does("say", "7001112223334445", text="¿Hay alguien?")
        await here.settled()
        assert [one.path for one in here.meta.asked if one.method == "UNSUBSCRIBED"] == [
            "/page" if here.app == "messenger" else "/instagram"
        ]
        here.hub.answers = lambda: 200
        await here.does("say", "7001112223334445", text="¿Y ahora?")
        await here.settled()
        assert here.hub.deliveries == []
        assert (await here.channel.health()).state == "down"
        assert all(one.ok for one in await here.channel.install())
        await here.does("say", "7001112223334445", text="Ya")
        assert (await here.hub.event(Message)).text == "Ya"


async def test_whatsapp_has_more_patience() -> None:
    async with whatsapp.world(speed=20_000) as here:
        until = time.monotonic() + 3600 * 3 / 20_000
        here.hub.answers = lambda: 503 if time.monotonic() < until else 200
        await here.does("say", whatsapp.ANA, text="¿Hay alguien?")
        assert (await here.hub.event(Message)).text == "¿Hay alguien?"
        assert not [one for one in here.meta.asked if one.method == "UNSUBSCRIBED"]
