"""How often a rig repeats itself: a few times in every run of the tests, fully when HILO_RIG=long."""

import os

LONG = os.environ.get("HILO_RIG") == "long"


def rounds(short: int, full: int) -> int:
    """The number of repeats for this run."""
    return full if LONG else short
