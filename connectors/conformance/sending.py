"""Rules about sending: what the provider does wrong, and which error must say so."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connectors.arriving import Media
from connectors.conformance.pretend import Asked, Provider, provider, way_out
from connectors.conformance.subject import PUBLIC, Subject
from connectors.conformance.verdicts import DoesNotApply, named
from connectors.contract import Connector
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Unavailable
from connectors.leaving import Outgoing, Sent, Step

OURS = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
PATIENCE_S = 40.0
LONGEST_WAIT_S = 3600.0
UNLIMITED = 10_000
END = "the-end"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea735817d0000000049454e44ae426082"
)


def needs_provider(subject: Subject) -> None:
    """Raise DoesNotApply where sending asks nobody."""
    if subject.type.manifest.receives in ("live", "none"):
        raise DoesNotApply("it asks no provider: the hub itself hands its messages over")


def outgoing(subject: Subject, text: str = "Hola", **more: Any) -> Outgoing:
    """One message of ours."""
    return Outgoing(OURS, subject.to, text, **more)


async def sent(subject: Subject, there: Provider, message: Outgoing) -> Sent | BaseException:
    """What came of it."""
    async with way_out(there.url) as egress, subject.build(there.url, egress) as connector:
        try:
            return await asyncio.wait_for(connector.send(message), PATIENCE_S)
        except (ConnectorError, Exception) as error:
            return error


async def a_message_is_sent_whole(subject: Subject) -> Sequence[str]:
    """The longest that the manifest allows arrives to its last letter, and the provider's id comes back."""
    needs_provider(subject)
    limit = subject.type.manifest.text_limit or UNLIMITED
    text = "a" * (limit - len(END)) + END
    async with provider(subject) as there:
        result = await sent(subject, there, outgoing(subject, text))
        asked = b"".join(one.body for one in there.asked)
    if not isinstance(result, Sent):
        return [f"a text of {limit} letters, which manifest.toml allows, gave {_said(result)}"]
    found = [] if result.external_id else ["send() gave no external_id"]
    if END.encode() not in asked:
        found.append(f"a text of {limit} letters, which manifest.toml allows, lost its end on the way")
    return found


async def a_file_is_sent(subject: Subject) -> Sequence[str]:
    """Where the manifest has attachments."""
    needs_provider(subject)
    manifest = subject.type.manifest
    if not manifest.attachments:
        raise DoesNotApply("manifest.toml says that a message has no attachments")
    type_ = "image/png" if not manifest.media_types else next((t for t in manifest.media_types if "*" not in t), "image/png")
    media = Media("kit.png", type_, PICTURE, f"{PUBLIC}/files/kit.png", size=len(PICTURE), kind="image")
    message = replace(outgoing(subject, "" if manifest.caption == 0 else "Hola"), attachments=(media,))
    async with provider(subject) as there:
        result = await sent(subject, there, message)
        asked = b"\n".join(one.body for one in there.asked)
    if not isinstance(result, Sent):
        return [f"a message with a file gave {_said(result)}"]
    return [] if _holds_file(asked, str(media.url)) else ["the message was sent, and its file never reached the provider"]


def _holds_file(asked: bytes, url: str) -> bool:
    """The file itself, or a link to it, however it was written."""
    packed = asked.replace(b"\r", b"").replace(b"\n", b"")
    links = (url.encode(), quote(url, safe="").encode(), url.replace("/", "\\/").encode())
    return PICTURE in asked or b64encode(PICTURE) in packed or any(one in asked for one in links)


async def faults_have_their_class(subject: Subject) -> Sequence[str]:
    """429, 500, 401, nobody there: the class of the error is the instruction to the hub. A 500 may come after the message has left: who
    cannot send the same twice without harm says Ambiguous."""
    needs_provider(subject)
    wanted: dict[str, tuple[type[BaseException], ...]] = {
        "limited": (RateLimited,),
        "broken": (Ambiguous, Unavailable) if subject.type.manifest.idempotent else (Ambiguous,),
        "unauthorised": (AuthFailed,),
        "nobody": (Unavailable,),
    }
    found = list[str]()
    lacks = subject.offers("LACKS") or ()
    for fault, classes in ((one, wanted[one]) for one in wanted if one not in lacks):
        async with provider(subject, fault) as there:
            found += _judged(fault, await sent(subject, there, outgoing(subject)), classes)
    return found


async def a_lost_answer_is_ambiguous(subject: Subject) -> Sequence[str]:
    """Silence, a line that drops, an answer that nobody can read: it may have been sent. Who sends the same twice without harm may say
    Unavailable, or take the status for the answer."""
    needs_provider(subject)
    again = subject.type.manifest.idempotent
    found = list[str]()
    for fault in ("hang", "cut", "garbage"):
        async with provider(subject, fault) as there:
            result = await sent(subject, there, outgoing(subject))
            if fault == "garbage" and again and isinstance(result, Sent):
                continue
            found += _judged(fault, result, (Ambiguous, Unavailable) if again else (Ambiguous,))
    return found


