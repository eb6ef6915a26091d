"""Failpoints: places between two effects where a test may end the process as a power cut would (`HILO_CRASH_AT=name:n`, the n-th time)."""

import os
import signal


def _wanted() -> tuple[str, int]:
    name, _, number = os.environ.get("HILO_CRASH_AT", "").partition(":")
    return name, int(number or 1)


_name, _left = _wanted()


def crash_point(name: str) -> None:
    """Die here if the environment asks for it. Costs one comparison otherwise."""
    global _left  # noqa: PLW0603
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
