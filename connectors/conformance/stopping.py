"""Rules about stopping: whoever is cancelled in the middle leaves nothing running and nothing open."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp

from connectors.conformance.faults import Try, needs_provider
from connectors.conformance.pretend import Provider, provider, way_out
from connectors.conformance.subject import Subject
from connectors.conformance.verbs import every_verb
from connectors.conformance.verdicts import DoesNotApply
from connectors.contract import Connector, Listens

INSIDE: ContextVar[list[Any] | None] = ContextVar("inside", default=None)
SOON_S = 3.0
ARRIVES_S = 20.0


async def a_stop_leaves_nothing(subject: Subject) -> Sequence[str]:
    """Cancelled in the middle of each thing that it can do."""
    needs_provider(subject)
    verbs = await every_verb(subject)
    return [f"{what}: {problem}" for what, do in verbs.items() for problem in await _cancelled(subject, do)]


async def _cancelled(subject: Subject, do: Try) -> list[str]:
    sessions = _sessions()
    async with provider(subject, "hang") as there:
        with _watched() as begun:
            async with way_out(there.url, "hang") as egress:
                found = await _stopped(subject.build(there.url, egress), lambda one: do(one, there.url), there.arrived)
        return [*found, *await _left(begun, sessions, there)]


async def listening_stops(subject: Subject) -> Sequence[str]:
    """Cancelled while it waits for what customers write."""
    if not isinstance(subject.build(), Listens):
        raise DoesNotApply("it is called, and asks for nothing by itself")
    sessions = _sessions()
    async with provider(subject, "hang") as there:
        with _watched() as begun:
            async with way_out(there.url, "hang") as egress:
                found = await _stopped(subject.build(there.url, egress), _listened, None)
        return [*found, *await _left(begun, sessions, there)]


async def _listened(connector: Connector) -> None:
    assert isinstance(connector, Listens)
    async for _ in connector.listen(None):
        pass


async def _stopped(connector: Connector, do: Callable[[Connector], Awaitable[Any]], arrived: asyncio.Event | None) -> list[str]:
    """Begin, wait until it is in the middle, cancel."""
    async with connector:
        task = asyncio.ensure_future(do(connector))
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # what it raised is no matter here
        if arrived is None:
            await asyncio.wait({task}, timeout=0.2)
        else:
            await _first(arrived, task)
        if task.done() and not task.cancelled():
            return []  # it came to an end by itself before it could be stopped
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=SOON_S)
    if not done:
        return [f"it did not stop within {SOON_S:.0f} seconds of being cancelled"]
    return [] if task.cancelled() else ["it swallowed its cancellation: CancelledError must go up"]


async def _first(arrived: asyncio.Event, task: "asyncio.Future[Any]") -> None:
    waiting = asyncio.ensure_future(arrived.wait())
    await asyncio.wait({waiting, task}, timeout=ARRIVES_S, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    await asyncio.wait({waiting})


@contextmanager
def _watched() -> Iterator[list["asyncio.Task[Any]"]]:
    """Collects the tasks that are begun inside, by whatever was begun inside; what else the same loop does is not the connector's."""
    loop, begun = asyncio.get_running_loop(), list["asyncio.Task[Any]"]()
    usual, mark = loop.get_task_factory(), INSIDE.set(begun)

    def begin(of: asyncio.AbstractEventLoop, work: Any, **named: Any) -> "asyncio.Future[Any]":
        task = usual(of, work, **named) if usual else asyncio.Task(work, loop=of, **named)
        if INSIDE.get() is begun:
            begun.append(task)  # type: ignore[arg-type]
        return task

    loop.set_task_factory(begin)
    try:
        yield begun
    finally:
        loop.set_task_factory(usual)
        INSIDE.reset(mark)


async def _left(begun: list["asyncio.Task[Any]"], sessions: set[int], there: Provider) -> list[str]:
    found = list[str]()
    if late := [task for task in begun if await _lasts(task) and _is_connectors(task)]:
        found.append(f"tasks go on after it was closed: {', '.join(task.get_name() for task in late)}")
    if _sessions() - sessions:
        found.append("an aiohttp.ClientSession is still open after it was closed")
    if await _still_open(there):
        found.append("a connection to the provider is still open after it was closed")
    return found


def _is_connectors(task: "asyncio.Task[Any]") -> bool:
    """Not one of the pretend provider's own."""
    return "RequestHandler" not in repr(task.get_coro())


async def _lasts(task: "asyncio.Task[Any]") -> bool:
    await asyncio.wait({task}, timeout=0.3)
    return not task.done()


async def _still_open(there: Provider) -> bool:
    for _ in range(20):
        if not there.open():
            return False
        await asyncio.sleep(0.05)  # the other end hears of it a moment later
    return True


def _sessions() -> set[int]:
    return {id(one) for one in gc.get_objects() if isinstance(one, aiohttp.ClientSession) and not one.closed}
