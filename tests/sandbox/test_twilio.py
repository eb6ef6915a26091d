"""Pretend Twilio keeps Twilio's own rules: whom it lets in, how often it tries, what it refuses."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from connectors.twilio_api.sending import RETRIES
from connectors.twilio_api.transport import basic
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER
from sandbox.twilio.webhooks import rules_of
from tests.connectors.twilio_api.world import LUCIA, World, opened


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as one:
        yield one


async def test_without_rules_an_answer_of_500_is_not_tried_again(world: World) -> None:
    _, hook = await world.sms(hook=False)
    world.double.company.numbers[0].webhook = hook.url
    hook.status = 500
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    assert [one.status for one in world.double.webhooks.tried] == [500]


async def test_with_our_rules_it_is_tried_three_times_more(world: World) -> None:
    _, hook = await world.sms()
    hook.status = 500
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    assert [one.status for one in world.double.webhooks.tried] == [500] * 4
    assert all("#" not in one.url for one in hook.requests)


async def test_a_refusal_is_not_tried_again(world: World) -> None:
    _, hook = await world.sms()
    hook.status = 403
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    assert [one.status for one in world.double.webhooks.tried] == [403]


async def test_nobody_there_is_tried_once_more_without_rules(world: World) -> None:
    world.double.company.numbers[0].webhook = "http://127.0.0.1:9/hook"
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    assert [one.status for one in world.double.webhooks.tried] == [0, 0]


def test_rules_are_read_from_the_fragment_and_bounded() -> None:
    usual = rules_of("")
    assert (usual.retries, usual.on, usual.total_s) == (1, frozenset({"ct"}), 15.0)
    ours = rules_of(RETRIES.lstrip("#"))
    assert (ours.retries, ours.on) == (3, frozenset({"ct", "rt", "5xx"}))
    wild = rules_of("rc=99&rt=1&tt=999999&ct=x")
    assert (wild.retries, wild.read_s, wild.total_s, wild.connect_s) == (5, 0.1, 15.0, 5.0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 21604),
        ({"To": LUCIA}, 21603),
        ({"To": LUCIA, "From": SMS_NUMBER}, 21602),
        ({"To": LUCIA, "From": "+34999999999", "Body": "x"}, 21659),
        ({"To": f"whatsapp:{LUCIA}", "From": SMS_NUMBER, "Body": "x"}, 21910),
        ({"To": LUCIA, "From": SMS_NUMBER, "MediaUrl": "data:,x"}, 21620),
        ({"To": LUCIA, "From": SMS_NUMBER, "ContentSid": "HX0"}, 21655),
        ({"To": LUCIA, "MessagingServiceSid": "MG0", "Body": "x"}, 21704),
    ],
)
async def test_what_twilio_refuses_it_refuses_with_its_code(world: World, fields: dict[str, str], code: int) -> None:
    url = f"{world.base}/twilio/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=fields, headers={"Authorization": basic(ACCOUNT_SID, AUTH_TOKEN)}) as response:
            assert (response.status, (await response.json())["code"]) == (400, code)
        async with session.post(url, data=fields) as response:
            assert (response.status, (await response.json())["code"]) == (401, 20003)


async def test_a_verb_that_is_not_there_names_those_that_are(world: World) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{world.base}/doubles/twilio/dance", json={"customer": "x"}) as response:
        assert response.status == 404
        assert "lapse" in await response.text()


async def test_a_customer_may_be_a_name(world: World) -> None:
    _, hook = await world.sms()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{world.base}/doubles/twilio/say", json={"customer": "grace", "text": "Hi"}) as response,
    ):
        assert (await response.json())["id"].startswith("SM")
    await world.double.webhooks.settled()
    assert len(hook.events()) == 1