def _judged(fault: str, result: Sent | BaseException, classes: tuple[type[BaseException], ...]) -> list[str]:
    names = " or ".join(one.__name__ for one in classes)
    if not isinstance(result, classes):
        return [f"{WORDS[fault]}: {names} is right, it gave {_said(result)}"]
    if isinstance(result, RateLimited) and Unavailable in classes:
        return [f"{WORDS[fault]}: Unavailable is right, RateLimited is for 'too many'"]
    if isinstance(result, RateLimited) and not 0 < result.retry_after <= LONGEST_WAIT_S:
        return [f"{WORDS[fault]}: retry_after is {result.retry_after}; seconds, more than 0, at most {LONGEST_WAIT_S:.0f}"]
    return []


WORDS = {
    "limited": "the provider said 'too many' (429)",
    "broken": "the provider broke (500)",
    "unauthorised": "the provider did not accept the credentials (401)",
    "nobody": "nobody listened at the provider's address",
    "hang": "the provider never answered",
    "cut": "the line dropped before the answer",
    "garbage": "the answer could not be read",
}


def _said(result: object) -> str:
    return named(result) if isinstance(result, BaseException) else repr(result)[:200]


async def errors_tell_no_secret(subject: Subject) -> Sequence[str]:
    """What goes wrong is shown to agents and admins, and logged: no secret stands in it, nor in what caused it."""
    needs_provider(subject)
    found = list[str]()
    for fault in ("unauthorised", "broken", "nobody", "cut", "garbage"):
        async with provider(subject, fault) as there:
            secrets = {name: str(value) for name in subject.secrets if (value := subject.given(there.url).get(name))}
            said = _whole(await sent(subject, there, outgoing(subject)))
        steps = await _steps(subject, fault)
        said += _whole(steps) if isinstance(steps, BaseException) else repr(steps)
        found += [f"{WORDS[fault]}, and the secret {name!r} stood in what was said" for name, value in secrets.items() if value in said]
    return found


def _whole(result: object) -> str:
    """An error with all that caused it."""
    chain = list[BaseException]()
    while isinstance(result, BaseException) and not any(result is one for one in chain):
        chain.append(result)
        result = result.__cause__ or result.__context__
    return " ".join(map(repr, chain))


# ── Check ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def check_names_its_steps(subject: Subject) -> Sequence[str]:
    """Each step has a stable name and a label in both languages, and says what to do when it fails; check() itself never fails."""
    found = list[str]()
    faults = ("",) if subject.type.manifest.receives in ("live", "none") else ("", "unauthorised", "nobody", "hang", "garbage")
    for fault in faults:
        steps = await _steps(subject, fault)
        if isinstance(steps, BaseException):
            found.append(f"check() raised {named(steps)}" + (f" when {WORDS[fault]}" if fault else ""))
            continue
        found += _named_steps(steps)
        if fault in ("unauthorised", "nobody") and all(step.ok for step in steps):
            found.append(f"{WORDS[fault]}, and every step of check() is fine")
    return found


async def _steps(subject: Subject, fault: str) -> Sequence[Step] | BaseException:
    async with provider(subject, fault) as there, way_out(there.url) as egress, subject.build(there.url, egress) as connector:
        try:
            return await asyncio.wait_for(connector.check(), PATIENCE_S)
        except Exception as error:
            return error


def _named_steps(steps: Sequence[Step]) -> list[str]:
    found = [] if steps else ["check() has no steps"]
    for step in steps:
        for language in ("es", "en"):
            if not step.label.get(language):
                found.append(f"the step {step.name!r} of check() has no label in {language}")
            if not step.ok and not step.todo.get(language):
                found.append(f"the step {step.name!r} of check() failed and does not say in {language} what to do")
    if len({step.name for step in steps}) < len(steps):
        found.append("two steps of check() have one name")
    return found


async def check_reaches_nobody(subject: Subject) -> Sequence[str]:
    """No customer hears of it."""
    needs_provider(subject)
    async with provider(subject) as there:
        await sent(subject, there, outgoing(subject))
        sends = {(one.method, one.path.partition("?")[0]) for one in there.asked if one.method == "POST"}
    judge = subject.offers("reaches_customer") or (lambda one: (one.method, one.path.partition("?")[0]) in sends)
    async with provider(subject) as there, way_out(there.url) as egress, subject.build(there.url, egress) as connector:
        await asyncio.wait_for(_checked(connector), PATIENCE_S)
        reached: list[Asked] = [one for one in there.asked if judge(one)]
    return [f"check() called {one.method} {one.path}, which writes to somebody" for one in reached]


async def _checked(connector: Connector) -> None:
    await connector.check()
