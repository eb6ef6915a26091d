"""Ports that are kept over restarts of what listens on them."""

import itertools
import os
import socket

from tests.turns import worker

FIRST, APART, SPANS = 14_000, 3_000, 6
"""Below the ports that the system gives to whoever connects: none of ours is taken by a connection while nobody listens on it."""
_number = itertools.count(os.getpid() * 37)


def free_port() -> int:
    """A port of loopback that nobody uses now, and that no test process beside this one is given."""
    first = FIRST + (worker() or 0) % SPANS * APART
    return next(port for port in (first + number % APART for number in _number) if _free(port))


def _free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
