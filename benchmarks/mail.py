"""From a mail that the hub's server accepts to a colleague's socket: how many a second beside the bare server."""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import uvloop

from benchmarks import bare
from benchmarks.figure import Figure, figure
from benchmarks.hub import Company, Running, add_channel, company, running, signed_in
from benchmarks.intake import note
from benchmarks.load import Arrivals
from benchmarks.mail_load import ADDRESS, flood, mails

MESSAGES, ROUNDS = 2_000, 3


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
    """The figure."""
    return uvloop.run(measure())
