"""Mails leave through a real Postfix: as they were written, to everybody once, and what it refuses, puts off or brings back is told."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from connectors.contract import Receipt
from tests.connectors.email.world import channel, outgoing
from tests.outbound.conftest import Post
from tests.outbound.mailing import Mailing, mailing
from tests.rig.certificates import certificate
from tests.rig.ports import free_port
from tests.rig.postfix import SIZE_LIMIT, Postfix, postfix
from tests.rig.rogue_smtp import RogueRelay, rogue_relay
from tests.rig.waiting import eventually

pytestmark = pytest.mark.timeout(120)
TEXT = "¿Cómo está, señor Núñez?\n\n.un punto\n..dos puntos\nFrom aquí — 🙂 " + "largo " * 300
REFUSED = {
    "gone@shop.example": "550 5.1.1 no such user here",
    "full@shop.example": "552 5.2.2 mailbox full",
    "later@shop.example": "450 4.2.0 greylisted",
}


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[RogueRelay]:
    """Where the mails arrive in the end: it has never heard of nobody@shop.example."""
    async with rogue_relay() as relay:
        yield relay


@pytest.fixture(scope="module")
def server(world: RogueRelay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postfix]:
    files = certificate(tmp_path_factory.mktemp("tls"))
    with postfix(onward=world.port, back=free_port(), certificate=files) as running:
        yield running


@pytest.fixture
async def mail(post: Post, server: Postfix, world: RogueRelay) -> AsyncIterator[Mailing]:
    world.letters.clear()
    world.script = {}
    server.judge(REFUSED)
    async with mailing(post, world, server.port) as one:
        yield one


async def arrived(world: RogueRelay, count: int = 1) -> list[EmailMessage]:
    async def all_there() -> bool:
        return len(world.letters) >= count

    await eventually(all_there, what=f"{count} mails have arrived")
    return [message_from_bytes(one.raw, policy=policy.default) for one in world.letters]


async def test_a_mail_arrives_as_it_was_written(mail: Mailing) -> None:
    message = await mail.write(TEXT, subject="Su pedido nº 7 — «urgente»")
    await mail.post.stands(message, "sent")
    (letter,) = await arrived(mail.relay)
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == TEXT.strip()
    assert letter["Subject"] == "Su pedido nº 7 — «urgente»"


async def test_of_three_recipients_the_one_put_off_is_tried_alone_and_the_refused_one_is_named(mail: Mailing, server: Postfix) -> None:
    message = await mail.write(request={"cc": ["later@shop.example", "gone@shop.example"]})
    await mail.tried(message, 1)
    await arrived(mail.relay)
    server.judge({})
    await mail.hurry()
    await mail.tried(message, 2)
    await arrived(mail.relay, 2)
    assert mail.relay.reached == ["ana@shop.example", "later@shop.example"]
    assert len(mail.relay.message_ids) == 1
    assert list((await mail.error(message))["refused"]) == ["gone@shop.example"]


async def test_what_postfix_refuses_for_good_fails_with_its_reason(mail: Mailing, server: Postfix) -> None:
    for answer, code in (("550 5.1.1 no such user here", "no_mailbox"), ("552 5.2.2 mailbox full", "full_mailbox")):
        server.judge({"ana@shop.example": answer})
        message = await mail.write()
        await mail.post.stands(message, "failed")
        assert (await mail.error(message))["code"] == code
    assert mail.relay.letters == []


async def test_a_mail_that_is_too_large_fails_and_says_so(mail: Mailing) -> None:
    message = await mail.write("largo " * (SIZE_LIMIT // 5))
    await mail.post.stands(message, "failed")
    assert (await mail.error(message))["code"] == "too_large_mail"


async def test_a_postfix_that_is_away_gets_the_mail_when_it_is_back(mail: Mailing, server: Postfix) -> None:
    await asyncio.to_thread(server.stop)
    message = await mail.write()
    await mail.tried(message, 1)
    assert await mail.post.state(message) == "queued"
    await asyncio.to_thread(server.start)
    await mail.hurry()
    await mail.post.stands(message, "sent")
    await arrived(mail.relay)
    assert len(mail.relay.letters) == 1


async def test_postfix_takes_the_mail_encrypted_from_those_who_know_it(post: Post, server: Postfix, tmp_path: Path) -> None:
    doubtful = channel(relay_port=server.port, relay_tls="starttls")
    failed = [step.name for step in await doubtful.check() if not step.ok]
    assert failed == ["encrypt"]


async def test_a_report_of_postfix_is_the_fate_of_our_message(server: Postfix, world: RogueRelay) -> None:
    world.script = {"RCPT": [b"550 5.1.1 user unknown\r\n"] * 50}
    async with channel(relay_port=server.port, listen_port=server.back) as hub:
        batches = hub.listen(None)
        first = asyncio.ensure_future(anext(batches))
        await hub.send(outgoing())
        async with asyncio.timeout(30):
            batch = await first
        (event,) = hub.parse(batch.deliveries[0])
        await batches.aclose()  # type: ignore[attr-defined]
    assert isinstance(event, Receipt)
    assert (event.state, event.message) == ("failed", outgoing().id)
    assert event.reason.startswith("no_mailbox")
