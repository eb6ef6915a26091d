"""From a customer's message to the offer on the agent's socket, one after the other."""

import asyncio
from collections.abc import Iterable
from time import perf_counter
from typing import Any
from uuid import uuid4

import uvloop

from benchmarks.figure import Figure, figure, percentile
from benchmarks.hub import Colleague, Company, Running, company, running, signed_in
from benchmarks.load import LoadError, post, streams

OFFERS, LIMIT_MS = 200, 100
PATIENCE_S = 10


async def measure() -> Figure:
    """The 99th of a hundred offers, in milliseconds."""
    async with company() as made, running(made.folder, "serve") as hub:
        times = await offer_times(made, hub, OFFERS)
    return figure("offer_p99", percentile(times, 0.99) * 1000, "ms", LIMIT_MS)


async def offer_times(made: Company, hub: Running, count: int) -> list[float]:
    """Seconds from the webhook to the offer, for customers who write for the first time; each is taken, answered for and finished."""
    offers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    async with signed_in(hub.address, "ana@demo.example") as ana, streams(hub.address, 1) as (stream,):
        await ana.listen(lambda event: offers.put_nowait(event["data"]) if event["type"] == "offer.created" else None)
        await ana.call("PUT", "me/status", {"activity": "available"})
        times = []
        for one in made.deliveries(hub.address, [uuid4().hex for _ in range(count)], lambda _: f"new {uuid4().hex}"):
            began = perf_counter()
            await post(stream, one)
            offer = await _offer_of(offers, one.key, ana)
            times.append(perf_counter() - began)
            await _finish(ana, offer)
    return times


async def _offer_of(offers: "asyncio.Queue[dict[str, Any]]", key: str, ana: Colleague) -> dict[str, Any]:
    """The offer for this message; those of the demo's own customers are finished on the way."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            offer = await offers.get()
            preview = offer.get("preview") or {}
            if key in preview.get("text", ""):
                return offer
            await _finish(ana, offer)


async def _finish(ana: Colleague, offer: dict[str, Any]) -> None:
    await ana.call("POST", f"offers/{offer['id']}/accept")
    await ana.call("POST", f"work/{offer['work']}/finish")
    codes = await ana.call("GET", "wrap-up-codes")
    if not codes["items"]:
        raise LoadError("the demo has no wrap-up code")
    await ana.call("POST", f"work/{offer['work']}/wrap-up", {"code": codes["items"][0]["id"], "note": ""})


def run() -> Iterable[Figure]:
    """The figure."""
    return [uvloop.run(measure())]
