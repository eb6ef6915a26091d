"""What happened and the bot has not confirmed: asked for by getUpdates, or brought to a webhook; kept for 24 hours, as Telegram does."""

import asyncio
import contextlib
import copy
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from sandbox.trips import Diary, Purpose, Told

KEPT_S = 24 * 3600.0
QUIET_S = 7 * 24 * 3600.0
FUTURE = 10
"""An offset so far beyond the last number is none of the bot's: Telegram then begins at the oldest."""
UNASKED = ("message_reaction", "message_reaction_count", "chat_member")
"""What a bot gets only when it names it."""
FIRST_RETRY_S, LAST_RETRY_S = 0.2, 5.0
"""Telegram's own pauses are longer; here nobody wants to wait."""
ANSWER_S = 30.0


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened."""

    number: int
    at: float
    body: dict[str, Any]


@dataclass(slots=True)
class Webhook:
    """Where updates are brought, and how the last attempt failed."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    last_error_date: int = 0
    last_error_message: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is not confirmed yet, who may be told of what, and the last number with its time."""

    pending: list[Update]
    allowed: list[str]
    webhook: Webhook
    last: int
    last_at: float


class Replaced(Exception):
    """Another getUpdates came while this one waited."""


@dataclass(slots=True)
class Updates:
    """The line of updates of one bot. `clock`: seconds since the epoch. `fault`: the misbehaviour that is due for a webhook, if one is."""

    fault: Callable[..., Any]
    answered: Callable[[Any], Awaitable[None]]
    """Does the call that a webhook's answer holds."""
    diary: Diary
    clock: Callable[[], float] = time.time
    pending: list[Update] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    webhook: Webhook = field(default_factory=Webhook)
    _told: dict[int, Told] = field(default_factory=dict)
    """Number of an update that is pending -> what stands of it in the diary."""
    _last: int = 800_000_000
    _last_at: float = 0.0

    _turn: int = 0
    _open: bool = True
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def begin(self, first: int) -> None:
        """Numbers of updates go on from here."""
        self._last += first

    def known(self) -> Known:
        return Known(self.pending, self.allowed, self.webhook, self._last, self._last_at)

    def recall(self, known: Known) -> None:
        self.pending, self.allowed, self.webhook = known.pending, known.allowed, known.webhook
        self._last, self._last_at = known.last, known.last_at

    async def add(self, word: str, body: dict[str, Any]) -> None:
        """Something happened, of a kind that the bot may have asked for or not; it is told as it was, whatever changes afterwards."""
        if word not in (self.allowed or [word] * (word not in UNASKED)):
            return
        number = self._last + 1 if self.clock() - self._last_at < QUIET_S or not self._last_at else random.randrange(1, 2**31)  # noqa: S311
        self._last, self._last_at = number, self.clock()
        self.pending.append(Update(number, self.clock(), {"update_id": number, word: copy.deepcopy(body)}))
        await self.wake()

    async def get(self, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """Confirm all below `offset`; then what is there, as soon as something is. Raises Replaced."""
        began = time.monotonic()
        self._turn += 1
        turn = self._turn
        self._confirm(offset)
        await self.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: self.pending or self._turn != turn or not self._open)
        if self._turn != turn:
            raise Replaced
        self._expire()
        given = self.pending[:limit]
        for one in given:
            self.diary.answered(self._entry(one, "getUpdates"), 200, max(began, time.monotonic() - self.clock() + one.at))
        return [one.body for one in given]

    def _entry(self, update: Update, where: str) -> Told:
        """What stands of an update in the diary: one entry, however often it is told."""
        pending = {one.number for one in self.pending}
        self._told = {number: told for number, told in self._told.items() if number in pending}
        what = next(name for name in update.body if name != "update_id")
        begin = self.diary.begin
        return self._told.get(update.number) or self._told.setdefault(
            update.number, begin("telegram", what, where, json.dumps(update.body, ensure_ascii=False))
        )

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset <= self._last + FUTURE:
            self.pending = [one for one in self.pending if one.number >= offset]

    def _expire(self) -> None:
        self.pending = [one for one in self.pending if self.clock() - one.at < KEPT_S]

    async def until(self, wanted: Callable[[], object]) -> None:
        """Wait until something is so, as soon as it is."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(wanted()))

    async def wake(self) -> None:
        """Whoever waits for something looks again."""
        async with self._changed:
            self._changed.notify_all()

    async def close(self) -> None:
        """Nobody waits any longer."""
        self._open = False
        await self.wake()

    # ── Webhook ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def bring(self) -> None:
        """Bring updates to the webhook for ever, one after the other; what is not taken is brought again."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session:
            pause = FIRST_RETRY_S
            while True:
                await self.until(lambda: self.pending and self.webhook.url)
                self._expire()
                if not self.pending or await self._bring_first(session):
                    pause = FIRST_RETRY_S
                    continue
                await asyncio.sleep(pause)
                pause = min(pause * 2, LAST_RETRY_S)

    async def _bring_first(self, session: aiohttp.ClientSession) -> bool:
        fault = self.fault("twice", "late", "shuffled", "unsigned", "lost", purpose=Purpose("telegram"))
        kind = fault.kind if fault else ""
        if kind == "late":
            await asyncio.sleep(fault.ms / 1000)
        if kind == "shuffled" and len(self.pending) > 1:
            self.pending[:2] = reversed(self.pending[:2])
        update = self.pending[0]
        if kind == "twice":
            await self._post(session, update, signed=True)
        if kind == "lost":
            self.diary.lost(self._entry(update, self.webhook.url))
        taken = kind == "lost" or await self._post(session, update, signed=kind != "unsigned")
        if taken:
            self.pending = [one for one in self.pending if one is not update]
            await self.wake()
        return taken

    async def _post(self, session: aiohttp.ClientSession, update: Update, *, signed: bool) -> bool:
        secret = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret} if signed and self.webhook.secret else {}
        told, began, status = self._entry(update, self.webhook.url), time.monotonic(), 0
        try:
            async with session.post(self.webhook.url, json=update.body, headers=secret, allow_redirects=False) as response:
                body, status = await response.read(), response.status
                problem = "" if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            body, problem = b"", f"Connection failed: {type(error).__name__}"
        self.diary.answered(told, status, began)
        if problem:
            self.webhook.last_error_date, self.webhook.last_error_message = int(self.clock()), problem
            return False
        with contextlib.suppress(ValueError):
            await self.answered(json.loads(body))
        return True
