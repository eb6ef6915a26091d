"""How collecting goes, as the channel's health says it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.contract import Health

DOWN_AFTER_S = 180.0
STALE_AFTER_S = 900.0
"""Without a look at the mailbox for so long, something is wrong even though nothing failed."""


@dataclass(slots=True)
class Condition:
    """What is known. `changed` is called when it becomes better or worse."""

    now: Callable[[], float]
    changed: Callable[[], None]
    problem: str = ""
    failing_since: float | None = None
    is_refused: bool = False
    notes: str = ""
    last_sweep: float | None = None
    quota: str = ""

    def swept(self, quota: str) -> None:
        """All folders were looked through."""
        better = self.last_sweep is None or self.failing_since is not None
        self.problem, self.failing_since, self.is_refused = "", None, False
        self.last_sweep, self.quota = self.now(), quota
        if better:
            self.changed()

    def failed(self, problem: str) -> None:
        """The session ended; another follows."""
        worse = self.failing_since is None
        self.problem, self.is_refused = problem, False
        self.failing_since = self.now() if self.failing_since is None else self.failing_since
        if worse:
            self.changed()

    def refused(self, problem: str) -> None:
        """The account is not accepted: somebody has to do something."""
        worse = not self.is_refused
        self.problem, self.is_refused = problem, True
        self.failing_since = self.now() if self.failing_since is None else self.failing_since
        if worse:
            self.changed()

    def note(self, what: str) -> None:
        """Mail comes in, but something else does not work."""
        if self.notes != what:
            self.notes = what
            self.changed()

    def health(self) -> Health:
        """As the contract says it; of a mailbox that is well, when it was looked through last."""
        looked = f"IMAP: {_clock(self.last_sweep)}" if self.last_sweep else "IMAP: –"
        if self.failing_since is not None:
            down = self.is_refused or self.now() - self.failing_since > DOWN_AFTER_S
            return Health("down" if down else "degraded", f"{self.problem} ({looked})", quota=self.quota)
        stale = self.last_sweep is not None and self.now() - self.last_sweep > STALE_AFTER_S
        return Health("degraded" if stale or self.notes else "up", self.notes or looked, quota=self.quota)


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
