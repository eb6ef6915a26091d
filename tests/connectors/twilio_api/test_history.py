"""A sweep brings what the webhooks did not, under the very names that they give."""

import time
from typing import Any

from connectors.contract import Batch, Delivery, Message
from connectors.twilio_api.channel import TwilioChannel
from sandbox.twilio import SERVICE_NUMBER, SERVICE_SID, SMS_NUMBER
from tests.connectors.twilio_api.world import LUCIA, World, outgoing, photo


def earlier(world: World, seconds: float = 60.0) -> None:
    """All that is in the history happened so long ago."""
    for one in world.double.records.listed():
        one.at -= seconds


async def swept(channel: TwilioChannel, since: float = 3600.0) -> list[Delivery]:
    batches: list[Batch] = [one async for one in channel.sweep(time.time() - since)]
    return [one for batch in batches for one in batch.deliveries]


async def test_a_lost_webhook_is_found_with_its_text_and_files(world: World) -> None:
    channel, hook = await world.sms()
    world.fails("lost", path="/hooks")
    await world.does("say", text="¿Hola?", media=[photo()])
    await world.double.webhooks.settled()
    assert hook.events() == []
    earlier(world)
    (delivery,) = await swept(channel)
    (message,) = channel.parse(delivery)
    assert isinstance(message, Message)
    assert (message.text, message.sender.value, message.to) == ("¿Hola?", LUCIA, SMS_NUMBER)
    assert message.at is not None
    assert abs(message.at - (time.time() - 60)) < 5
    async with channel.fetch(message.attachments[0]) as pieces:
        assert b"".join([piece async for piece in pieces]).startswith(b"\x89PNG")


async def test_what_a_webhook_brought_has_the_same_name_in_the_history(world: World) -> None:
    channel, hook = await world.sms()
    await world.does("say", text="Uno")
    await channel.send(outgoing(hook=hook))
    await world.double.webhooks.settled()
    earlier(world)
    names = {(one.kind, one.external_id) for one in await swept(channel)}
    assert names < set(hook.deliveries)
    assert {kind for kind, _ in names} == {"message", "status"}


async def test_a_failure_that_nobody_heard_of_is_found(world: World) -> None:
    channel, hook = await world.sms()
    await world.does("block")
    world.fails("lost", path="/status/")
    sent = await channel.send(outgoing(hook=hook))
    await world.double.webhooks.settled()
    earlier(world)
    (delivery,) = await swept(channel)
    (receipt,) = channel.parse(delivery)
    told: Any = receipt
    assert (told.state, told.external_id, told.reason) == ("failed", sent.external_id, "blocked: 30004 Message blocked")


async def test_while_a_webhook_may_still_come_it_goes_before(world: World) -> None:
    channel, _ = await world.sms()
    await world.does("say", text="Ahora mismo")
    await world.double.webhooks.settled()
    assert await swept(channel) == []


async def test_what_is_older_or_anothers_is_left_alone(world: World) -> None:
    channel, _ = await world.sms()
    await world.does("say", text="Hace mucho")
    earlier(world, 7200)
    await world.does("say", to=SERVICE_NUMBER, text="A otro número")
    await world.does("say", app="whatsapp", text="Por otro canal")
    earlier(world)
    assert await swept(channel) == []


async def test_a_service_finds_what_came_to_any_of_its_numbers(world: World) -> None:
    channel, _ = await world.sms(senders="", messaging_service_sid=SERVICE_SID)
    await world.does("say", to=SERVICE_NUMBER, text="Al servicio")
    await world.does("say", text="A un número suelto")
    await world.does("say", app="whatsapp", text="Por otro canal")
    earlier(world)
    assert [channel.parse(one)[0].text for one in await swept(channel)] == ["Al servicio"]  # type: ignore[union-attr]


async def test_a_long_history_comes_page_by_page(world: World) -> None:
    channel, _ = await world.sms(hook=False)
    for number in range(1203):
        await world.does("say", text=f"{number}")
    earlier(world)
    sizes = [len(one.deliveries) async for one in channel.sweep(time.time() - 3600)]
    assert (sum(sizes), max(sizes)) == (1203, 100)
    assert len(world.asked("/Messages.json?To=")) == 3


async def test_what_became_of_a_message_that_left_long_ago_is_asked_by_its_name(world: World) -> None:
    channel, hook = await world.sms()
    world.fails("lost", path="/status/")
    sent = await channel.send(outgoing(hook=hook))
    await world.double.webhooks.settled()
    earlier(world, 7200)
    assert await swept(channel) == []
    (delivery,) = await channel.trace([sent.external_id, "SM" + "0" * 32])
    (receipt,) = channel.parse(delivery)
    told: Any = receipt
    assert (told.state, told.external_id) == ("delivered", sent.external_id)
