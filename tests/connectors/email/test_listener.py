"""Mail comes in: kept before it is acknowledged, for whom it is, and for nobody else."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiosmtplib
import pytest

from connectors.contract import Batch, Delivery
from connectors.email import ids
from connectors.email.sessions import EACH, SESSIONS
from connectors.errors import Unavailable
from connectors.settings import InvalidSettings
from tests.connectors.email.world import KEY, OURS, channel
from tests.rig.ports import free_port

MAIL = b"From: ana@shop.example\r\nTo: support@demo.example\r\nMessage-ID: <1@shop.example>\r\n\r\nHola\r\n"
OTHER = "sales@demo.example"


class Hub:
    """Asks a channel for batches, and counts each as stored by asking for the next."""

    def __init__(self, port: int, address: str = OURS, **settings: Any) -> None:
        self.batches = channel(address=address, listen_port=port, **settings).listen(None)
        self.stored: list[Delivery] = []
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        async for batch in self.batches:
            await self._store(batch)

    async def _store(self, batch: Batch) -> None:
        async with self._changed:
            self.stored += batch.deliveries
            self._changed.notify_all()


@contextlib.asynccontextmanager
async def hub(port: int, address: str = OURS, **settings: Any) -> AsyncIterator[Hub]:
    one = Hub(port, address, **settings)
    task = asyncio.create_task(one.run())
    await listening(port)
    yield one
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await one.batches.aclose()  # type: ignore[attr-defined]


async def listening(port: int) -> None:
    """Return once somebody greets on that port."""
    async with asyncio.timeout(5):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            await reader.readline()
            writer.close()
            return


async def write(port: int, *recipients: str, raw: bytes = MAIL, sender: str = "ana@shop.example") -> tuple[int, str]:
    """Send a mail; the reply of the server, whichever step gave it."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=10, start_tls=False, local_hostname="shop.example")
    await client.connect()
    try:
        await client.mail(sender)
        for one in recipients:
            await client.rcpt(one)
        reply = await client.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        return error.code, error.message
    finally:
        client.close()
    return reply.code, reply.message


async def test_a_mail_is_taken_with_its_envelope() -> None:
    port = free_port()
    async with hub(port) as ours:
        assert (await write(port, OURS))[0] == 250
        (delivery,) = ours.stored
        assert delivery.kind == "mail"
        assert delivery.body == MAIL
        assert delivery.headers["mail_from"] == "ana@shop.example"
        assert delivery.headers["rcpt_to"] == OURS
        assert delivery.headers["remote"] == "127.0.0.1"


async def test_yes_is_said_only_when_the_next_batch_is_asked_for() -> None:
    port = free_port()
    batches = channel(listen_port=port).listen(None)
    first = asyncio.ensure_future(anext(batches))
    await listening(port)
    sending = asyncio.create_task(write(port, OURS))
    batch = await first
    done, _ = await asyncio.wait([sending], timeout=0.2)
    assert not done
    second = asyncio.ensure_future(anext(batches))
    assert (await sending)[0] == 250
    assert len(batch.deliveries) == 1
    second.cancel()
    await asyncio.wait([second])


async def test_a_hub_that_stops_says_try_again() -> None:
    port = free_port()
    batches = channel(listen_port=port).listen(None)
    first = asyncio.ensure_future(anext(batches))
    await listening(port)
    sending = asyncio.create_task(write(port, OURS))
    await first
    await batches.aclose()  # type: ignore[attr-defined]
    assert (await sending)[0] == 451


async def test_a_hub_that_fails_says_try_again() -> None:
    port = free_port()
    batches = channel(listen_port=port).listen(None)
    first = asyncio.ensure_future(anext(batches))
    await listening(port)
    sending = asyncio.create_task(write(port, OURS))
    await first
    with pytest.raises(RuntimeError):
        await batches.athrow(RuntimeError("the database is gone"))  # type: ignore[attr-defined]
    assert (await sending)[0] == 451


