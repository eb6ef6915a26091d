"""Reads in the ledger what customers wrote, answers what wants an automatic answer, and raises the alarm when a machine does not stop."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import msgspec

from hub.answers.deciding import Asked, Manner, domain_of, sender_of, what_to_say
from hub.answers.languages import language_of
from hub.answers.loops import MOST_AN_HOUR, how_many_alike
from hub.answers.model import AnswerTexts, What
from hub.answers.opening import kept_hours, state_at
from hub.answers.wording import base, chosen_language, complete, filled, safe_name, text_of, when
from hub.kernel.database import AGAIN, GONE, Database, Record, queries
from hub.kernel.lease import Lease, holding
from hub.kernel.ledger import EventRow

log = logging.getLogger(__name__)
QUERIES = queries(__package__)

BATCH = 50
PAUSE_S = 0.2
"""The least between two looks: whoever writes much costs one query for all of it, and in a flood answers wait, not what is taken in."""
SLOW_POLL_S = 30.0
SUSPECTS = 5
"""So many senders are looked at closely in one look. In a flood the others are met in one of the next: whoever has stopped is no loop."""
MOST_PER_DOMAIN = 30
"""Automatic answers an hour to one company's domain: many senders there may be one machine."""
OWN = UUID("7c0a5f6e-2f0d-5a0b-9a3e-6f1d1c7f2b90")
"""The namespace in which the id of an answer follows from that of what it answers: nobody can write two."""


class Answering:
    """One node at a time does it. `committed` is called after it wrote something."""

    def __init__(self, database: Database, lease: Lease, committed: Callable[[], None], now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._lease = lease
        self._committed = committed
        self._now = now
        self._bell = asyncio.Event()

    def heard(self, events: Iterable[EventRow]) -> None:
        """Something happened: perhaps a customer wrote."""
        if any(event.type == "message.created" and event.actor_kind == "customer" for event in events):
            self._bell.set()

    async def run(self) -> None:
        """For ever. What cannot be read or written now waits; where the ledger was left is kept."""
        async with holding(self._lease):
            while True:
                await self._lease.held()
                self._bell.clear()
                try:
                    more = await self.look()
                except (*GONE, asyncpg.PostgresError) as error:
                    log.warning("automatic answers: the database did not do it (%r)", error)
                    more = False
                    await asyncio.sleep(1)
                await asyncio.sleep(PAUSE_S)
                if not more:
                    await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(SLOW_POLL_S):
                await self._bell.wait()
        except TimeoutError:
            return

    async def look(self) -> bool:
        """Look through what is new in the ledger; whether there is more. Doing it twice writes nothing twice."""
        span = await self._database.row(QUERIES.span)
        if span is None or span["after"] >= span["head"]:
            return False
        rows = await self._database.rows(QUERIES.asked, span["after"], span["head"], BATCH, MOST_AN_HOUR)
        await self._watch(rows)
        wrote = [await self._answer(row) for row in rows]
        more = len(rows) == BATCH
        await self._database.run(QUERIES.move_on, rows[-1]["position"] if more else span["head"])
        if any(wrote):
            self._committed()
        return more

    # ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, row: Record) -> bool:
        """Whether an answer was written."""
        if row["acknowledges"] is None:
            return False
        now = self._now()
        is_open, changes_at = state_at(kept_hours(row["hours"], now), now)
        what = what_to_say(_asked(row), _manner(row), is_open=is_open)
        if what is None:
            return False
        language, text = await self._text(row, what, changes_at, now)
        said = await self._surely(QUERIES.answer, _letter(row, what, language, text))
        log.info("automatic answer to message %s: %s", row["id"], said)
        return bool(said == "written")

    async def _text(self, row: Record, what: What, opens: datetime | None, now: float) -> tuple[str, str]:
        """The language, and what is said in it."""
        texts = complete(msgspec.convert(list(row["texts"].values()), list[AnswerTexts]))
        detected = ""
        if base(row["locale"]) not in texts:
            detected = await asyncio.to_thread(language_of, f"{row['subject']}\n{row['text']}", frozenset(texts))
        language = chosen_language(row["locale"], detected, row["fallback"], texts)
        values = {
            "code": row["code"],
            "name": safe_name(row["name"]),
            "queue": row["queue_name"],
            "opens": when(opens, now, language) if what == "closed" else "",
        }
        return language, filled(text_of(texts[language], what), values)

    # ── Loops ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _watch(self, rows: Sequence[Record]) -> None:
        """Raise the alarm about those who say the same again and again; what else such a sender's work waits for is not offered."""
        newest = {row["identity_id"]: row["id"] for row in rows if row["many"] and not row["alarmed"]}  # it stands for all before it
        many = list(newest.values())[-SUSPECTS:]
        said: Mapping[UUID, Sequence[str]] = {}
        if many:
            said = {row["id"]: row["texts"] for row in await self._database.rows(QUERIES.said_last, many)}
        for id_, texts in said.items():
            if (count := how_many_alike(texts)) > MOST_AN_HOUR and await self._surely(QUERIES.raise_alarm, id_, count):
                log.warning("alarm: a sender wrote the same %d times within an hour; message %s", count, id_)
                self._committed()
        for topic in {row["topic"] for row in rows if row["alarmed"]}:
            await self._surely(QUERIES.pause, topic)
            self._committed()

    async def _surely(self, sql: str, *arguments: Any) -> Any:
        """Again when two transactions met."""
        while True:
            try:
                return await self._database.value(sql, *arguments)
            except AGAIN:
                await asyncio.sleep(0.02)


def _asked(row: Record) -> Asked:
    names = ("kind", "address_kind", "address", "context", "age_s", "first", "waits", "own", "alarmed")
    return Asked(**{name: row[name] for name in names})


def _manner(row: Record) -> Manner:
    return Manner(row["acknowledges"], row["tells_closed"], frozenset(row["kinds"]))


def _letter(row: Record, what: What, language: str, text: str) -> dict[str, Any]:
    return {
        "id": str(uuid5(OWN, str(row["id"]))),
        "answers": str(row["id"]),
        "what": what,
        "language": language,
        "text": text,
        "sender": sender_of(row["address_kind"], row["address"]),
        "domain": domain_of(row["address_kind"], row["address"]),
        "most_per_domain": MOST_PER_DOMAIN,
    }
