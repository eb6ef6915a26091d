"""Reading hostile payloads in processes that can be killed: 5 seconds and 512 MB each, the event loop never parses.

What is small and waits at the same time goes to a process together, since handing over costs more than reading it.
"""

import asyncio
import logging
import multiprocessing
import pickle
import resource
import traceback
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import msgspec
from pebble import ProcessExpired, ProcessPool

from connectors.contract import Delivery, Event, Surroundings
from connectors.errors import MalformedPayload
from connectors.registry import load
from connectors.settings import read_settings

log = logging.getLogger(__name__)

SECONDS = 5.0
"""For one delivery, in whatever company it is read."""
TOGETHER_S = 1.5
"""Of which so many for those that are read together; after that each is read alone."""
MEMORY = 512 * 1024 * 1024
WORKERS = 2
PARCEL, PARCEL_BYTES = 16, 64 * 1024
"""How many deliveries, and how many bytes of them, go to a process together."""

Source = tuple[str, bytes, tuple[str, str, bytes]]
"""Who reads: the connector, its settings as JSON, and the channel's surroundings."""
Result = list[Event] | Exception


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One delivery that is to be read, and who waits for it."""

    source: Source
    delivery: Delivery
    done: "asyncio.Future[list[Event]]"


class Parsers:
    """A pool of worker processes. A worker that hangs, eats memory or dies takes only its own delivery with it."""

    def __init__(self, public_url: str, *, workers: int = WORKERS) -> None:
        self._public_url = public_url
        self._pool = ProcessPool(max_workers=workers, max_tasks=2000, initializer=_limit, context=multiprocessing.get_context("spawn"))
        self._waiting: list[Job] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join, 5)

    async def parse(self, connector: str, settings: Mapping[str, Any], surroundings: Surroundings, delivery: Delivery) -> list[Event]:
        """What a delivery says. Raises MalformedPayload also when reading it took too long or too much."""
        place = (surroundings.channel, surroundings.public_url, surroundings.key)
        loop = asyncio.get_running_loop()
        job = Job((connector, msgspec.json.encode(settings), place), delivery, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._hand_over)  # after all that ask in this turn of the loop
        self._waiting.append(job)
        return await job.done

    def _hand_over(self) -> None:
        waiting, self._waiting = self._waiting, []
        for parcel in _parcels(waiting):
            task = asyncio.get_running_loop().create_task(self._read(parcel))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read(self, parcel: Sequence[Job]) -> None:
        if len(parcel) > 1:
            results = await _tried(self._schedule(parcel, TOGETHER_S), len(parcel))
            left = [job for job, result in zip(parcel, results, strict=True) if not _settled(job, result)]
            await asyncio.gather(*(self._read_alone(job, SECONDS - TOGETHER_S) for job in left))
        else:
            await self._read_alone(parcel[0], SECONDS)

    async def _read_alone(self, job: Job, seconds: float) -> None:
        try:
            (result,) = await self._schedule([job], seconds)
        except (OutOfTime, TimeoutError):
            result = MalformedPayload(f"reading it took more than {seconds:g} s")
        except ProcessExpired as error:
            result = MalformedPayload(f"the process that read it died ({error.exitcode})")
        except Exception as error:
            result = error
        if isinstance(result, MemoryError | RecursionError):
            result = MalformedPayload(f"reading it took too much: {type(result).__name__}")
        _settle(job, result)

    def _schedule(self, jobs: Sequence[Job], seconds: float) -> Awaitable[list[Result]]:
        arguments = (jobs[0].source, [job.delivery for job in jobs])
        return asyncio.wrap_future(self._pool.schedule(_parse, args=arguments, timeout=seconds))


async def _tried(results: Awaitable[list[Result]], count: int) -> Sequence[Result | None]:
    """What came of a parcel of so many; None of each when one took all with it."""
    try:
        return await results
    except Exception:  # each alone will say what is wrong with it
        return [None] * count


def _parcels(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """What goes together: of one source, few and small enough."""
    parcel: list[Job] = []
    size = 0
    for job in sorted(jobs, key=lambda one: one.source) if len(jobs) > 1 else jobs:
        more = len(job.delivery.body)
        if parcel and (parcel[0].source != job.source or len(parcel) == PARCEL or size + more > PARCEL_BYTES):
            yield parcel
            parcel, size = [], 0
        parcel.append(job)
        size += more
    if parcel:
        yield parcel


def _settled(job: Job, result: Result | None) -> bool:
    """Whether that was the last word: memory may have been short because of a neighbour."""
    if result is None or isinstance(result, MemoryError):
        return False
    _settle(job, MalformedPayload("reading it took too much: RecursionError") if isinstance(result, RecursionError) else result)
    return True


def _settle(job: Job, result: Result) -> None:
    if job.done.done():
        return
    if isinstance(result, Exception):
        job.done.set_exception(result)
    else:
        job.done.set_result(result)


# ── In the worker ────────────────────────────────────────────────────────────────────────────────────────────────────


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parse(source: Source, deliveries: Sequence[Delivery]) -> list[Result]:
    try:
        channel = _channel(source)
    except Exception as error:
        return [_portable(error) for _ in deliveries]
    return [_parse_one(channel, one) for one in deliveries]


def _parse_one(channel: Any, delivery: Delivery) -> Result:
    try:
        events: list[Event] = channel.parse(delivery)
    except Exception as error:
        return _portable(error)
    return events


def _portable(error: Exception) -> Exception:
    """As it can be sent to the hub, which an error of a library's own making may forbid."""
    if isinstance(error, MalformedPayload):
        return error
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (written by ourselves just now)
    except Exception:
        error = RuntimeError(f"{type(error).__name__}: {error}")
    error.add_note(traceback.format_exc())  # its traceback stays behind in this process
    return error


@lru_cache(maxsize=8)
def _channel(source: Source) -> Any:
    connector, settings, (channel, public_url, key) = source
    kind = load(connector)
    return kind.build(read_settings(kind.settings, msgspec.json.decode(settings)), Surroundings(channel, public_url, key))
