"""What a reply may be on its channel: address, text, copies, files, time. Pure: decides, and says what is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from connectors.manifest import Manifest
from connectors.parts import goes_as_link
from connectors.text import count, cut
from connectors.window import allowed, must_agree_first
from hub.conversations.model import AddressView, GivenAddress, NewMessage
from hub.errors import Conflict, Invalid
from hub.kernel.addresses import InvalidAddress, normalise

FILES_AT_MOST = 10
FILE_LIMIT = 25 * 1024 * 1024
LATEST = timedelta(days=366)


class Way(Protocol):
    """A channel and an address on which a customer can be answered, the one used last first."""

    @property
    def address(self) -> "Address": ...

    @property
    def claimed(self) -> bool: ...

    @property
    def window(self) -> "Window": ...

    @property
    def consent(self) -> "Consent | None": ...

    @property
    def needs_consent(self) -> bool: ...


class Window(Protocol):
    """What may be written now."""

    @property
    def allows(self) -> str: ...


class Consent(Protocol):
    """What the customer last said about hearing from a channel."""

    @property
    def given(self) -> bool: ...

    @property
    def reason(self) -> str: ...

    @property
    def at(self) -> datetime: ...


class Address(Protocol):
    """An address of a kind."""

    @property
    def kind(self) -> str: ...

    @property
    def value(self) -> str: ...


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file."""

    name: str
    size: int
    content_type: str


def refuse(field: str, problem: str) -> Invalid:
    """The error for one field."""
    return Invalid("invalid", f"{field}: {problem}", fields={field: problem})


def check_note(body: NewMessage) -> None:
    """A note goes to nobody outside. Raises Invalid."""
    for field in ("address", "cc", "bcc", "html", "subject", "send_at", "choices", "template", "signed", "quote", "forward", "opens"):
        if getattr(body, field):
            raise refuse(field, "a note has none; leave it out")
    if not body.text.strip():
        raise refuse("text", "a note needs a text")
    if len(body.attachments) > FILES_AT_MOST:
        raise refuse("attachments", f"at most {FILES_AT_MOST} files")


def check_reply(body: NewMessage, manifest: Manifest, files: Sequence[File], now: datetime) -> None:
    """What the channel can carry. Raises Invalid naming the field and what is allowed."""
    if not (body.text.strip() or body.attachments or body.template or body.forward):
        raise refuse("text", "a reply needs a text or a file")
    if body.choices and not (body.text.strip() or body.html):
        raise refuse("choices", "buttons stand below a text: add one")
    _check_length(body.text, manifest)
    if body.template is not None:
        _check_template(body, manifest)
    mail = manifest.kind == "mail"
    can = {
        "cc": manifest.copies,
        "bcc": manifest.copies,
        "html": manifest.html,
        "subject": manifest.subject,
        "quote": mail,
        "forward": mail,
    }
    for field, has_it in can.items():
        if getattr(body, field) and not has_it:
            raise refuse(field, f"{manifest.id} has no {field}; leave it out")
    if body.opens and (body.topic or body.reply_to or body.forward):
        raise refuse("opens", "a matter of its own belongs to no topic and answers no message yet")
    if body.forward and not body.address:
        raise refuse("address", "to whom shall it be passed on?")
    _check_files(manifest, files)
    if body.send_at is not None:
        check_time(body.send_at, now)


def _check_length(text: str, manifest: Manifest) -> None:
    """What is too long for one message may be cut, into as many as the channel allows."""
    limit, unit, most = manifest.text_limit, manifest.text_unit, max(manifest.parts, 1)
    length = count(text, unit)
    if limit and (length > limit * most or len(cut(text, limit, unit)) > most):
        raise refuse("text", f"{length} {unit}, at most {limit} on this channel" + (f", in up to {most} parts" if most > 1 else ""))


def _check_template(body: NewMessage, manifest: Manifest) -> None:
    if not manifest.templates:
        raise refuse("template", f"{manifest.id} has no templates; leave it out")
    for field in ("text", "html", "attachments", "choices", "subject"):
        if getattr(body, field):
            raise refuse(field, "a template has its own; leave it out")


def check_way(way: Way | None, manifest: Manifest, body: NewMessage, now: datetime) -> None:
    """Whether the customer wants to hear from this channel, and what may be written now; `way` None: not known there. Raises Conflict."""
    if way is not None and way.consent is not None and not way.consent.given:
        since = way.consent.at.isoformat(timespec="seconds")
        said = {"reason": way.consent.reason, "since": since}
        raise Conflict("consent_withdrawn", f"this customer does not want messages here ({said['reason']}), since {since}", fields=said)
    if way.needs_consent if way else must_agree_first(manifest.consent, wrote=False, given=None):
        problem = "this customer never wrote here: write down first, at the address, that he or she agreed to messages on this channel"
        raise Conflict("consent_needed", problem, fields={"consent": manifest.consent})
    allows = way.window.allows if way else allowed(manifest.window, None, now.timestamp()).what
    if allows == "closed" or (allows == "template" and body.template is None):
        what = "a template" if allows == "template" else "nothing"
        problem = f"the time for a free answer is over: {what} may be sent until the customer writes again"
        raise Conflict("window_closed", problem, fields={"allows": allows})


def _check_files(manifest: Manifest, files: Sequence[File]) -> None:
    most = min(manifest.attachments, FILES_AT_MOST)
    if len(files) > most:
        raise refuse("attachments", f"{len(files)} files, at most {most} on this channel")
    if sum(file.size for file in files if not goes_as_link(file.content_type, file.size, manifest)) > manifest.attachment_bytes:
        raise refuse("attachments", f"too large together, at most {manifest.attachment_bytes} bytes on this channel")


def check_time(send_at: datetime, now: datetime) -> None:
    """A time that is to come. Raises Invalid."""
    if send_at.tzinfo is None:
        raise refuse("send_at", "needs a time zone, such as 2026-11-28T09:00:00Z")
    if not now < send_at < now + LATEST:
        raise refuse("send_at", "must be in the future, within a year")


def choose_address(given: GivenAddress | str | None, manifest: Manifest, ways: Sequence[Way]) -> AddressView:
    """Where a reply goes: the given address where the channel may write to it, else the one used last there. Raises Invalid."""
    known = {way.address.value: way.address for way in ways}
    if given is None:
        proved = next((way.address for way in ways if not way.claimed), None)
        if proved is None:
            raise refuse("address", f"this customer has no {manifest.address} on this channel" + _or_give_one(manifest))
        return AddressView(kind=proved.kind, value=proved.value)
    kind, value, name = (manifest.address, given, "") if isinstance(given, str) else (given.kind, given.value, given.name)
    if kind not in (manifest.address, *manifest.also):
        raise refuse("address", f"a {kind}; this channel reaches a {manifest.address}")
    value = _normal(kind, value)
    if value not in known and not manifest.starts:
        raise refuse("address", f"this channel answers only who wrote to it: {', '.join(known) or 'nobody here did'}")
    return AddressView(kind=kind, value=value, name=name)


def copies(field: str, addresses: Sequence[str]) -> list[str]:
    """Cc or bcc in one form, each once. Raises Invalid."""
    try:
        return list(dict.fromkeys(normalise("email", address) for address in addresses))
    except InvalidAddress as error:
        raise refuse(field, str(error)) from error


def _normal(kind: str, value: str) -> str:
    try:
        return normalise(kind, value)
    except InvalidAddress as error:
        raise refuse("address", str(error)) from error


def _or_give_one(manifest: Manifest) -> str:
    return "; give one" if manifest.starts else ""
