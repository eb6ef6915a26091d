"""Whatever the outgoing mail server does, a mail leaves: not lost, not twice (one Message-ID), to everybody once, or it says why not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.outbound.conftest import Post
from tests.outbound.mailing import Mailing, mailing
from tests.rig.rogue_smtp import Answer, Rudeness, rogue_relay

PATIENCE_S = 0.5
"""How long the channel waits for an answer."""
VERBS = ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", "DOT")
TRANSIENT: dict[str, dict[str, list[Answer]]] = {
    **{f"hangs at {verb}": {verb: [Rudeness.HANG]} for verb in VERBS},
    **{f"hangs up at {verb}": {verb: [Rudeness.DROP]} for verb in VERBS},
    **{f"garbage at {verb}": {verb: [b"\xff\x00\x1b]0;garbage\r\n"]} for verb in VERBS},
    **{f"421 at {verb}": {verb: [b"421 4.3.2 shutting down\r\n"]} for verb in VERBS},
    **{f"half a line at {verb}": {verb: [b"2"]} for verb in VERBS},
    **{f"451 at {verb}": {verb: [b"451 4.3.0 local error\r\n"]} for verb in VERBS[2:]},
    "lines without end": {"GREETING": [Rudeness.ENDLESS_LINES]},
    "a line without end": {"GREETING": [Rudeness.ENDLESS_LINE]},
    "lines without end later": {"EHLO": [Rudeness.ENDLESS_LINES]},
    "no room": {"MAIL": [b"452 4.3.1 insufficient system storage\r\n"]},
    "greylisted": {"RCPT": [b"450 4.2.0 greylisted\r\n"]},
    "no service": {"GREETING": [b"554 5.3.2 no service\r\n"]},
    "taken, and no answer": {"DOT": [Rudeness.TAKE_AND_DROP]},
    "twice taken, and no answer": {"DOT": [Rudeness.TAKE_AND_DROP, Rudeness.TAKE_AND_DROP]},
}
FINAL = {
    "too large at once": ("MAIL", b"552 5.3.4 message size exceeds fixed limit\r\n", "too_large_mail"),
    "too large in the end": ("DOT", b"552 5.3.4 message too large\r\n", "too_large_mail"),
    "full": ("RCPT", b"552 5.2.2 mailbox full\r\n", "full_mailbox"),
    "unknown": ("RCPT", b"550 5.1.1 no such user\r\n", "no_mailbox"),
    "spam": ("DOT", b"550 5.7.1 rejected as spam\r\n", "taken_for_spam"),
}


@asynccontextmanager
async def rogue(post: Post, script: dict[str, list[Answer]], **more: Any) -> AsyncIterator[Mailing]:
    """A mail channel whose relay follows the script."""
    async with rogue_relay(script, **more) as relay, mailing(post, relay, relay.port, timeout=PATIENCE_S) as mail:
        yield mail


@pytest.mark.parametrize("fault", TRANSIENT)
async def test_what_passes_is_tried_again_until_the_mail_is_there_once(post: Post, fault: str) -> None:
    async with rogue(post, TRANSIENT[fault]) as mail:
        message = await mail.write()
        for times in range(1, len(next(iter(TRANSIENT[fault].values()))) + 1):
            await mail.tried(message, times)
            assert await post.state(message) in ("queued", "unknown")
            await mail.hurry()
        await post.stands(message, "sent")
        assert len(mail.relay.message_ids) == 1
        assert set(mail.relay.reached) == {"ana@shop.example"}
        assert "taken" in fault or len(mail.relay.letters) == 1


@pytest.mark.parametrize("fault", FINAL)
async def test_what_does_not_pass_fails_at_once_and_says_why(post: Post, fault: str) -> None:
    verb, answer, code = FINAL[fault]
    async with rogue(post, {verb: [answer]}) as mail:
        message = await mail.write()
        await post.stands(message, "failed")
        assert (await mail.error(message))["code"] == code
        assert mail.relay.letters == []


@pytest.mark.parametrize("said", [b"452 4.2.2 mailbox full\r\n", b"451 4.7.1 greylisted\r\n", b"450 4.2.0 busy\r\n"])
async def test_of_three_recipients_only_the_one_put_off_gets_another_try(post: Post, said: bytes) -> None:
    async with rogue(post, {"RCPT": [None, said]}) as mail:
        message = await mail.write(request={"cc": ["luis@shop.example", "eva@shop.example"]})
        await mail.tried(message, 1)
        assert mail.relay.reached == ["ana@shop.example", "eva@shop.example"]
        await mail.hurry()
        await post.stands(message, "sent")
        await mail.tried(message, 2)
        assert mail.relay.reached == ["ana@shop.example", "eva@shop.example", "luis@shop.example"]
        assert len(mail.relay.message_ids) == 1


async def test_a_server_that_leaves_at_the_second_of_three_has_taken_nothing_and_gets_all_again(post: Post) -> None:
    async with rogue(post, {"RCPT": [None, b"421 4.3.2 shutting down\r\n"]}) as mail:
        message = await mail.write(request={"cc": ["luis@shop.example", "eva@shop.example"]})
        await mail.tried(message, 1)
        assert mail.relay.letters == []
        await mail.hurry()
        await post.stands(message, "sent")
        assert mail.relay.reached == ["ana@shop.example", "eva@shop.example", "luis@shop.example"]


async def test_a_server_without_any_extension_gets_a_mail_that_it_can_carry(post: Post) -> None:
    async with rogue(post, {}, abilities=()) as mail:
        message = await mail.write("¿Mañana, señor Núñez? 🙂\n.\n..dots\n" + "x" * 2000)
        await post.stands(message, "sent")
        (letter,) = mail.relay.letters
        assert letter.raw.isascii()
        assert max(map(len, letter.raw.split(b"\r\n"))) <= 998


async def test_an_address_that_the_server_cannot_carry_fails_and_says_so(post: Post) -> None:
    async with rogue(post, {}, abilities=("8BITMIME",)) as mail:
        message = await mail.write(request={"cc": ["josé@correo.example"]})
        await post.stands(message, "failed")
        assert (await mail.error(message))["code"] == "address"
        assert mail.relay.letters == []


async def test_one_mail_that_waits_lets_the_next_customers_pass(post: Post) -> None:
    async with rogue(post, {"RCPT": [b"450 4.2.0 greylisted\r\n"]}) as mail:
        first = await mail.write()
        await mail.tried(first, 1)
        luis = await post.company.writes("email", "luis@shop.example")
        address = {"kind": "email", "value": "luis@shop.example"}
        second = await post.write(luis, "Hola", channel=post.company.email, address=address)
        await post.stands(second, "sent")
        assert mail.relay.reached == ["luis@shop.example"]
