"""Collects the mail of one mailbox for ever: sweeps its folders, waits for news, begins anew after any doubt.

What has been handed over counts as stored when the next batch is asked for; only then is anything marked or moved.
"""

import asyncio
import hashlib
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from connectors.contract import Batch, Delivery
from connectors.email.imap.condition import Condition
from connectors.email.imap.line import Line
from connectors.email.imap.place import (
    FIRST_SPAN,
    Found,
    Place,
    Progress,
    is_wanted,
    mailbox_id,
    next_span,
    portions,
    progress_of,
)
from connectors.email.imap.session import SLOWEST, Declined, Session
from connectors.email.judging import Judge
from connectors.email.mime import RAW_LIMIT
from connectors.email.payloads import KIND, external_id
from connectors.email.settings import Settings, folders_of, imap_user
from connectors.email.tokens import Tokens
from connectors.errors import AuthFailed, ConnectorError

PARTIAL_BYTES = 512 * 1024
"""How much of a mail over the cap is kept."""
BROKE, DECLINED = 1, 3
PARTIAL_AFTER, STUB_AFTER = 8, 10
"""A mail that could not be fetched has strikes: a broken connection is one, a clear no three. From so many on we ask for its beginning
only, and at last set it aside unread, so that those behind it go on."""
ACTING_AT_MOST = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: for an answer; until waiting is renewed, with one folder and with several; between attempts, at first and at last, and
    after a refused sign-in."""

    answer: float = 60.0
    idle: float = 300.0
    idle_several: float = 60.0
    first_pause: float = 1.0
    last_pause: float = 120.0
    refused_pause: float = 300.0


class Collector:
    """The mailbox of one channel."""

    def __init__(
        self,
        settings: Settings,
        tokens: Tokens | None,
        judge: Judge,
        *,
        now: Callable[[], float],
        changed: Callable[[], None],
        patience: Patience,
    ) -> None:
        self._settings = settings
        self._judge = judge
        self._tokens = tokens
        self._now = now
        self._patience = patience
        self._strikes: dict[tuple[str, int, int], int] = {}
        self._progress = Progress("", 0.0)
        self._junk = ""
        self.condition = Condition(now, changed)

    async def batches(self, cursor: Mapping[str, Any] | None) -> AsyncGenerator[Batch, None]:
        """Mails oldest first, and the cursor behind them, for ever. Whatever fails is tried again, with pauses that grow."""
        settings = self._settings
        mailbox = mailbox_id(settings.imap_host, imap_user(settings))
        self._progress = progress_of(cursor, mailbox, first=settings.imap_first, now=self._now())
        pause = self._patience.first_pause
        while True:
            before, pause = self._progress, min(pause, self._patience.last_pause)
            try:
                async with self.signed_in() as line, aclosing(self._follow(line)) as batches:
                    async for batch in batches:
                        yield batch
            except AuthFailed as error:
                self.condition.refused(str(error))
                pause = self._patience.refused_pause
            except ConnectorError as error:
                self.condition.failed(str(error))
                pause = self._patience.first_pause if before != self._progress else pause
            log.warning("mailbox %s: %s", imap_user(settings), self.condition.problem)
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311
            pause *= 2

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[Line]:
        """A session with the mailbox. Raises AuthFailed, Unavailable."""
        settings, patience = self._settings, self._patience
        line = Line(Session(settings.imap_host, settings.imap_port, settings.imap_tls, seconds=patience.answer), patience.answer * 1.5)
        try:
            await line.do(line.session.connect)
            await self.sign_in(line)
            yield line
        finally:
            line.end()

    async def sign_in(self, line: Line) -> None:
        """By password, or with a token; one that was withdrawn before its time is replaced once."""
        user, password = imap_user(self._settings), self._settings.imap_password or self._settings.relay_password
        if self._tokens is None:
            return await line.do(line.session.sign_in, user, password)
        try:
            await line.do(line.session.sign_in, user, "", await self._tokens.token())
        except AuthFailed:
            self._tokens.forget()
            await line.do(line.session.sign_in, user, "", await self._tokens.token())

    # ── Sweeping ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _follow(self, line: Line) -> AsyncGenerator[Batch, None]:
        """Sweep, wait, sweep, ... in one session."""
        session, patience = line.session, self._patience
        names = await self._names(line)
        waiting = patience.idle if len(names) == 1 else patience.idle_several
        while True:
            for name in names:
                async with aclosing(self._sweep(line, name)) as batches:
                    async for batch in batches:
                        yield batch
            self.condition.swept(await line.do(session.quota))
            # What came since the sweep is told by no IDLE: only what comes after this look is.
            folder = await line.do(session.open_folder, names[0])
            place = self._progress.place(names[0], folder)
            if folder.next_uid <= place.uid + 1:
                await line.long(waiting, session.idle, waiting, min(waiting, patience.idle_several))

    async def _names(self, line: Line) -> list[str]:
        names = list(folders_of(self._settings))
        junk = await line.do(line.session.junk) if self._settings.imap_junk else ""
        if self._settings.imap_junk and not junk:
            self.condition.note("the server does not say which folder is for junk")
        self._junk = junk
        return [*names, junk] if junk and junk not in names else names

    async def _sweep(self, line: Line, name: str) -> AsyncGenerator[Batch, None]:
        """All of a folder that has not been read, in spans of numbers, in portions of mails."""
        writes = self._settings.imap_after != "leave"
        folder = await line.do(line.session.open_folder, name, write=writes)
        place = await self._act(line, self._progress.place(name, folder))
        if self._progress.at(name, place) != self._progress:
            self._progress = self._progress.at(name, place)
            yield Batch((), self._progress.as_cursor())
        span = FIRST_SPAN
        while place.uid + 1 < folder.next_uid:
            last = min(place.uid + span, folder.next_uid - 1)
            found = await line.do(line.session.sizes, place.uid + 1, last)
            wanted = [one for one in found if is_wanted(one, place, self._progress.since)]
            for portion in portions(wanted, self._struck(name, place), limit=RAW_LIMIT):
                deliveries = await self._fetched(line, name, place, portion)
                uids = tuple(one.uid for one in portion)
                place = replace(place, uid=uids[-1], acting=(*place.acting, *uids)[-ACTING_AT_MOST:] if writes else ())
                self._progress = self._progress.at(name, place)
                yield Batch(tuple(deliveries), self._progress.as_cursor())
                place = await self._act(line, place)
                self._progress = self._progress.at(name, place)
            place = replace(place, uid=last)
            self._progress = self._progress.at(name, place)
            if not wanted:
                yield Batch((), self._progress.as_cursor())
            span = next_span(span, len(found))

    async def _act(self, line: Line, place: Place) -> Place:
        """Mark or move what is stored. What the server does not let us do is said, and left as it is."""
        if not place.acting:
            return place
        settings, session = self._settings, line.session
        try:
            if settings.imap_after == "move":
                await line.do(session.move, place.acting, settings.imap_move_to)
            elif settings.imap_after == "read":
                await line.do(session.mark_read, place.acting)
        except Declined as error:
            self.condition.note(str(error))
        return replace(place, acting=())

    # ── Fetching ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _struck(self, name: str, place: Place) -> list[int]:
        return [uid for folder, validity, uid in self._strikes if (folder, validity) == (name, place.validity)]

    async def _fetched(self, line: Line, name: str, place: Place, portion: Sequence[Found]) -> list[Delivery]:
        """The mails of a portion that are still there, as deliveries. Raises Unavailable; whichever may be the cause has a strike."""
        strikes = max(self._strikes.get((name, place.validity, one.uid), 0) for one in portion)
        partial = portion[0].size > RAW_LIMIT or strikes >= PARTIAL_AFTER
        if strikes >= STUB_AFTER:
            return [self._stub(name, place, portion[0])]
        try:
            bodies = await self._bodies(line, portion, PARTIAL_BYTES if partial else 0)
        except ConnectorError as error:
            weight = DECLINED if isinstance(error, Declined) else BROKE
            for one in portion:
                key = (name, place.validity, one.uid)
                self._strikes[key] = self._strikes.get(key, 0) + weight
            raise
        for one in portion:
            self._strikes.pop((name, place.validity, one.uid), None)
        told = [(one, bodies[one.uid]) for one in portion if one.uid in bodies]
        return [await self._delivery(name, one, body, partial=partial) for one, body in told]

    async def _bodies(self, line: Line, portion: Sequence[Found], only: int) -> dict[int, bytes]:
        session = line.session
        size = only or sum(one.size for one in portion)
        bodies = await line.long(size / SLOWEST, session.bodies, [one.uid for one in portion], size, only=only)
        for one in portion:  # whoever is missing was removed meanwhile, or else the server keeps something from us
            if one.uid in bodies:
                continue
            there: list[Found] = await line.do(session.sizes, one.uid, one.uid)
            if there:
                raise Declined(f"the server does not hand out mail {one.uid}, which is there")
        return bodies

    async def _delivery(self, folder: str, found: Found, body: bytes, *, partial: bool) -> Delivery:
        headers = {"folder": folder, "uid": str(found.uid)}
        if word := await self._judge.word(body, None):
            headers["authentication"] = word
        if folder == self._junk:
            headers["junk"] = folder
        if partial:
            headers["partial"] = str(found.size)
        return Delivery(KIND, await asyncio.to_thread(external_id, body), body, headers)

    def _stub(self, folder: str, place: Place, found: Found) -> Delivery:
        """A mail that the server does not hand out: set aside, so that somebody looks for it there."""
        said = f"{self._progress.mailbox}\0{folder}\0{place.validity}\0{found.uid}"
        headers = {"folder": folder, "uid": str(found.uid), "unfetched": str(found.size)}
        return Delivery(KIND, hashlib.sha256(said.encode("utf-8", "replace")).hexdigest(), b"", headers)
