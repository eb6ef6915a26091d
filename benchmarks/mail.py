"""From a mail that the hub's server accepts to a colleague's socket: how many a second; and how long reading one takes."""

import gc
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from time import perf_counter

import uvloop

from benchmarks import bare
from benchmarks.figure import Figure, figure, percentile
from benchmarks.hub import ROOT, Company, Running, add_channel, company, running, signed_in
from benchmarks.intake import note
from benchmarks.load import Arrivals
from benchmarks.mail_load import ADDRESS, flood, mails
from connectors.contract import Delivery
from connectors.email import payloads

MESSAGES, ROUNDS = 2_000, 3
RECORDED = ROOT / "tests/connectors/email"
PARSE_LIMIT_MS, PARSED = 50, 2_000
"""So many mails are read; a fiftieth of a second is as long as a colleague's push may wait for a worker."""


async def measure() -> list[Figure]:
    """Bare server and hub take turns, so that whatever else the machine does meets both; the best round of each counts."""
    with bare.durable_postgres() as postgres:
        await bare.prepare(postgres)
        async with company() as made, bare.started(postgres.url("bare"), "benchmarks.bare_mail") as plain, served(made) as (hub, port):
            limits, rates = [], []
            for _ in range(ROUNDS):
                limits.append(await bare_rate(*plain))
                rates.append(await rate(hub, port))
    return [figure("mail_in", max(rates), "mails/s", max(limits))]


@asynccontextmanager
async def served(made: Company) -> AsyncIterator[tuple[Running, int]]:
    """A hub with a mail channel, and the port on which that listens."""
    port = free_port()
    settings = {"address": ADDRESS, "relay_host": "127.0.0.1", "relay_tls": "none", "listen_port": str(port)}
    await add_channel(made.folder, "email", settings, {})
    async with running(made.folder, "serve") as hub:
        yield hub, port


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def rate(hub: Running, port: int, count: int = MESSAGES) -> float:
    """Mails a second, from the first byte to the last push at the supervisor's."""
    arrivals = Arrivals(count)
    async with signed_in(hub.address, "sofia@demo.example") as sofia:
        await sofia.listen(lambda event: note(arrivals, event))
        return await flood(port, mails(count), arrivals)


async def bare_rate(sockets: int, port: int, count: int = MESSAGES) -> float:
    """Mails a second through the bare server."""
    arrivals = Arrivals(count)
    async with bare.listening(f"http://127.0.0.1:{sockets}", arrivals):
        return await flood(port, mails(count), arrivals)


def run() -> Iterable[Figure]:
    """Both figures."""
    yield figure("mail_parse_p99", percentile(reading_times(recordings()), 0.99), "ms", PARSE_LIMIT_MS)
    yield from uvloop.run(measure())


def recordings() -> list[bytes]:
    """The recorded mails, and one for each recorded reply of some mail program."""
    whole = [path.read_bytes() for path in sorted(RECORDED.glob("recorded/*.eml"))]
    return whole + [_reply(path.suffix, path.read_bytes()) for path in sorted(RECORDED.glob("replies/*")) if path.suffix in KINDS]


KINDS = {".txt": b"plain", ".html": b"html"}


def _reply(suffix: str, body: bytes) -> bytes:
    head = b"From: Rosa <rosa@shop.example>\r\nTo: load@demo.example\r\nSubject: Re: Pedido\r\nMessage-ID: <1@shop.example>\r\n"
    return head + b"Content-Type: text/" + KINDS[suffix] + b"; charset=utf-8\r\n\r\n" + body


def reading_times(mails_to_read: list[bytes], count: int = PARSED) -> list[float]:
    """Milliseconds that reading took, of each mail in turn until there are so many."""
    times = []
    gc.collect()
    for number in range(count):
        delivery = Delivery("mail", "", mails_to_read[number % len(mails_to_read)], {"mail_from": "rosa@shop.example", "rcpt_to": ADDRESS})
        began = perf_counter()
        payloads.events_of(delivery, key=bytes(32), ours=ADDRESS)
        times.append((perf_counter() - began) * 1000)
    return times
