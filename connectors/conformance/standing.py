"""Rules about what a connector says of its standing with the provider: check(), install(), health()."""

from collections.abc import Callable, Sequence
from types import UnionType
from typing import Any, get_args, get_type_hints

from connectors.conformance.faults import WORDS, Try, after_faults, needs_provider, said, tried
from connectors.conformance.pretend import Asked
from connectors.conformance.subject import Subject
from connectors.conformance.verbs import installing, outgoing, reporting, sending, uninstalling
from connectors.conformance.verdicts import DoesNotApply, named
from connectors.contract import Installs, Reports
from connectors.errors import AuthFailed, ConnectorError
from connectors.leaving import Health, Step

SHUT = ("unauthorised", "nobody")
"""Nobody can do anything there: this at least must be seen."""
SILENT = ("broken", "hang", "cut")
"""What no protocol over HTTP can take for an answer."""
ALL = (*SHUT, *SILENT, "limited", "garbage")
STATES = get_args(get_type_hints(Health)["state"])


async def check_names_its_steps(subject: Subject) -> Sequence[str]:
    """Each step has a stable name and a label in both languages, and says what to do when it fails; check() itself never fails."""
    return await _stepwise(subject, "check()", lambda one, _url: one.check())


async def webhook_is_set(subject: Subject) -> Sequence[str]:
    """Setting the webhook goes by steps, as check() does; taking it away says by its class what went wrong."""
    if not isinstance(subject.build(), Installs):
        raise DoesNotApply("it sets no webhook by itself")
    return [*await _stepwise(subject, "install()", installing), *await _taken_away(subject)]


async def _taken_away(subject: Subject) -> list[str]:
    found = list[str]()
    for fault, outcome in (await after_faults(subject, uninstalling, ALL)).items():
        if isinstance(outcome.result, Exception) and not isinstance(outcome.result, ConnectorError):
            found.append(f"uninstall(): {WORDS[fault]}: an error of the tree is right, it gave {said(outcome.result)}")
        if fault in SHUT and not isinstance(outcome.result, Exception):
            found.append(f"uninstall(): {WORDS[fault]}, and it says that all went well")
    return found


async def _stepwise(subject: Subject, what: str, do: Try) -> list[str]:
    asks = subject.type.manifest.receives not in ("live", "none")
    must_fail = (*SHUT, *(SILENT if subject.offers("provider") is None else ()))
    well = {"": await tried(subject, do)}
    found = list[str]()
    for fault, outcome in (well | dict(await after_faults(subject, do, ALL if asks else ()))).items():
        steps = outcome.result
        if not isinstance(steps, list):
            found.append(f"{what} gave {said(steps)}" + (f" when {WORDS[fault]}" if fault else ""))
            continue
        found += _named(what, steps)
        if fault in must_fail and all(step.ok for step in steps):
            found.append(f"{WORDS[fault]}, and every step of {what} is fine")
    return found


def _named(what: str, steps: Sequence[Step]) -> list[str]:
    found = [] if steps else [f"{what} has no steps"]
    for step in steps:
        for language in ("es", "en"):
            if not step.label.get(language):
                found.append(f"the step {step.name!r} of {what} has no label in {language}")
            if not step.ok and not step.todo.get(language):
                found.append(f"the step {step.name!r} of {what} failed and does not say in {language} what to do")
    if len({step.name for step in steps}) < len(steps):
        found.append(f"two steps of {what} have one name")
    return found


async def check_reaches_nobody(subject: Subject) -> Sequence[str]:
    """No customer hears of it, nor of health()."""
    needs_provider(subject)
    sent = await tried(subject, sending(outgoing(subject)))
    sends = {(one.method, one.path.partition("?")[0]) for one in sent.asked if one.method == "POST"}
    judge: Callable[[Asked], bool] = subject.offers("reaches_customer") or (lambda one: (one.method, one.path.partition("?")[0]) in sends)
    tries: dict[str, Try] = {"check()": lambda one, _url: one.check()}
    if isinstance(subject.build(), Reports):
        tries["health()"] = reporting
    asked = [(what, one) for what, do in tries.items() for one in (await tried(subject, do)).asked]
    return [f"{what} called {one.method} {one.path}, which writes to somebody" for what, one in asked if judge(one)]


# ── Health ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def health_is_told(subject: Subject) -> Sequence[str]:
    """What the provider does wrong shows: as a state that is not up, or as an error of the tree. A refusal of the credentials is down."""
    if not isinstance(subject.build(), Reports):
        raise DoesNotApply("it knows nothing of its health")
    well = await tried(subject, reporting)
    found = _sound(well.result)
    for fault, outcome in (await after_faults(subject, reporting, ALL)).items():
        found += _judged(fault, outcome.result, asks=bool(well.asked))
    return found


def _sound(health: object) -> list[str]:
    if not isinstance(health, Health):
        return [f"health() gave {said(health)}"]
    if health.state not in STATES:
        return [f"health() says {health.state!r}: it is one of {', '.join(STATES)}"]
    whole = all(isinstance(value, kinds) for value, kinds in _fields(health))
    return [] if whole else ["health(): detail and quota are words, expires_at is seconds or None"]


def _fields(health: Any) -> Sequence[tuple[Any, type | UnionType]]:
    return ((health.detail, str), (health.quota, str), (health.expires_at, float | int | None))


def _judged(fault: str, result: object, *, asks: bool) -> list[str]:
    where = f"health(): {WORDS[fault]}"
    if isinstance(result, Exception):
        wrong = not isinstance(result, ConnectorError) or (fault == "unauthorised" and not isinstance(result, AuthFailed))
        return [f"{where}: it raised {named(result)}"] if wrong else []
    found = _sound(result)
    if found or not asks:
        return found
    state = getattr(result, "state", "")
    wanted = ("down",) if fault == "unauthorised" else ("down", "degraded")
    return [] if state in wanted else [f"{where}, and it says {state!r}: {' or '.join(wanted)} is right"]
