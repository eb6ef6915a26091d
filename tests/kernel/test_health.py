"""What a hub says of itself: whether it takes anything in, and the figures for Prometheus."""

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.kernel.database import Database
from hub.kernel.health import REGISTRY, Health, counted
from hub.kernel.web import errors_as_data


def _answers(status: str, method: str = "GET") -> float:
    return REGISTRY.get_sample_value("hilo_http_requests_total", {"method": method, "status": status}) or 0.0


async def test_every_answer_is_counted_with_its_status_and_its_time(database: Database) -> None:
    async def broken(_request: web.Request) -> web.Response:
        raise ZeroDivisionError

    app = web.Application(middlewares=[counted, errors_as_data])
    app.router.add_get("/broken", broken)
    Health(database, lambda: True, lambda: True).add(app)
    before = {status: _answers(status) for status in ("200", "404", "500")}
    timed = REGISTRY.get_sample_value("hilo_http_seconds_count") or 0.0
    async with TestServer(app) as site, aiohttp.ClientSession() as client:
        for path in ("/healthz", "/healthz", "/nowhere", "/broken"):
            async with client.get(site.make_url(path)):
                pass
        async with client.request("PROPFIND", site.make_url("/healthz")):
            pass
        async with client.get(site.make_url("/metrics")) as answer:
            assert 'hilo_http_requests_total{method="GET",status="404"}' in await answer.text()
    assert {status: _answers(status) - before[status] for status in before} == {"200": 3, "404": 1, "500": 1}
    assert _answers("405", "other") >= 1
    assert REGISTRY.get_sample_value("hilo_http_seconds_count") == timed + 6


async def test_it_is_ready_once_its_channels_are_open(database: Database) -> None:
    begun = False
    app = web.Application()
    Health(database, lambda: True, lambda: begun).add(app)
    async with TestServer(app) as site, aiohttp.ClientSession() as client:
        async with client.get(site.make_url("/readyz")) as answer:
            assert (answer.status, (await answer.json())["into"]) == (503, None)
        begun = True
        async with client.get(site.make_url("/readyz")) as answer:
            assert (answer.status, (await answer.json())["into"]) == (200, "database")
