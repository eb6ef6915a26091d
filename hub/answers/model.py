"""The shapes of automatic answers, opening hours and alarms."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.kernel.shapes import ChannelRef, Named
from hub.kernel.web import Input, View

What = Literal["acknowledged", "closed"]
Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Words = Annotated[str, Meta(max_length=5000, pattern=r"^[^\x00]*$")]


class Stretch(Input):
    """From one time of day to another, as `09:00`; `00:00` as the end is the end of the day."""

    opens: Clock
    closes: Clock


class SpecialDay(Input):
    """A date (`2026-12-25`) that has hours of its own; without any it is closed. `yearly`: every year."""

    date: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    name: Annotated[str, Meta(max_length=100, pattern=r"^[^\x00]*$")] = ""
    yearly: bool = False
    stretches: Annotated[list[Stretch], Meta(max_length=10)] = msgspec.field(default_factory=list)


class OpeningHours(Input):
    """When a queue is served. `zone`: a name of the time zone database; `week`: Monday first."""

    zone: Annotated[str, Meta(max_length=60)]
    week: Annotated[list[Annotated[list[Stretch], Meta(max_length=10)]], Meta(min_length=7, max_length=7)]
    days: Annotated[list[SpecialDay], Meta(max_length=200)] = msgspec.field(default_factory=list)


class AnswerTexts(Input):
    """What is said in one language. `{{code}}`, `{{name}}`, `{{opens}}` and `{{queue}}` are filled in; an empty text is the usual one."""

    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
    acknowledged: Words
    closed: Words


class AnswersInput(Input):
    """What a queue answers by itself, and when it is open. `kinds`: on which kinds of channels. Without `hours` it is always open."""

    acknowledges: bool
    tells_closed: bool
    kinds: Annotated[list[Literal["mail", "chat", "message"]], Meta(max_length=3)]
    hours: OpeningHours | None
    texts: Annotated[list[AnswerTexts], Meta(max_length=20)]


class Answers(View):
    """What a queue answers by itself, and how it is now: `changes_at` says when it opens or closes next (null: never)."""

    queue: Named
    acknowledges: bool
    tells_closed: bool
    kinds: list[str]
    hours: OpeningHours | None
    texts: list[AnswerTexts]
    open: bool
    changes_at: datetime | None


class AnswersList(View):
    """Every queue; the time zones that there are, and the variables of the texts."""

    items: list[Answers]
    zones: list[str]
    variables: list[str]


class AnswersPreview(View):
    """How it would be with these settings now, and what customers would read; `fallback` is the language of whoever's is not known."""

    open: bool
    changes_at: datetime | None
    texts: list[AnswerTexts]
    fallback: str


class AnswersTrial(Input):
    """Which text is sent to oneself, in which language."""

    what: What
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]


class AnswersTried(View):
    """Where it was sent to, from which address."""

    to: str
    channel: str


class AlarmView(View):
    """A sender who says the same again and again. Until it is settled, nothing of that sender's is answered by itself or offered."""

    id: str
    kind: Literal["loop"]
    address: str
    count: int
    raised_at: datetime
    settled_at: datetime | None
    settled_by: str
    customer: Named
    topic: str
    code: str
    channel: ChannelRef


class AlarmList(View):
    """The alarms that stand, the newest first."""

    items: list[AlarmView]


class AlarmSettled(Input):
    """Whether it may go on; false stops it again."""

    settled: bool
