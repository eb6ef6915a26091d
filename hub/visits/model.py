"""The shapes of what is written down at the counter."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from hub.kernel.web import Input, View

Kind = Literal["visit", "letter", "fax", "call", "other"]
Id = Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class VisitInput(Input, kw_only=True):
    """A visit, a letter, a fax. The same `id` again writes nothing down twice."""

    id: Id
    kind: Kind
    text: Annotated[str, Meta(max_length=20_000)] = ""
    at: datetime | None = None
    """When it was, if not now."""
    channel: Id | None = None
    """Which counter, where there are several."""
    attachments: Annotated[list[Id], Meta(max_length=20)] = field(default_factory=list)
    mine: bool = False
    """Whether the caller takes the work that comes of it; otherwise it waits in the queue."""


class NewPersonVisit(VisitInput, kw_only=True):
    """The same, of somebody who is new; what they say of themselves is a hint, never a proof."""

    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    phone: Annotated[str, Meta(max_length=40)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""


class RecordedVisit(View):
    """What was written down. `mine`: whether the caller has the work now; if that was wanted and not possible, `why` says the reason."""

    customer: str
    message: str
    topic: str
    work: str | None
    mine: bool = False
    why: str = ""
