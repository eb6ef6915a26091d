"""Waiting for what has no event of its own here: another process, another's database. Bounded, with growing pauses."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")

FIRST_PAUSE_S, LAST_PAUSE_S = 0.02, 0.25


async def eventually(look: Callable[[], Awaitable[Value]], *, what: str, seconds: float = 30.0) -> Value:
    """The first value of `look` that is true. Raises TimeoutError naming what was waited for, and the last that was seen."""
    pause, seen = FIRST_PAUSE_S, None
    try:
        async with asyncio.timeout(seconds):
            while not (seen := await look()):
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LAST_PAUSE_S)
            return seen
    except TimeoutError:
        raise TimeoutError(f"{what}: not within {seconds:.0f} s (last seen: {seen!r})") from None
