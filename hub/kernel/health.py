"""Whether the hub lives, and whether it can accept: two questions with two answers. And the figures for Prometheus."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hub.kernel.database import GONE, Database

REGISTRY = CollectorRegistry()
REQUESTS = Counter("hilo_http_requests_total", "HTTP answers", ["method", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "hilo_http_seconds", "Time to answer HTTP", buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10), registry=REGISTRY
)
HEARTBEAT = Gauge("hilo_loop_lag_seconds", "How late the event loop is", registry=REGISTRY)
FIGURES: dict[str, Callable[[], float]] = {}


def figure(name: str, help_: str, read: Callable[[], float]) -> None:
    """A gauge that is read when somebody asks."""
    if name not in FIGURES:
        gauge = Gauge(name, help_, registry=REGISTRY)
        gauge.set_function(lambda: FIGURES[name]())  # noqa: PLW0108 — looked up when asked: a later hub in this process replaces it
    FIGURES[name] = read


@web.middleware
async def counted(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Counts every answer and how long it took; sockets stay open for hours and have figures of their own."""
    if request.path.startswith("/socket.io"):
        return await handler(request)
    method = request.method if request.method in hdrs.METH_ALL else "other"
    status, begin = 500, time.perf_counter()
    try:
        answer = await handler(request)
        status = answer.status
    except web.HTTPException as error:
        status = error.status
        raise
    else:
        return answer
    finally:
        REQUESTS.labels(method, status).inc()
        SECONDS.observe(time.perf_counter() - begin)


class Health:
    """The three addresses outside the API."""

    def __init__(self, database: Database, spool_room: Callable[[], bool], begun: Callable[[], bool]) -> None:
        self._database = database
        self._spool_room = spool_room
        self._begun = begun

    def add(self, app: web.Application) -> None:
        """Register the routes."""
        app.router.add_get("/healthz", self.healthz)
        app.router.add_get("/readyz", self.readyz)
        app.router.add_get("/metrics", self.metrics)

    async def healthz(self, _request: web.Request) -> web.Response:
        """The process lives."""
        return web.json_response({"ok": True})

    async def readyz(self, _request: web.Request) -> web.Response:
        """Whether a delivery would be taken now, by channels that are open, and be safe: in the database, or else in the spool."""
        database, spool = await self._database_answers(), self._spool_room()
        into = None if not self._begun() else "database" if database else "spool" if spool else None
        return web.json_response(
            {"ready": into is not None, "into": into, "database": database, "spool": spool}, status=200 if into else 503
        )

    async def metrics(self, _request: web.Request) -> web.Response:
        """Figures for Prometheus."""
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(2):
                return bool(await self._database.value("SELECT 1"))
        except GONE:
            return False


async def beat() -> None:
    """Measure how late the event loop wakes, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        before = loop.time()
        await asyncio.sleep(1)
        HEARTBEAT.set(max(0.0, loop.time() - before - 1))
