"""Runs a hub in this process: one per data folder, on its port, until a signal ends it; stopping is designed and short."""

import asyncio
import errno
import fcntl
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from hub.app import Hub, opened
from hub.errors import SetupError
from hub.settings import Settings

log = logging.getLogger(__name__)

STOP_S = 5.0
"""What is being sent is finished within this. Whoever presses Ctrl-C waits less than ten seconds for all."""
GOODBYE_S = 2.0
"""For closing all sockets, with what the database is to know of it."""
DRAIN_S = 60.0


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder; its lock file names the process, for `hilo drain`. Raises SetupError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "hilo.pid").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise SetupError(f"another Hilo (process {file.read().strip() or 'unknown'}) already runs on {folder}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@asynccontextmanager
async def listening(hub: Hub) -> AsyncIterator[str]:
    """Answer on the port of the settings; yields the address. Raises SetupError when the port is taken."""
    server = hub.settings.server
    runner = web.AppRunner(hub.application(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, server.host, server.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise SetupError(_why_not(error, server.host, server.port)) from error
        port = runner.addresses[0][1]
        host = "127.0.0.1" if server.host in ("0.0.0.0", "") else server.host  # noqa: S104
        hub.address = f"http://{host}:{port}"
        yield hub.address
    finally:
        await _hang_up(hub)
        await runner.cleanup()


async def _hang_up(hub: Hub) -> None:
    """Close every socket while the database is still open: who was connected is then known to have left."""
    try:
        async with asyncio.timeout(GOODBYE_S):
            await hub.hang_up()
    except TimeoutError:
        log.warning("stopping: some sockets did not close within %.0f s", GOODBYE_S)


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program; choose one with HILO_PORT or server.port in config.toml"
    return f"cannot listen on {host}:{port}: {error.strerror}"


Step = Callable[[Hub], Awaitable[None]]


async def serve(settings: Settings, *, prepare: Step | None = None, started: Step | None = None) -> None:
    """Run until SIGINT or SIGTERM. `prepare` is awaited before anything runs, `started` once everything answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with only_one(settings.data.path):
        async with opened(settings) as hub:
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(name, stop.set)
            loop.add_signal_handler(signal.SIGUSR1, lambda: _drain(hub, stop))
            if prepare is not None:
                await prepare(hub)
            async with listening(hub) as address:
                await _run(hub, stop, started)
            log.info("stopped listening on %s", address)


async def _run(hub: Hub, stop: asyncio.Event, started: Step | None) -> None:
    running = asyncio.create_task(hub.run(), name="hub")
    stopping = asyncio.create_task(stop.wait(), name="signal")
    begin = asyncio.create_task(_begin(hub, started), name="begin")
    begin.add_done_callback(lambda task: stop.set() if not task.cancelled() and task.exception() else None)
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (begin, stopping, running):
            task.cancel()
        _, late = await asyncio.wait({running, begin}, timeout=STOP_S)
        for task in late:
            log.error("stopping: %s is not done after %.0f s", task.get_name(), STOP_S)
    for task in (running, begin):
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise error


async def _begin(hub: Hub, started: Step | None) -> None:
    await hub.supervisor.ready.wait()
    gc.collect()
    gc.freeze()  # what is here now stays: a collection that walks over it again and again is a pause for everybody
    log.info("Hilo answers at %s", hub.address)
    if started is not None:
        await started(hub)


def _drain(hub: Hub, stop: asyncio.Event) -> None:
    """Take nothing new, let go of what is held, end when all is sent."""
    hub.draining = True
    task = asyncio.create_task(_drained(hub, stop), name="drain")
    task.add_done_callback(lambda _: stop.set())


async def _drained(hub: Hub, stop: asyncio.Event) -> None:
    log.info("draining: colleagues' sockets are sent elsewhere")
    await hub.realtime.cut_all("draining")
    try:
        async with asyncio.timeout(DRAIN_S):
            await hub.outbox.drain()
    except TimeoutError:
        log.warning("draining: what is on its way out has not come to its end within %.0f s; this node ends all the same", DRAIN_S)