async def test_what_waits_comes_in_one_batch() -> None:
    port = free_port()
    batches = channel(listen_port=port).listen(None)
    first = asyncio.ensure_future(anext(batches))
    await listening(port)
    lone = asyncio.create_task(write(port, OURS))
    await first
    senders = [asyncio.create_task(write(port, OURS, raw=MAIL + b"%d\r\n" % n)) for n in range(28)]
    done, _ = await asyncio.wait(senders, timeout=0.5)
    assert not done
    second = await anext(batches)
    assert len(second.deliveries) == 24
    assert (await lone)[0] == 250
    third = await anext(batches)
    assert len(third.deliveries) == 4
    await batches.aclose()  # type: ignore[attr-defined]
    codes = [(await one)[0] for one in senders]
    assert sorted(codes) == [250] * 24 + [451] * 4


async def test_an_unknown_recipient_is_refused_at_once() -> None:
    port = free_port()
    async with hub(port):
        code, text = await write(port, "nobody@demo.example")
        assert code == 550
        assert text.startswith("5.1.1")


async def test_reply_addresses_lead_to_the_channel() -> None:
    port = free_port()
    message = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
    reply, path = ids.reply_address(KEY, message, "a@b.example", OURS), ids.return_path(KEY, message, OURS)
    async with hub(port) as ours:
        assert (await write(port, reply.upper()))[0] == 250
        assert (await write(port, path, sender="", raw=MAIL + b"2"))[0] == 250
        assert [one.headers["rcpt_to"] for one in ours.stored] == [reply.upper(), path]
        assert ours.stored[1].headers["mail_from"] == ""


async def test_two_channels_share_a_port_and_a_mail_to_both_goes_to_both() -> None:
    port = free_port()
    async with hub(port) as ours, hub(port, OTHER) as theirs:
        assert (await write(port, OURS, OTHER))[0] == 250
        assert len(ours.stored) == len(theirs.stored) == 1
        assert ours.stored[0].external_id == theirs.stored[0].external_id
        assert (ours.stored[0].headers["rcpt_to"], theirs.stored[0].headers["rcpt_to"]) == (OURS, OTHER)
        assert (await write(port, OTHER, raw=MAIL + b"2"))[0] == 250
        assert len(ours.stored) == 1


async def test_a_channel_that_pauses_beside_another_is_not_unknown() -> None:
    port = free_port()
    async with hub(port):
        async with hub(port, OTHER):
            pass
        assert (await write(port, OTHER))[0] == 451
        assert (await write(port, OURS))[0] == 250


async def test_an_address_belongs_to_one_channel() -> None:
    port = free_port()
    async with hub(port):
        with pytest.raises(Unavailable, match="another channel"):
            await anext(channel(listen_port=port).listen(None))


async def test_a_taken_port_is_named() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Unavailable, match=str(port)):
        await anext(channel(listen_port=port).listen(None))
    server.close()


async def test_the_port_is_free_again_when_the_last_channel_stops() -> None:
    port = free_port()
    async with hub(port):
        pass
    with pytest.raises(OSError):  # noqa: PT011
        await asyncio.open_connection("127.0.0.1", port)
    async with hub(port) as ours:
        assert (await write(port, OURS))[0] == 250
        assert len(ours.stored) == 1


async def test_the_size_limit_is_announced_and_kept() -> None:
    port = free_port()
    async with hub(port) as ours:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=30, start_tls=False, local_hostname="shop.example")
        await client.connect()
        await client.ehlo()
        assert client.esmtp_extensions["size"] == str(35 * 1024 * 1024)
        with pytest.raises(aiosmtplib.SMTPSenderRefused, match="552"):
            await client.mail("ana@shop.example", options=["SIZE=40000000"])
        client.close()
        assert (await write(port, OURS, raw=MAIL + (b"a" * 998 + b"\r\n") * 37_000))[0] == 552
        assert ours.stored == []


async def test_long_lines_are_taken() -> None:
    port = free_port()
    async with hub(port) as ours:
        assert (await write(port, OURS, raw=MAIL + b"a" * 100_000 + b"\r\n"))[0] == 250
        assert len(ours.stored[0].body) > 100_000


