"""Rules about sending: what the provider does wrong, and which error must say so."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from connectors.arriving import Media
from connectors.conformance.faults import CHANGED, WORDS, Wanted, after_faults, needs_provider, said, tried, wrong_classes
from connectors.conformance.subject import PUBLIC, Subject
from connectors.conformance.verbs import every_verb, outgoing, sending
from connectors.conformance.verdicts import DoesNotApply
from connectors.errors import Ambiguous, Unavailable
from connectors.leaving import Sent

UNLIMITED = 10_000
END = "the-end"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fea735817d0000000049454e44ae426082"
)


async def a_message_is_sent_whole(subject: Subject) -> Sequence[str]:
    """The longest that the manifest allows arrives to its last letter, and the provider's id comes back."""
    needs_provider(subject)
    limit = subject.type.manifest.text_limit or UNLIMITED
    text = "a" * (limit - len(END)) + END
    outcome = await tried(subject, sending(outgoing(subject, text)))
    if not isinstance(outcome.result, Sent):
        return [f"a text of {limit} letters, which manifest.toml allows, gave {said(outcome.result)}"]
    found = [] if outcome.result.external_id else ["send() gave no external_id"]
    if END.encode() not in b"".join(one.body for one in outcome.asked):
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
    outcome = await tried(subject, sending(message))
    if not isinstance(outcome.result, Sent):
        return [f"a message with a file gave {said(outcome.result)}"]
    return (
        []
        if _holds_file(b"\n".join(one.body for one in outcome.asked), str(media.url))
        else ["the message was sent, and its file never reached the provider"]
    )


def _holds_file(asked: bytes, url: str) -> bool:
    """The file itself, or a link to it, however it was written."""
    packed = asked.replace(b"\r", b"").replace(b"\n", b"")
    links = (url.encode(), quote(url, safe="").encode(), url.replace("/", "\\/").encode())
    return PICTURE in asked or b64encode(PICTURE) in packed or any(one in asked for one in links)


async def faults_have_their_class(subject: Subject) -> Sequence[str]:
    """429, 500, 401, nobody there: the class of the error is the instruction to the hub. A 500 may come after the message has left: who
    cannot send the same twice without harm says Ambiguous."""
    needs_provider(subject)
    broken = CHANGED["broken"] if subject.type.manifest.idempotent else (Ambiguous,)
    wanted: Wanted = {**{one: CHANGED[one] for one in ("limited", "unauthorised", "nobody")}, "broken": broken}
    return await wrong_classes(subject, "send()", sending(outgoing(subject)), wanted)


async def a_lost_answer_is_ambiguous(subject: Subject) -> Sequence[str]:
    """Silence, a line that drops, an answer that nobody can read: it may have been sent. Who sends the same twice without harm may say
    Unavailable, or take the status for the answer."""
    needs_provider(subject)
    again = subject.type.manifest.idempotent
    wanted: Wanted = dict.fromkeys(("hang", "cut", "huge", "garbage"), (Ambiguous, Unavailable) if again else (Ambiguous,))
    return await wrong_classes(subject, "send()", sending(outgoing(subject)), wanted, fine=("garbage",) if again else ())


async def errors_tell_no_secret(subject: Subject) -> Sequence[str]:
    """What goes wrong is shown to agents and admins, and logged: no secret stands in it, nor in what caused it."""
    needs_provider(subject)
    found = list[str]()
    for what, do in (await every_verb(subject)).items():
        outcomes = await after_faults(subject, do, ("unauthorised", "broken", "nobody", "cut", "garbage"))
        for fault, outcome in outcomes.items():
            told = _whole(outcome.result) if isinstance(outcome.result, BaseException) else repr(outcome.result)
            found += [f"{what}: {WORDS[fault]}, and the secret {name!r} stood in what was said" for name in _told(subject, told)]
    return found


def _told(subject: Subject, words: str) -> list[str]:
    given = subject.given()
    return [name for name in sorted(subject.secrets) if given.get(name) and str(given[name]) in words]


def _whole(result: BaseException | None) -> str:
    """An error with all that caused it."""
    chain = list[BaseException]()
    while result is not None and not any(result is one for one in chain):
        chain.append(result)
        result = result.__cause__ or result.__context__
    return " ".join(map(repr, chain))
