"""What may be written to a customer now: whether we may begin at all, and the steps of a channel's window. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

What = Literal["free", "tagged", "template", "closed"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be written, and until when (seconds since the epoch) that holds; None: for ever, or until the customer writes."""

    what: What
    until: float | None = None


def allowed(window: Sequence[Mapping[str, Any]], last_in_at: float | None, now: float) -> Allowed:
    """The step that holds now. Who never wrote is past them all; a channel without steps is free for ever."""
    if not window:
        return Allowed("free")
    for step in window[:-1]:
        until = None if last_in_at is None else last_in_at + float(step["hours"]) * 3600
        if until is not None and now < until:
            return Allowed(cast("What", step["allows"]), until)
    return Allowed(cast("What", window[-1]["allows"]))


def must_agree_first(consent: str, *, wrote: bool, given: bool | None) -> bool:
    """Whether nobody may write yet: the channel wants the customer to have agreed (`opt_in`), and he neither wrote there nor agreed.

    `given`: what stands written down of it, None for nothing. Who wrote first is answered.
    """
    return consent == "opt_in" and not wrote and given is not True
