"""The load program of `mail_in`: mails made beforehand, over kept-alive SMTP. The same one drives the limit and the hub."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from time import perf_counter
from uuid import uuid4

from benchmarks.load import PATIENCE_S, Arrivals, LoadError, Stream, text

IN_FLIGHT = 30
"""Conversations at a time: about as many as the hub's server holds."""
SENDERS = 200
ADDRESS = "load@demo.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: who sends it, and its bytes as they go over the wire, the final dot included."""

    sender: str
    data: bytes


def mails(count: int, *, html: bool = False) -> list[Mail]:
    """So many plain mails (or such with HTML beside the text) of some hundred customers, in turn; the text begins with a key of its own."""
    return [_mail(f"customer{number % SENDERS}@shop.example", html=html) for number in range(count)]


def _mail(sender: str, *, html: bool) -> Mail:
    key = uuid4().hex
    mail = EmailMessage(policy=SMTP.clone(cte_type="8bit"))
    mail["From"], mail["To"], mail["Subject"] = f"Rosa Martín <{sender}>", ADDRESS, "¿Dónde está mi pedido?"
    mail["Date"], mail["Message-ID"] = "Tue, 03 Nov 2026 09:00:00 +0100", f"<{key}@shop.example>"
    mail.set_content(text(key))
    if html:
        mail.add_alternative(f"<html><body><p>{text(key)}</p></body></html>", subtype="html")
    return Mail(sender, bytes(mail) + b".\r\n")


async def flood(port: int, letters: Sequence[Mail], arrivals: Arrivals) -> float:
    """Send all. Returns mails a second, from the first byte sent to the last push seen."""
    async with conversations(port) as open_streams:
        began = perf_counter()
        queue = iter(letters)
        async with asyncio.TaskGroup() as senders:
            for stream in open_streams:
                senders.create_task(_send_all(stream, queue))
        await arrivals.wait()
    return len(letters) / (max(arrivals.times.values()) - began)


async def _send_all(stream: Stream, queue: Iterator[Mail]) -> None:
    for one in queue:  # shared: each sender takes the next one
        await hand_over(stream, one)


async def hand_over(stream: Stream, one: Mail) -> None:
    """One mail, until it is answered. Raises LoadError when it is not taken."""
    await _say(stream, f"MAIL FROM:<{one.sender}>\r\n".encode(), b"250")
    await _say(stream, f"RCPT TO:<{ADDRESS}>\r\n".encode(), b"250")
    await _say(stream, b"DATA\r\n", b"354")
    await _say(stream, one.data, b"250")


async def _say(stream: Stream, words: bytes, wanted: bytes) -> None:
    reader, writer = stream
    writer.write(words)
    await _hear(reader, wanted)


async def _hear(reader: asyncio.StreamReader, wanted: bytes) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (line := await reader.readline())[3:4] == b"-":
            continue
    if not line.startswith(wanted):
        raise LoadError(f"the mail server says {line.decode(errors='replace').strip()!r} and not {wanted.decode()}")


@asynccontextmanager
async def conversations(port: int, count: int = IN_FLIGHT) -> AsyncIterator[list[Stream]]:
    """So many conversations that have said hello."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        for stream in opened:
            await _hear(stream[0], b"220")
            await _say(stream, b"EHLO shop.example\r\n", b"250")
        yield opened
    finally:
        for _, writer in opened:
            writer.close()
