"""Several test processes share the machine. A test that is marked `alone`, because it measures time, runs while all others rest."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ALONE = "alone: measures time, so that no other test may run beside it"
DOOR, ROOM = Path(__file__), Path(__file__).parent
"""What is locked: any two paths that all processes of a run have."""


def worker() -> int | None:
    """Which of several test processes this is; None when there is one only."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    return None if name is None else int(name.removeprefix("gw"))


@contextmanager
def turn(*, alone: bool, door: Path = DOOR, room: Path = ROOM) -> Iterator[None]:
    """Waits until a test may run: beside others, or with nobody else. Who waits to be alone lets nobody in any more."""
    with ExitStack() as inside:
        with _lock(door, fcntl.LOCK_EX):
            inside.enter_context(_lock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


@contextmanager
def _lock(path: Path, kind: int) -> Iterator[None]:
    held = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(held, kind)
        yield
    finally:
        os.close(held)
