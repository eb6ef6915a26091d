"""From an agent's answer to the customer's reply and back, over real SMTP both ways."""

import asyncio

from connectors.contract import Address, Message, Receipt
from connectors.email.connector import Email
from sandbox.mail import MailWorld, written
from tests.connectors.email.test_listener import listening
from tests.connectors.email.world import OURS, channel, outgoing
from tests.rig.ports import free_port


async def next_event(mail: Email, world: MailWorld, **given: object) -> Message | Receipt:
    """What the channel makes of a mail that a customer sends."""
    batches = mail.listen(None)
    first = asyncio.ensure_future(anext(batches))
    await listening(world.hub_port)
    letter = written(given)
    sending = asyncio.create_task(world.write(letter, sender=str(given["from"]), recipients=[str(given["to"])]))
    batch = await first
    second = asyncio.ensure_future(anext(batches))
    assert (await sending)[0] == 250
    second.cancel()
    await asyncio.wait([second])
    (event,) = mail.parse(batch.deliveries[0])
    assert isinstance(event, Message | Receipt)
    return event


async def test_a_reply_finds_the_message_it_answers_and_a_strangers_does_not() -> None:
    port = free_port()
    async with MailWorld(hub_port=port) as world, channel(relay_port=world.port, listen_port=port) as mail:
        question = await next_event(mail, world, **{"from": "ana@shop.example", "to": OURS, "subject": "Pedido", "text": "¿Cuándo llega?"})
        assert isinstance(question, Message)
        answer = outgoing(
            to=Address("email", "ana@shop.example"), text="Mañana", answers=question.external_id, references=(question.external_id,)
        )
        sent = await mail.send(answer)
        letter = (await world.wait_for(lambda one: True)).message()
        assert letter["In-Reply-To"] == question.external_id.partition("#")[0]
        by_header = {"to": OURS, "subject": "Re: Pedido", "text": "Gracias", "in_reply_to": sent.external_id}
        by_address = {"to": str(letter["Reply-To"]).partition("<")[2].strip("> "), "subject": "Re: Pedido", "text": "Gracias"}
        for reply in (by_header, by_address):
            known = await next_event(mail, world, **{"from": "ana@shop.example", **reply})
            assert isinstance(known, Message)
            assert known.answers == (answer.id,)
            stranger = await next_event(mail, world, **{"from": "eve@evil.example", **reply})
            assert isinstance(stranger, Message)
            assert stranger.answers == ()
