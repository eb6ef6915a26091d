"""From a signed webhook to a colleague's socket: how many a second beside the bare pipeline, and how late at half of that."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import uvloop

from benchmarks import bare
from benchmarks.figure import Figure, figure, percentile
from benchmarks.hub import Company, Running, company, running, signed_in
from benchmarks.load import Arrivals, Delivery, flood, key_of, pace

SENDERS, MESSAGES, ROUNDS = 200, 6_000, 3
P99_LIMIT_MS = 100
PACED_S = 5


async def measure() -> list[Figure]:
    """Bare pipeline and hub take turns, so that whatever else the machine does meets both; the best round of each counts."""
    with bare.durable_postgres() as postgres:
        await bare.prepare(postgres)
        async with company() as made, bare.bare_server(postgres.url("bare")) as plain, running(made.folder, "serve") as hub:
            limits, rates = [], []
            for _ in range(ROUNDS):
                limits.append(await bare.rate(plain))
                rates.append(await rate(made, hub))
            times = await lateness(made, hub, max(rates) / 2)
    first = figure("intake_to_socket", max(rates), "msg/s", max(limits))
    return [first, figure("intake_to_socket_p99", percentile(times, 0.99) * 1000, "ms", P99_LIMIT_MS)]


def messages(made: Company, hub: Running, count: int) -> list[Delivery]:
    """So many messages of some hundred customers, in turn."""
    keys = [uuid4().hex for _ in range(count)]
    return made.deliveries(hub.address, keys, lambda number: f"customer {number % SENDERS}")


async def rate(made: Company, hub: Running, count: int = MESSAGES) -> float:
    """Messages a second, from the first webhook to the last push at the supervisor's."""
    arrivals = Arrivals(count)
    async with signed_in(hub.address, "sofia@demo.example") as sofia:
        await sofia.listen(lambda event: note(arrivals, event))
        return await flood(hub.address, messages(made, hub, count), arrivals)


async def lateness(made: Company, hub: Running, speed: float) -> list[float]:
    """Seconds from when a webhook was due to its push, at a steady speed."""
    count = int(speed * PACED_S)
    arrivals = Arrivals(count)
    async with signed_in(hub.address, "sofia@demo.example") as sofia:
        await sofia.listen(lambda event: note(arrivals, event))
        return await pace(hub.address, messages(made, hub, count), arrivals, speed)


def note(arrivals: Arrivals, event: dict[str, Any]) -> None:
    """Count the pushes of messages that came in."""
    if event["type"] == "message.created" and event["data"]["direction"] == "in":
        arrivals.note(key_of(event["data"]["text"]))


def run() -> Iterable[Figure]:
    """Both figures."""
    return uvloop.run(measure())
