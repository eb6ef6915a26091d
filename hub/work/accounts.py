"""Accounts of why each item waits: written down when they change, at most once a second, so that every node can show them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from hub.kernel.database import Database
from hub.work.facts import why_waiting
from hub.work.sql import QUERIES
from routing.engine import Engine

EVERY_S = 1.0
AT_ONCE = 1500
"""How many causes are looked at in one go; the items that are left come a second later."""
MOST = 20
"""How many causes are kept of one item."""

Explained = Callable[[Sequence[str]], Awaitable[None]]
"""Is told the items of which there is a new account."""


class Accounts:
    """Remembers which items to look at again, and what was written last; an item that does not wait has no account."""

    def __init__(self, database: Database, token: int, engine: Engine, explained: Explained) -> None:
        self._database = database
        self._token = token
        self._engine = engine
        self._explained = explained
        self._stale: dict[str, None] = {}
        self._written: dict[str, list[dict[str, Any]]] = {}
        self._not_before = 0.0

    @property
    def due_at(self) -> float | None:
        """When there is something to write, or None."""
        return self._not_before if self._stale else None

    def look_at(self, ids: Iterable[str]) -> None:
        """Something happened to these items."""
        self._stale.update(dict.fromkeys(ids))

    def look_at_all(self) -> None:
        """Something happened that may concern every item that waits."""
        self._stale.update(dict.fromkeys(self._written))

    async def write(self, now: float) -> None:
        """Write down what has changed, unless that was done a moment ago."""
        if not self._stale or now < self._not_before:
            return
        self._not_before = now + EVERY_S
        changed = self._changed(now)
        if changed:
            await self._database.run(QUERIES.write_reasons, self._token, changed)
            await self._explained([one["id"] for one in changed])

    def _changed(self, now: float) -> list[dict[str, Any]]:
        changed, seen = list[dict[str, Any]](), 0
        while self._stale and seen < AT_ONCE:
            id_ = next(iter(self._stale))
            del self._stale[id_]
            causes = self._engine.reasons(id_, now) if self._engine.position(id_) is not None else []
            seen += 1 + len(causes)
            account = [why_waiting(cause, now) for cause in causes[:MOST]]
            if account and account != self._written.get(id_):
                changed.append({"id": id_, "reasons": account})
            self._remember(id_, account)
        return changed

    def _remember(self, id_: str, account: list[dict[str, Any]]) -> None:
        if account:
            self._written[id_] = account
        else:
            self._written.pop(id_, None)
