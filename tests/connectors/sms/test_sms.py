"""SMS and MMS through the pretend Twilio, both ways, over real HTTP with real signatures."""

from typing import Any

import pytest

from connectors.contract import Address, Consent, Media, Message, Receipt
from connectors.errors import Refused, Rejected
from connectors.registry import load
from connectors.settings import InvalidSettings, read_settings
from connectors.sms.connector import Settings, build
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SERVICE_NUMBER, SERVICE_SID, SMS_NUMBER
from tests.connectors.twilio_api.world import LUCIA, PNG, World, outgoing, photo


def is_message(one: Any) -> bool:
    return isinstance(one, Message)


def in_state(state: str) -> Any:
    return lambda one: isinstance(one, Receipt) and one.state == state


async def test_a_customer_writes_and_the_answer_leaves_from_the_same_number(world: World) -> None:
    channel, hook = await world.sms(senders=f"{SMS_NUMBER}\n{SERVICE_NUMBER}", messaging_service_sid=SERVICE_SID)
    await world.does("say", to=SERVICE_NUMBER, text="¿Abrís hoy?")
    message: Any = await hook.event(is_message)
    assert (message.text, message.sender, message.to) == ("¿Abrís hoy?", Address("phone", LUCIA), SERVICE_NUMBER)
    sent = await channel.send(outgoing(text="Hasta las 20 h", hook=hook, sender=message.to))
    await hook.event(in_state("delivered"))
    (shown,) = world.shown()
    assert (shown.id, shown.text, shown.extra["from"], shown.state) == (sent.external_id, "Hasta las 20 h", SERVICE_NUMBER, "delivered")


@pytest.mark.parametrize(("written_to", "leaves_from"), [(SERVICE_NUMBER, SERVICE_NUMBER), ("", SMS_NUMBER), ("+34999999999", SMS_NUMBER)])
async def test_without_a_service_an_answer_leaves_from_the_number_written_to_or_the_usual_one(
    world: World, written_to: str, leaves_from: str
) -> None:
    channel, hook = await world.sms(senders=f"{SMS_NUMBER}\n{SERVICE_NUMBER}")
    await channel.send(outgoing(hook=hook, sender=written_to))
    await hook.event(in_state("delivered"))
    assert world.shown()[0].extra["from"] == leaves_from


async def test_receipts_carry_our_id_and_climb(world: World) -> None:
    channel, hook = await world.sms()
    sent = await channel.send(outgoing(hook=hook))
    await hook.event(in_state("delivered"))
    receipts = [one for one in hook.events() if isinstance(one, Receipt)]
    assert [(one.state, one.external_id, one.message) for one in receipts] == [
        ("sent", sent.external_id, outgoing().id),
        ("delivered", sent.external_id, outgoing().id),
    ]


async def test_a_receipt_may_come_before_the_answer(world: World) -> None:
    channel, hook = await world.sms()
    world.fails("slow", ms=200)
    sent = await channel.send(outgoing(hook=hook))
    receipt: Any = next(filter(in_state("delivered"), hook.events()))
    assert receipt.external_id == sent.external_id


async def test_pictures_travel_both_ways(world: World) -> None:
    channel, hook = await world.sms(mms=True)
    await world.does("say", text="Llegó así", media=[photo(), photo("otra.png")])
    message: Any = await hook.event(is_message)
    for media in message.attachments:
        async with channel.fetch(media) as pieces:
            assert b"".join([piece async for piece in pieces]) == PNG
    link = world.offers("factura.png", "image/png", PNG)
    await channel.send(outgoing(text="Su factura", hook=hook, attachments=(Media("factura.png", "image/png", url=link),)))
    await hook.event(in_state("delivered"))
    assert [one["name"] for one in world.shown()[0].media] == ["factura.png"]


async def test_without_mms_a_picture_goes_as_a_link(world: World) -> None:
    channel, hook = await world.sms()
    link = world.offers("factura.png", "image/png", PNG)
    await channel.send(outgoing(text="Su factura", hook=hook, attachments=(Media("factura.png", "image/png", url=link),)))
    await hook.event(in_state("delivered"))
    assert (world.shown()[0].text, world.shown()[0].media) == (f"Su factura\n{link}", [])


async def test_a_file_that_twilio_cannot_fetch_fails_with_the_reason(world: World) -> None:
    channel, hook = await world.sms(mms=True)
    await channel.send(outgoing(hook=hook, attachments=(Media("x.png", "image/png", url=f"{world.base}/nothing"),)))
    receipt: Any = await hook.event(in_state("failed"))
    assert receipt.reason == "provider: 30008 Media failed to download"


