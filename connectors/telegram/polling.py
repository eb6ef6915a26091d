"""Asking Telegram for what is new, for ever. Asking with a higher offset confirms, so that is done only after the last batch is stored.

The library's own `get_updates` reads a whole batch at once, and one update that it cannot read would hold back all others: so the plain
answer is taken, and every update is a delivery of its own.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from telegram import Bot

from connectors.contract import Batch
from connectors.errors import RateLimited, Unavailable
from connectors.telegram.failures import asking
from connectors.telegram.payloads import delivery_of, press_of
from connectors.telegram.words import WANTED

log = logging.getLogger(__name__)

LONG_POLL_S = 50
MARGIN_S = 15.0
"""How much later than promised an answer may come."""
LAST_PAUSE_S = 30.0
COURTESY_S = 5.0
KEPT_S = 24 * 3600.0
"""How long Telegram keeps what nobody has asked for."""
QUIET_S = 6 * 24 * 3600.0
"""After a week without updates Telegram goes on with any number: before that the old one is forgotten. What comes again has a known id."""
Raw = dict[str, Any]


@dataclass(slots=True)
class Pulse:
    """How the asking goes, for the channel's health. Times are seconds since the epoch, 0 for never."""

    failing_since: float = 0.0
    problem: str = ""
    missed_from: float = 0.0
    missed_until: float = 0.0
    """A time so long that Telegram has thrown away what was written in it."""

    def went_well(self) -> None:
        self.failing_since, self.problem = 0.0, ""

    def failed(self, now: float, problem: str) -> None:
        self.failing_since, self.problem = self.failing_since or now, problem

    def resumed(self, before: float, now: float) -> None:
        """The last answer before this one came at `before`."""
        if before and now - before > KEPT_S:
            self.missed_from, self.missed_until = before, now - KEPT_S


class Polling:
    """One bot's long poll. `first_pause`: seconds before the second try."""

    def __init__(self, bot: Bot, now: Callable[[], float], *, first_pause: float = 1.0) -> None:
        self._bot = bot
        self._now = now
        self._first_pause = first_pause
        self.pulse = Pulse()

    async def batches(self, cursor: Mapping[str, object] | None) -> AsyncIterator[Batch]:
        """Batches of updates, also empty ones, so that the cursor says until when we have heard everything."""
        offset, asked, heard = (_number(cursor, word) for word in ("offset", "asked", "heard"))
        self.pulse.missed_from, self.pulse.missed_until = (_number(cursor, word) for word in ("missed_from", "missed_until"))
        while True:
            if heard and self._now() - heard > QUIET_S:
                offset = 0
            updates = await self._patiently(int(offset))
            self.pulse.resumed(asked, self._now())
            asked = self._now()
            if updates:
                offset, heard = updates[-1]["update_id"] + 1, asked
            bodies = [msgspec.json.encode(one) for one in updates]
            missed = {"missed_from": self.pulse.missed_from, "missed_until": self.pulse.missed_until}
            yield Batch(tuple(map(delivery_of, bodies)), {"offset": int(offset), "asked": asked, "heard": heard, **missed})
            await self._say_seen(bodies)

    async def _patiently(self, offset: int) -> list[Raw]:
        """The next updates, however often it takes. Raises AuthFailed."""
        pause = self._first_pause
        while True:
            try:
                updates = await self._ask(offset)
            except Unavailable as error:
                self.pulse.failed(self._now(), str(error))
                log.warning("telegram does not answer: %s", error)
                await asyncio.sleep(error.retry_after if isinstance(error, RateLimited) else pause)
                pause = min(pause * 2, LAST_PAUSE_S)
            else:
                self.pulse.went_well()
                return updates

    async def _ask(self, offset: int) -> list[Raw]:
        wanted: dict[str, Any] = {"timeout": LONG_POLL_S, "allowed_updates": list(WANTED), "offset": offset or None}
        with asking():
            # In capitals or not is the same to Telegram; the library warns of a name that it has a method for.
            found = await self._bot.do_api_request("getupdates", api_kwargs=wanted, read_timeout=LONG_POLL_S + MARGIN_S)
        if not isinstance(found, list) or not all(isinstance(one, dict) and isinstance(one.get("update_id"), int) for one in found):
            raise Unavailable("the answer is no list of updates")
        return found

    async def _say_seen(self, updates: list[bytes]) -> None:
        """Take the clock off the buttons that were pressed, now that the presses are stored: a courtesy, tried once."""
        presses = [press for press in map(press_of, updates) if press]
        with suppress(TimeoutError):
            async with asyncio.timeout(COURTESY_S):
                await asyncio.gather(*map(self._bot.answer_callback_query, presses), return_exceptions=True)


def _number(cursor: Mapping[str, object] | None, word: str) -> float:
    value = (cursor or {}).get(word, 0)
    return float(value) if isinstance(value, int | float) else 0.0
