"""The shapes of templates."""

from datetime import datetime
from typing import Literal

from hub.kernel.web import View


class TemplateView(View):
    """A template. `text` has `{{1}}` or `{{name}}` where a variable goes; `variables` names them in order; only an approved one is sent."""

    name: str
    language: str
    text: str
    variables: list[str]
    category: str
    state: Literal["approved", "pending", "rejected", "paused"]
    examples: dict[str, str]


class TemplateList(View):
    """The templates of a channel, when they were fetched, and what went wrong the last time (empty: nothing)."""

    items: list[TemplateView]
    fetched_at: datetime | None
    problem: str