async def test_a_file_without_a_link_is_refused_before_it_is_sent(world: World) -> None:
    channel, _ = await world.sms()
    with pytest.raises(Rejected) as raised:
        await channel.send(outgoing(attachments=(Media("x.png", "image/png", data=PNG),)))
    assert raised.value.code == "no_link"
    assert not world.asked("/Messages")


@pytest.mark.parametrize("service", ["", SERVICE_SID])
async def test_stop_is_honoured_by_twilio_and_by_us_until_start(world: World, service: str) -> None:
    sender = SERVICE_NUMBER if service else SMS_NUMBER
    channel, hook = await world.sms(senders=sender, messaging_service_sid=service)
    await world.does("stop", to=sender)
    consent: Any = await hook.event(lambda one: isinstance(one, Consent))
    assert (consent.sender.value, consent.given, consent.reason) == (LUCIA, False, "stop_word")
    with pytest.raises(Rejected) as raised:
        await channel.send(outgoing())
    assert raised.value.code == "opted_out"
    await world.does("say", to=sender, text="START")
    await hook.event(lambda one: isinstance(one, Consent) and one.given)
    assert (await channel.send(outgoing())).external_id


async def test_a_phone_that_blocks_us_says_so_in_the_receipt(world: World) -> None:
    channel, hook = await world.sms()
    await world.does("block")
    await channel.send(outgoing(hook=hook))
    receipt: Any = await hook.event(in_state("failed"))
    assert receipt.reason == "blocked: 30004 Message blocked"


async def test_whoever_never_wrote_gets_the_number_that_the_service_chooses(world: World) -> None:
    channel, hook = await world.sms(senders="", messaging_service_sid=SERVICE_SID)
    await channel.send(outgoing(hook=hook))
    await hook.event(in_state("delivered"))
    assert world.shown()[0].extra["from"] == SERVICE_NUMBER


async def test_a_name_cannot_be_answered(world: World) -> None:
    channel, _ = await world.sms()
    with pytest.raises(Rejected) as raised:
        await channel.send(outgoing("MiBanco", kind="sender"))
    assert raised.value.code == "no_reply_possible"


@pytest.mark.parametrize(("to", "code"), [("+1", "invalid_number"), ("nobody", "invalid_number")])
async def test_a_wrong_number_is_told(world: World, to: str, code: str) -> None:
    channel, _ = await world.sms()
    with pytest.raises(Rejected) as raised:
        await channel.send(outgoing(to))
    assert raised.value.code == code


async def test_a_text_that_is_too_long_for_one_call_is_told(world: World) -> None:
    channel, _ = await world.sms()
    with pytest.raises(Rejected) as raised:
        await channel.send(outgoing(text="x" * 1601))
    assert raised.value.code == "too_long"


async def test_a_webhook_that_came_twice_is_one_message(world: World) -> None:
    _, hook = await world.sms()
    world.fails("twice", path="/hooks")
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    assert (len(hook.requests), len(hook.events())) == (2, 1)


async def test_an_unsigned_webhook_leaves_nothing(world: World) -> None:
    _, hook = await world.sms()
    world.fails("unsigned", path="/hooks")
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    assert (hook.refused, hook.events()) == (["the signature is missing"], [])


async def test_receipts_out_of_order_are_all_told(world: World) -> None:
    channel, hook = await world.sms()
    world.fails("shuffled", path="/status/")
    await channel.send(outgoing(hook=hook))
    await world.double.webhooks.settled()
    assert [one.state for one in hook.events() if isinstance(one, Receipt)] == ["delivered", "sent"]


async def test_the_wrong_token_refuses_what_twilio_signs(world: World) -> None:
    channel, hook = await world.sms(auth_token="0" * 32, hook=False)
    world.double.company.numbers[0].webhook = hook.url
    await world.does("say", text="Hola")
    await world.double.webhooks.settled()
    with pytest.raises(Refused):
        channel.receive(hook.requests[0])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"senders": ""}, "senders"),
        ({"senders": "+34 600 100 200\nnada que ver!"}, "senders"),
        ({"messaging_service_sid": "XX"}, "messaging_service_sid"),
        ({"api_key_sid": "SK" + "0" * 32}, "api_key_secret"),
        ({"base_url": "ftp://x"}, "base_url"),
    ],
)
def test_settings_that_cannot_be_right_are_named(given: dict[str, str], field: str) -> None:
    usual = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "senders": SMS_NUMBER}
    with pytest.raises(InvalidSettings) as invalid:
        build(read_settings(Settings, usual | given), None)  # type: ignore[arg-type]
    assert invalid.value.problems.keys() == {field}
    assert invalid.value.said_in("es")[field] != invalid.value.said_in("en")[field]


def test_the_hub_finds_the_connector() -> None:
    kind = load("sms")
    assert (kind.settings, kind.manifest.text_unit, kind.manifest.text_limit) == (Settings, "gsm7", 1600)
