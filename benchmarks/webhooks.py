"""Signed webhooks of three providers: how many a second a whole hub acknowledges after their commit, beside a handler that does no more."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg
import uvloop

from benchmarks import bare
from benchmarks.figure import Figure, figure
from benchmarks.hub import add_channel, company, running
from benchmarks.load import LoadError, answered
from benchmarks.providers import PROVIDERS
from hub.kernel.embedded import EmbeddedPostgres

MESSAGES, ROUNDS = 6_000, 3
KEPT = "SELECT count(*) FROM message m JOIN channel c ON c.id = m.channel_id WHERE c.hook = $1 AND m.direction = 'in'"


async def measure() -> list[Figure]:
    """Bare handler and hub take turns, so that whatever else the machine does meets both; the best round of each counts."""
    with bare.durable_postgres() as postgres:
        await bare.prepare(postgres)
        async with company() as made, bare.bare_server(postgres.url("bare"), "benchmarks.bare_webhooks") as plain:
            hooks = await add_channels(made.folder)
            async with running(made.folder, "serve") as hub:
                return [
                    await beside(name, f"{plain}/hooks/{name}", f"{hub.address}/hooks/{hook}", made.folder) for name, hook in hooks.items()
                ]


async def add_channels(folder: Path) -> Mapping[str, str]:
    """A channel of each provider; the end of its webhook's address."""
    return {name: await add_channel(folder, one.connector, one.settings, one.secrets) for name, one in PROVIDERS.items()}


async def beside(name: str, plain: str, hub: str, folder: Path) -> Figure:
    """One provider's figure."""
    limits, rates = [], []
    for _ in range(ROUNDS):
        limits.append(await rate(name, plain))
        rates.append(await rate(name, hub))
    await check_kept(folder, hub.rsplit("/", 1)[1], ROUNDS * MESSAGES)
    return figure(f"webhooks_{name}", max(rates), "webhooks/s", max(limits))


async def rate(name: str, url: str, count: int = MESSAGES) -> float:
    """Webhooks a second at an address."""
    return await answered(url, PROVIDERS[name].deliveries(url, count))


async def check_kept(folder: Path, hook: str, count: int) -> None:
    """Every webhook that was answered is a message in a thread, in the database. Raises LoadError."""
    connection = await asyncpg.connect(EmbeddedPostgres(folder / "postgres").url())
    try:
        kept = await connection.fetchval(KEPT, hook)
    finally:
        await connection.close()
    if kept != count:
        raise LoadError(f"{count} webhooks were answered, {kept} messages are there")


def run() -> Iterable[Figure]:
    """One figure a provider."""
    return uvloop.run(measure())