async def test_a_sender_who_leaves_in_the_middle_leaves_nothing_behind() -> None:
    port = free_port()
    async with hub(port) as ours:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@demo.example>\r\nDATA\r\nFrom: a@b.example\r\n\r\nHo")
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.close()
        assert (await write(port, OURS))[0] == 250
        assert len(ours.stored) == 1


async def test_a_bare_line_feed_ends_no_mail() -> None:
    """No second mail can be smuggled in behind a dot that only one of two servers takes for the end."""
    port = free_port()
    async with hub(port) as ours:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        smuggled = b"\n.\nMAIL FROM:<boss@demo.example>\nRCPT TO:<support@demo.example>\nDATA\nFrom: boss@demo.example\n\nPay\n"
        writer.write(
            b"HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@demo.example>\r\nDATA\r\n" + MAIL + smuggled + b"\r\n.\r\nQUIT\r\n"
        )
        replies = await reader.read()
        writer.close()
        assert replies.count(b"250 2.0.0") == 1
        assert len(ours.stored) == 1


async def test_lmtp_answers_for_each_recipient() -> None:
    port = free_port()
    silent = channel(address=OTHER, listen_port=port, listen_protocol="lmtp").listen(None)
    async with hub(port, listen_protocol="lmtp") as ours:
        first = asyncio.ensure_future(anext(silent))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"LHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@demo.example>\r\nRCPT TO:<sales@demo.example>\r\nDATA\r\n")
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.write(MAIL + b".\r\n")
        await first
        await silent.aclose()  # type: ignore[attr-defined]
        assert [(await reader.readline())[:3] for _ in range(2)] == [b"250", b"451"]
        writer.close()
        assert len(ours.stored) == 1


async def test_one_port_speaks_one_protocol() -> None:
    port = free_port()
    async with hub(port):
        with pytest.raises(Unavailable, match="in smtp, not lmtp"):
            await anext(channel(address=OTHER, listen_port=port, listen_protocol="lmtp").listen(None))


async def test_one_sender_too_many_is_asked_to_come_again() -> None:
    port = free_port()
    async with hub(port) as ours:
        many = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SESSIONS)]
        greetings = [await reader.readline() for reader, _ in many]
        assert all(one.startswith(b"220") for one in greetings)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.read()).startswith(b"421")
        for _, open_writer in [*many, (reader, writer)]:
            open_writer.close()
        await asyncio.gather(*(open_writer.wait_closed() for _, open_writer in many))
        assert (await write(port, OURS))[0] == 250
        assert len(ours.stored) == 1


async def test_a_stranger_who_opens_many_silent_connections_leaves_room_for_others() -> None:
    port = free_port()
    async with hub(port, relays="127.0.0.2") as ours:
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(SESSIONS)]
        greetings = [(await reader.readline())[:3] for reader, _ in silent]
        assert greetings == [b"220"] * EACH + [b"421"] * (SESSIONS - EACH)
        own = [await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0)) for _ in range(EACH + 1)]
        assert [(await reader.readline())[:3] for reader, _ in own] == [b"220"] * (EACH + 1)
        for _, writer in [*silent, *own]:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in [*silent, *own]), return_exceptions=True)
        assert (await write(port, OURS))[0] == 250
        assert len(ours.stored) == 1


def test_mail_servers_of_ones_own_are_addresses_or_networks() -> None:
    channel(relays="10.0.0.0/8 ::1")
    with pytest.raises(InvalidSettings, match="separated by spaces"):
        channel(relays="mail.company.com")


async def test_what_a_database_cannot_store_is_not_in_the_envelope() -> None:
    port = free_port()
    async with hub(port) as ours:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HELO \x00x\r\nMAIL FROM:<a\x00b@c.example>\r\nRCPT TO:<support@demo.example>\r\nDATA\r\n" + MAIL + b".\r\nQUIT\r\n")
        await reader.read()
        writer.close()
        assert all("\x00" not in value for one in ours.stored for value in one.headers.values())
        assert (await write(port, OURS, raw=MAIL + b"2"))[0] == 250
