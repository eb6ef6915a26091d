"""A message in several parts: each leaves once, in order, and the message is what they are."""

import asyncio
from dataclasses import replace

import pytest

from connectors.contract import Sent
from connectors.errors import Ambiguous, Rejected, Unavailable
from tests.outbound.conftest import SMS, Post, Provider

LONG = "uno dos tres cuatro cinco"
CUT = ["uno dos", "tres", "cuatro", "cinco"]


async def test_parts_leave_in_order_and_the_message_is_the_lowest_of_them(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
    assert provider.texts == CUT
    assert [(one.id, one.part, one.parts) for one in provider.got] == [(message, part, 4) for part in range(4)]
    for name in ("p0", "p3", "p1"):
        await post.receipt(None, "read", name=name)
    assert (await post.state(message), await post.parts(message)) == ("sent", ["read", "read", "sent", "read"])
    await post.receipt(message, "delivered", part=2)
    assert await post.state(message) == "delivered"
    await post.receipt(None, "failed", name="p2")
    assert await post.state(message) == "delivered", "states only climb"


async def test_a_part_that_the_provider_refuses_makes_the_message_fail_and_a_retry_sends_the_rest(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = Rejected("no", code="spam")
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "failed")
        assert provider.texts == CUT[:2]
        assert await post.database.value("SELECT error->>'code' FROM message WHERE id = $1", message) == "spam"
        await post.retry(message)
        await post.stands(message, "sent")
    assert provider.texts == [*CUT[:2], *CUT[1:]]
    assert await post.database.value("SELECT error FROM message WHERE id = $1", message) is None


async def test_one_part_that_fails_on_its_way_makes_the_message_fail(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
        await post.receipt(None, "failed", name="p2")
        assert await post.state(message) == "failed"
        await post.retry(message)
        await post.stands(message, "sent")
    assert provider.texts == [*CUT, CUT[2]]
    await post.receipt(None, "delivered", name="p4")
    assert await post.parts(message) == ["sent", "sent", "delivered", "sent"]


async def test_after_an_ambiguous_part_the_others_wait_until_a_receipt_tells(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = Ambiguous("cut")
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "unknown")
        assert (provider.texts, await post.parts(message)) == (CUT[:2], ["sent", "unknown", "queued", "queued"])
        await post.receipt(message, "sent", name="late", part=1)
        await post.stands(message, "sent")
    assert provider.texts == CUT
    await post.receipt(None, "delivered", name="late")
    assert await post.parts(message) == ["sent", "delivered", "sent", "sent"]


@pytest.mark.parametrize("idempotent", [True, False])
async def test_a_stop_between_two_parts_never_sends_the_first_again(post: Post, idempotent: bool) -> None:
    manifest = replace(SMS, idempotent=idempotent)
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = asyncio.Event()
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider, manifest):
        await provider.calls(2)
    async with post.serving(post.company.webchat, provider, manifest):
        if not idempotent:
            await post.stands(message, "unknown")
            assert provider.texts == CUT[:2]
            await post.retry(message)
        await post.stands(message, "sent")
    assert provider.texts == [*CUT[:2], *CUT[1:]]


async def test_parts_that_were_planned_are_not_cut_anew_by_new_limits(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = Rejected("no")
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "failed")
    await post.retry(message)
    async with post.serving(post.company.webchat, provider, replace(SMS, text_limit=1000)):
        await post.stands(message, "sent")
    assert provider.texts == [*CUT[:2], *CUT[1:]]


async def test_a_message_that_left_in_part_cannot_be_taken_back(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = Unavailable("away")
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await provider.calls(2)
        await post.stands(message, "queued")
        assert not await post.database.value("SELECT cancel_message($1, $2)", message, post.company.ana)


async def test_the_pictures_of_an_album_are_further_names_of_its_message(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[0] = Sent("7:1,2,3", also=("7:1", "7:2", "7:3"))
    message = await post.write(rosa, "hola")
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "sent")
    for name in ("7:1,2,3", "7:2", "7:3"):
        await post.receipt(None, "delivered" if name == "7:2" else "sent", name=name)
    assert await post.state(message) == "delivered"


async def test_a_part_put_back_while_later_ones_leave_is_sent_after_them(post: Post) -> None:
    rosa, provider, gate = await post.company.writes("visitor", "rosa"), Provider(), asyncio.Event()
    provider.script[2] = gate
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await provider.calls(3)
        await post.receipt(None, "failed", name="p0")
        await post.retry(message)
        later = await post.write(rosa, "next")
        gate.set()
        await post.stands(later, "sent")
        assert await post.state(message) == "sent"
    assert provider.texts == [*CUT, CUT[0], "next"]
    assert await post.database.value("SELECT count(*) FROM outbox") == 0


async def test_a_part_is_begun_although_the_answer_to_that_was_lost(post: Post) -> None:
    message = await post.write(await post.company.writes("visitor", "rosa"), LONG)
    await post.database.run("UPDATE outbox SET state = 'sending', token = 7")
    await post.database.run("INSERT INTO message_part (message_id, part, content) SELECT $1, n, '{}' FROM generate_series(0, 1) n", message)
    begin = "SELECT begin_part($1, $2, 0)"
    assert [await post.database.value(begin, message, token) for token in (7, 7, 8)] == [True, True, False]
    assert await post.database.value("SELECT settle_message($1, 7, 'sent', 'p0', NULL)", message)
    assert not await post.database.value(begin, message, 7), "it has left"


async def test_the_echo_of_a_later_part_shows_that_this_part_was_sent(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = Ambiguous("cut")
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "unknown")
        await post.echo("e1", message=message, part=1)
        await post.stands(message, "sent")
    assert provider.texts == CUT
    await post.receipt(None, "delivered", name="e1")
    assert await post.parts(message) == ["sent", "delivered", "sent", "sent"]


async def test_the_words_of_one_part_are_enough_to_know_its_echo(post: Post) -> None:
    rosa, provider = await post.company.writes("visitor", "rosa"), Provider()
    provider.script[1] = Ambiguous("cut")
    message = await post.write(rosa, LONG)
    async with post.serving(post.company.webchat, provider):
        await post.stands(message, "unknown")
        await post.echo("e1", text=CUT[1])
        await post.stands(message, "sent")
    assert await post.database.value("SELECT count(*) FROM message WHERE direction = 'out'") == 1
