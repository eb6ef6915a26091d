"""Reading hostile payloads in processes that can be killed: 5 seconds and 512 MB each, the event loop never parses."""

import asyncio
import logging
import multiprocessing
import resource
from collections.abc import Mapping
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from connectors.contract import Delivery, Event, Surroundings
from connectors.errors import MalformedPayload
from connectors.registry import load
from connectors.settings import read_settings

log = logging.getLogger(__name__)

SECONDS = 5
MEMORY = 512 * 1024 * 1024
WORKERS = 2


class Parsers:
    """A pool of worker processes. A worker that hangs, eats memory or dies takes only its own delivery with it."""

    def __init__(self, public_url: str, *, workers: int = WORKERS) -> None:
        self._public_url = public_url
        self._pool = ProcessPool(max_workers=workers, max_tasks=2000, initializer=_limit, context=multiprocessing.get_context("spawn"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join, 5)

    async def parse(self, connector: str, settings: Mapping[str, Any], surroundings: Surroundings, delivery: Delivery) -> list[Event]:
        """What a delivery says. Raises MalformedPayload also when reading it took too long or too much."""
        place = (surroundings.channel, surroundings.public_url, surroundings.key)
        future = self._pool.schedule(_parse, args=(connector, dict(settings), place, delivery), timeout=SECONDS)
        try:
            result: list[Event] = await asyncio.wrap_future(future)
        except (OutOfTime, TimeoutError):
            raise MalformedPayload(f"reading it took more than {SECONDS} s") from None
        except ProcessExpired as error:
            raise MalformedPayload(f"the process that read it died ({error.exitcode})") from None
        except (MemoryError, RecursionError) as error:
            raise MalformedPayload(f"reading it took too much: {type(error).__name__}") from None
        return result


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _parse(connector: str, settings: dict[str, Any], place: tuple[str, str, bytes], delivery: Delivery) -> list[Event]:
    kind = load(connector)
    channel = kind.build(read_settings(kind.settings, settings), Surroundings(place[0], place[1], place[2]))
    return channel.parse(delivery)
