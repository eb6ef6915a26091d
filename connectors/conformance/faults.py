"""What a provider can do wrong, and what a connector may make of it: the classes of error that fit, verb by verb."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.conformance.pretend import Asked, provider, way_out
from connectors.conformance.subject import Subject
from connectors.conformance.verdicts import DoesNotApply, named
from connectors.contract import Connector
from connectors.errors import Ambiguous, AuthFailed, RateLimited, Rejected, Unavailable

PATIENCE_S = 40.0
LONGEST_WAIT_S = 3600.0

WORDS: Mapping[str, str] = {
    "limited": "the provider said 'too many' (429)",
    "broken": "the provider broke (500)",
    "unauthorised": "the provider did not accept the credentials (401)",
    "nobody": "nobody listened at the provider's address",
    "hang": "the provider never answered",
    "cut": "the line dropped before the answer",
    "half": "the line dropped in the middle of the answer",
    "garbage": "the answer could not be read",
    "huge": "the answer was larger than any",
    "gone": "the provider did not have it any more (404)",
}

HTTPS_OWN = ("half", "huge", "gone")
"""What only the kit's own provider, which speaks HTTP, can do."""

Classes = tuple[type[BaseException], ...]
Wanted = Mapping[str, Classes]
Try = Callable[[Connector, str], Awaitable[object]]
"""Something to do with an open connector whose provider is at an address."""

CHANGED: Wanted = {
    "limited": (RateLimited,),
    "broken": (Ambiguous, Unavailable),
    "unauthorised": (AuthFailed,),
    "nobody": (Unavailable,),
    "hang": (Ambiguous, Unavailable),
    "cut": (Ambiguous, Unavailable),
    "garbage": (Ambiguous, Unavailable),
}
"""Where doing it twice does no more than once: who doubts, and who does not, is asked to do it again."""

ASKED: Wanted = {
    "limited": (Unavailable,),
    "broken": (Unavailable,),
    "unauthorised": (AuthFailed, Unavailable),
    "nobody": (Unavailable,),
    "hang": (Unavailable,),
    "cut": (Unavailable,),
    "garbage": (Unavailable,),
}
"""Where something is only asked for: no answer is no doubt, only a reason to ask again."""

FETCHED: Wanted = {**ASKED, "half": (Unavailable,), "gone": (Rejected,), "garbage": (Unavailable, Rejected)}
"""A file. What is gone will not come back; all else may."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of something that was tried."""

    result: object
    """What was returned, or the exception."""
    asked: Sequence[Asked]
    """What the provider was asked meanwhile."""


def needs_provider(subject: Subject) -> None:
    """Raise DoesNotApply where sending asks nobody."""
    if subject.type.manifest.receives in ("live", "none"):
        raise DoesNotApply("it asks no provider: the hub itself hands its messages over")


async def tried(subject: Subject, do: Try, fault: str = "") -> Outcome:
    """Do it once, with a provider that does this wrong; an empty `fault`: one that does all well."""
    async with provider(subject, fault) as there, way_out(there.url, fault) as egress, subject.build(there.url, egress) as connector:
        before = len(there.asked)
        try:
            result: object = await asyncio.wait_for(do(connector, there.url), PATIENCE_S)
        except Exception as error:
            result = error
        return Outcome(result, tuple(there.asked[before:]))


async def after_faults(subject: Subject, do: Try, faults: Iterable[str]) -> Mapping[str, Outcome]:
    """Fault -> what came of it; without those that the provider's protocol has no word for. All at once: each has its own provider."""
    lacks = (*(subject.offers("LACKS") or ()), *(HTTPS_OWN if subject.offers("provider") else ()))
    known = [one for one in faults if one not in lacks]
    return dict(zip(known, await asyncio.gather(*(tried(subject, do, one) for one in known)), strict=True))


async def wrong_classes(subject: Subject, what: str, do: Try, wanted: Wanted, *, fine: Sequence[str] = ()) -> list[str]:
    """Sentences on what did not give the right class. `fine`: faults that may as well pass without an error."""
    found = list[str]()
    for fault, outcome in (await after_faults(subject, do, wanted)).items():
        if isinstance(outcome.result, BaseException) or fault not in fine:
            found += judged(f"{what}: {WORDS[fault]}", outcome.result, wanted[fault])
    return found


def judged(where: str, result: object, classes: Classes) -> list[str]:
    """Whether it is one of the classes, and asks for a wait that makes sense."""
    names = " or ".join(one.__name__ for one in classes)
    if not isinstance(result, classes):
        return [f"{where}: {names} is right, it gave {said(result)}"]
    if isinstance(result, RateLimited) and "429" not in where:
        return [f"{where}: {names} is right, RateLimited is for 'too many'"]
    if isinstance(result, RateLimited) and not 0 < result.retry_after <= LONGEST_WAIT_S:
        return [f"{where}: retry_after is {result.retry_after}; seconds, more than 0, at most {LONGEST_WAIT_S:.0f}"]
    return []


def said(result: object) -> str:
    """A result in one line."""
    return named(result) if isinstance(result, BaseException) else repr(result)[:200]
