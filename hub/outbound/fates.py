"""What an error of a provider's means for a message: the class is the instruction. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, WindowClosed
from connectors.manifest import Manifest
from hub.outbound.ladder import next_try

AUTH_PAUSE_S = 60.0
"""How often a channel whose credentials were refused tries them again."""
SHORTEST_S = 0.1
LONGEST_S = 3600.0
"""No provider holds a channel for longer, whatever it asks for: then it is asked again."""
USUAL_S = 30.0
"""Where what it asks for is no number."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a message that was not simply sent."""

    what: Literal["failed", "unknown", "later", "hold"]
    error: dict[str, str]
    wait_s: float = 0.0
    reason: str = ""
    """Why the whole channel waits: rate_limited or auth."""
    doubtful: bool = False
    """It may have left, and is sent again all the same."""


def fate_of(error: ConnectorError, manifest: Manifest, attempts: int, hide: Callable[[str], str] = str) -> Fate:
    """Decide after this many attempts. `hide` takes out of a provider's words what nobody may read."""
    said = {"code": _code(error), "detail": hide(str(error))[:500]}
    if isinstance(error, Rejected):
        return Fate("failed", said)
    if isinstance(error, RateLimited):
        return Fate("hold", said, _patience(error.retry_after), "rate_limited")
    if isinstance(error, AuthFailed):
        return Fate("hold", said, AUTH_PAUSE_S, "auth")
    return _doubtful(said, manifest, attempts) if isinstance(error, Ambiguous) else _later(said, manifest, attempts)


def _patience(asked_s: float) -> float:
    return min(max(asked_s, SHORTEST_S), LONGEST_S) if math.isfinite(asked_s) else USUAL_S


def _code(error: ConnectorError) -> str:
    """The word that the console translates: a closed window has its own, whatever the connector called it."""
    return "window_closed" if isinstance(error, WindowClosed) else error.code


def _doubtful(said: dict[str, str], manifest: Manifest, attempts: int) -> Fate:
    """Again only where the same id makes no second message; else nobody knows until a receipt tells."""
    wait = next_try(manifest.kind, attempts)
    if manifest.idempotent and wait is not None:
        return Fate("later", said, wait, doubtful=True)
    return Fate("unknown", said)


def _later(said: dict[str, str], manifest: Manifest, attempts: int) -> Fate:
    wait = next_try(manifest.kind, attempts)
    return Fate("failed", {**said, "code": "gave_up"}) if wait is None else Fate("later", said, wait)
