"""Rules about what only some connectors can do: change messages, pass signs on, fetch files, answer questions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from connectors.conformance.faults import ASKED, CHANGED, FETCHED, Try, said, tried, wrong_classes
from connectors.conformance.subject import AT, Subject
from connectors.conformance.verbs import acting, actions, fetching, of_ours, of_theirs, signalling, to_fetch
from connectors.conformance.verdicts import DoesNotApply
from connectors.contract import Acts, Connector, Fetches, HasTemplates, Signals, Sweeps, Traces
from connectors.leaving import Action, Signal

DAY_S = 86_400.0


# ── Actions ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def actions_are_done(subject: Subject) -> Sequence[str]:
    """What the manifest lets an agent do reaches the provider, twice as once, and what goes wrong has the right class."""
    if not isinstance(subject.build(), Acts):
        raise DoesNotApply("nothing can be done to a message that is there")
    target = await of_ours(subject)
    several = await asyncio.gather(*(_done(subject, one) for one in actions(subject, target)))
    return [problem for found in several for problem in found]


async def _done(subject: Subject, action: Action) -> list[str]:
    what = f"act({action.kind})" if action.emoji or action.kind != "react" else "act(react), a sign taken away"

    do = acting(action)

    async def twice(connector: Connector, url: str) -> object:
        await do(connector, url)
        return await do(connector, url)

    well = await tried(subject, twice)
    if isinstance(well.result, BaseException):
        return [f"{what}, done twice: it gave {said(well.result)}"]
    if not well.asked:
        return [f"manifest.toml allows it, and {what} asked nobody"]
    return await wrong_classes(subject, what, do, CHANGED, fine=("garbage",))


# ── Signals ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def signals_fail_softly(subject: Subject) -> Sequence[str]:
    """Typing and read reach the provider; what goes wrong has the right class, or is let go: nobody sends a sign again."""
    if not isinstance(subject.build(), Signals):
        raise DoesNotApply("it passes on no signs")
    target = of_theirs(subject)
    signals = (Signal("typing", subject.to, target), Signal("read", subject.to, target), Signal("typing", subject.to, target, on=False))
    return [problem for one in signals for problem in await _passed_on(subject, one)]


async def _passed_on(subject: Subject, signal: Signal) -> list[str]:
    what = f"signal({signal.kind}{'' if signal.on else ' stopped'})"

    do = signalling(signal)
    well = await tried(subject, do)
    if isinstance(well.result, BaseException):
        return [f"{what}: it gave {said(well.result)}"]
    if not well.asked:
        promised = signal.kind == "typing" and signal.on and subject.type.manifest.typing
        return [f"manifest.toml says typing = true, and {what} asked nobody"] if promised else []
    return await wrong_classes(subject, what, do, CHANGED, fine=tuple(CHANGED))


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def files_are_fetched(subject: Subject) -> Sequence[str]:
    """A file that a sample names is fetched, to its end or not at all, and what goes wrong has the right class."""
    if not isinstance(subject.build(), Fetches):
        raise DoesNotApply("its files come with their messages")
    media = to_fetch(subject)
    if media is None:
        return ["it has fetch(), and no sample shows a file that must be fetched"]
    do = fetching(media)
    well = (await tried(subject, do)).result
    if not isinstance(well, bytes) or not well:
        return [f"fetch() of {media.name!r}: it gave {said(well)}"]
    return await wrong_classes(subject, f"fetch() of {media.name!r}", do, FETCHED, fine=("garbage",))


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def questions_fail_aloud(subject: Subject) -> Sequence[str]:
    """A history, the fate of a message or a list of templates that cannot be had is never taken for an empty one."""
    connector = subject.build()
    asks: dict[str, tuple[type, Try]] = {
        "sweep()": (Sweeps, _sweep),
        "trace()": (Traces, _trace),
        "templates()": (HasTemplates, _templates),
    }
    there = {what: do for what, (verb, do) in asks.items() if isinstance(connector, verb)}
    if not there:
        raise DoesNotApply("its provider has neither a history nor templates")
    several = await asyncio.gather(*(wrong_classes(subject, what, do, ASKED) for what, do in there.items()))
    return [problem for found in several for problem in found]


async def _sweep(connector: Connector, _url: str) -> object:
    assert isinstance(connector, Sweeps)
    batches: AsyncIterator[object] = connector.sweep(AT - DAY_S)
    async with aclosing(batches):  # type: ignore[type-var]
        return [one async for one in batches]


async def _trace(connector: Connector, _url: str) -> object:
    assert isinstance(connector, Traces)
    return await connector.trace(["kit-1"])


async def _templates(connector: Connector, _url: str) -> object:
    assert isinstance(connector, HasTemplates)
    return await connector.templates()
