"""What each queue answers by itself and when it is open: read, checked, kept, tried out."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from connectors.contract import Address, Outgoing
from connectors.errors import ConnectorError
from hub.answers.answering import QUERIES
from hub.answers.model import Answers, AnswersInput, AnswersList, AnswersPreview, AnswersTried, AnswerTexts, OpeningHours, What
from hub.answers.opening import hours_of, kept_hours, refuse, state_at, today_in_utc, zones
from hub.answers.wording import VARIABLES, base, complete, filled, own_words, strange, text_of, when
from hub.channels.model import OpenChannel
from hub.errors import Conflict, Invalid, NotFound, Unavailable
from hub.kernel.database import Database, Record
from hub.kernel.shapes import Named
from routing.hours import Hours

SEND_S = 30.0
EXAMPLE = {"code": "B7K-2QF", "name": "Lucía"}
"""What stands in a preview where a customer's own will stand."""


class AnswerBook:
    """The verbs of administration. `channels`: those that are open on this node."""

    def __init__(
        self,
        database: Database,
        channels: Callable[[], Mapping[UUID, OpenChannel]],
        committed: Callable[[], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._channels = channels
        self._committed = committed
        self._now = now

    async def all(self) -> AnswersList:
        """Every queue."""
        rows = await self._database.rows(QUERIES.all, None)
        return AnswersList(items=[self._view(row) for row in rows], zones=list(zones()), variables=list(VARIABLES))

    async def one(self, queue: str) -> Answers:
        """One queue. Raises NotFound."""
        return self._view(await self._row(queue))

    async def keep(self, queue: str, given: AnswersInput, agent: str) -> Answers:
        """Keep this. Raises Invalid naming the field, NotFound."""
        await self._row(queue)
        self._checked(given)
        texts = {one.language: msgspec.to_builtins(one) for one in own_words(given.texts)}
        async with self._database.transaction() as connection:
            await connection.execute(QUERIES.keep, queue, given.acknowledges, given.tells_closed, sorted(set(given.kinds)), texts)
            await connection.execute(QUERIES.keep_hours, queue, msgspec.to_builtins(given.hours))
            await connection.execute(QUERIES.tell, queue, agent)
        self._committed()
        return await self.one(queue)

    async def preview(self, queue: str, given: AnswersInput) -> AnswersPreview:
        """How it would be. Raises as `keep`."""
        row = await self._row(queue)
        hours, now = self._checked(given), self._now()
        is_open, changes_at = state_at(hours, now)
        opens = changes_at if not is_open else _next_opening(hours, changes_at)
        texts = [_example(one, row["name"], when(opens, now, one.language)) for one in complete(given.texts).values()]
        return AnswersPreview(open=is_open, changes_at=changes_at, texts=texts, fallback=base(row["fallback"]))

    async def try_out(self, queue: str, what: What, language: str, agent: str) -> AnswersTried:
        """Send a colleague one of the texts. Raises NotFound, Invalid, Conflict (no mailbox is open), Unavailable (it did not go)."""
        kept = await self.one(queue)
        preview = await self.preview(queue, _as_given(kept))
        texts = next((one for one in preview.texts if one.language == language), None)
        if texts is None:
            raise refuse("language", f"there is no text in {language!r}")
        who = await self._database.row(QUERIES.address_of, agent)
        if who is None or who["own"]:
            raise Conflict("own_address", "your address is one of our own mailboxes, which never get automatic answers")
        channel = self._mailbox(UUID(queue))
        await _send(channel, _trial(text_of(texts, what), who, kept.queue.name))
        return AnswersTried(to=who["email"], channel=channel.channel.name)

    # ── Within ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _row(self, queue: str) -> Record:
        row = await self._database.row(QUERIES.all, queue)
        if row is None:
            raise NotFound("not_found", f"there is no queue {queue}")
        return row

    def _view(self, row: Record) -> Answers:
        now = self._now()
        is_open, changes_at = state_at(kept_hours(row["hours"], now), now)
        texts = complete(msgspec.convert(list(row["texts"].values()), list[AnswerTexts]))
        return Answers(
            queue=Named(id=str(row["id"]), name=row["name"]),
            acknowledges=row["acknowledges"],
            tells_closed=row["tells_closed"],
            kinds=row["kinds"],
            hours=msgspec.convert(row["hours"], OpeningHours | None),
            texts=list(texts.values()),
            open=is_open,
            changes_at=changes_at,
        )

    def _checked(self, given: AnswersInput) -> Hours | None:
        """The hours, when all is well. Raises Invalid."""
        if given.tells_closed and given.hours is None:
            raise refuse("hours", "to say that it is closed the queue needs opening hours")
        if problems := dict(_problems(given.texts)):
            raise Invalid("invalid", "; ".join(f"{field}: {said}" for field, said in problems.items()), fields=problems)
        return hours_of(given.hours, today_in_utc(self._now())) if given.hours else None

    def _mailbox(self, queue: UUID) -> OpenChannel:
        """The queue's own mailbox, else any that is open."""
        mail = [one for one in self._channels().values() if one.channel.kind == "mail"]
        mail.sort(key=lambda one: (one.channel.queue != queue, one.channel.name))
        if not mail:
            raise Conflict("no_mailbox", "no mail channel is open; switch one on first")
        return mail[0]


def _problems(texts: Sequence[AnswerTexts]) -> Iterable[tuple[str, str]]:
    seen: set[str] = set()
    for number, one in enumerate(texts):
        if one.language in seen:
            yield f"texts.{number}.language", f"{one.language} stands there twice"
        seen.add(one.language)
        for what, text in (("acknowledged", one.acknowledged), ("closed", one.closed)):
            if names := strange(text):
                yield f"texts.{number}.{what}", f"nobody fills in {', '.join(names)}; there are {', '.join(VARIABLES)}"


def _next_opening(hours: Hours | None, closes: datetime | None) -> datetime | None:
    """After it has closed: what a preview shows while it is open."""
    return state_at(hours, closes.timestamp())[1] if hours and closes else None


def _example(texts: AnswerTexts, queue: str, opens: str) -> AnswerTexts:
    values = {**EXAMPLE, "queue": queue, "opens": opens}
    return AnswerTexts(
        language=texts.language,
        acknowledged=filled(texts.acknowledged, {**values, "opens": ""}),
        closed=filled(texts.closed, values),
    )


def _as_given(kept: Answers) -> AnswersInput:
    return AnswersInput(acknowledges=kept.acknowledges, tells_closed=kept.tells_closed, kinds=[], hours=kept.hours, texts=kept.texts)


def _trial(text: str, who: Record, queue: str) -> Outgoing:
    to = Address("email", who["email"], who["name"])
    return Outgoing(id=str(uuid4()), to=to, text=text, subject=queue, automatic=True, forwarded=True)


async def _send(channel: OpenChannel, outgoing: Outgoing) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await channel.connector.send(outgoing)
    except (ConnectorError, TimeoutError) as error:
        raise Unavailable("not_sent", f"the mail did not go: {str(error) or 'no answer in time'}") from error
