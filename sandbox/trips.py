"""What travels between the hub and a pretend provider: what a call is for, what was told to the hub, and how both are shown to people."""

import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 500
SHOWN = 4000
WHATS = ("send", "change", "file", "signal", "template", "history", "updates", "setup")
"""What a call of the hub's is for. change: edit, delete, react. signal: writes, has read. setup: credentials, numbers, webhooks."""
SECRET = r"[\w.-]*(?:token|secret|proof|password|signature)[\w.-]*"  # noqa: S105  # a pattern
MASKS = (
    (re.compile(rf'("{SECRET}"\s*:\s*)"[^"]*"', re.IGNORECASE), r'\1"…"'),
    (re.compile(rf"((?:^|[?&]){SECRET}=)[^&\s]*", re.IGNORECASE), r"\1…"),
    (re.compile(r"\bbot\d+:[\w-]+"), "bot…"),
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a call or a webhook is for, one of WHATS, and whose app it is about; empty where it does not say."""

    app: str = ""
    what: str = ""


@dataclass(slots=True)
class Told:
    """What the provider told the hub: a webhook, or an update that the hub fetched. `status`: of the last answer, 0 while there is none."""

    id: int
    app: str
    what: str
    where: str
    body: str
    at: float = field(default_factory=time.time)
    status: int = 0
    tries: int = 0
    took_ms: float = 0.0
    """From the first byte of the last try to its answer."""

    def described(self) -> dict[str, Any]:
        """For people, without secrets."""
        return {**asdict(self), "where": masked(self.where), "body": readable(self.body)}


class Diary:
    """What a provider told the hub, newest last. `tell` gets each entry whenever it changes."""

    def __init__(self, tell: Callable[[Told], None]) -> None:
        self.all: deque[Told] = deque(maxlen=KEPT)
        self._tell = tell
        self._last = 0

    def begin(self, app: str, what: str, where: str, body: str) -> Told:
        """Something is about to be told."""
        self._last += 1
        told = Told(self._last, app, what, where, body[: 2 * SHOWN])
        self.all.append(told)
        return told

    def answered(self, told: Told, status: int, began: float) -> None:
        """A try has ended. `began`: on the monotonic clock."""
        told.status, told.tries, told.took_ms = status, told.tries + 1, round((time.monotonic() - began) * 1000, 1)
        self._tell(told)

    def lost(self, told: Told) -> None:
        """It is never sent."""
        self._tell(told)


def masked(text: str) -> str:
    """The same without the values of secrets."""
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def readable(body: str, kind: str = "") -> str:
    """A body for people: secrets masked, files counted, and not longer than anybody reads."""
    if kind.startswith(("multipart/", "image/", "audio/", "video/", "application/octet-stream")):
        return f"({kind.partition(';')[0]}, {len(body.encode())} B)"
    # A secret may not be cut in two: then its end would not be found.
    text = masked(body[: 2 * SHOWN])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
