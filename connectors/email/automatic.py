"""What machines write: automatic mail after RFC 3834, and reports on the fate of our own messages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Literal

from connectors.email import headers as header
from connectors.email.mime import Part
from connectors.email.refusals import is_temporary, word_of

BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
MARKS = ("x-autoreply", "x-autorespond", "x-auto-reply", "feedback-id")
STATES: Mapping[str, Literal["sent", "delivered", "failed"]] = {
    "failed": "failed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
    "delayed": "sent",
}
DELIVERERS = re.compile(r"(mailer-daemon|postmaster)@", re.IGNORECASE)
SMTP_REPLY = re.compile(r"\b[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b")
ROBOTS = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+-].*)?@", re.IGNORECASE)


def is_automatic(mail: Part, sender: str, envelope: Mapping[str, str], *, own_list: bool = False) -> bool:
    """Whether a machine wrote it, so that none of ours may answer by itself. That it came by a list says nothing when the list is ours."""
    given = mail.headers
    submitted = header.first(given, "auto-submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or header.first(given, "precedence").strip().lower() in (BULK - {"list"} if own_list else BULK)
        or (not own_list and any(name.lower().startswith("list-") for name in given))
        or any(name in given for name in MARKS)
        or envelope.get("mail_from", "?") == ""
        or header.first(given, "return-path").strip() == "<>"
        or mail.content_type == "multipart/report"
        or ROBOTS.match(sender) is not None
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message for one recipient. `reason`: a word, and behind it what the server said."""

    state: Literal["sent", "delivered", "read", "failed"]
    recipient: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine reports on a message, and what of the message came back."""

    outcomes: tuple[Outcome, ...]
    recipients: tuple[str, ...]
    message_ids: tuple[str, ...]


def report_of(mail: Part) -> Report | None:
    """The report in a mail of type multipart/report; None for all others."""
    if mail.content_type != "multipart/report":
        return None
    for part in mail.parts:
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            return _delivery_report(mail, list(_groups(part)))
        if part.content_type == "message/disposition-notification":
            return _reading_report(mail, list(_groups(part)))
    return None


def plain_report(sender: str, text: str) -> Outcome | None:
    """What a machine says in prose, as some still do; None when no machine says it."""
    if not DELIVERERS.match(sender):
        return None
    line = next((one.strip() for one in text.splitlines() if SMTP_REPLY.search(one)), "")
    return Outcome("failed", "", f"{word_of(line or text)}: {line or 'undelivered'}"[:500])


def _delivery_report(mail: Part, groups: list[Message]) -> Report:
    outcomes = tuple(_outcome(one) for one in groups if header.first(one, "action").strip().lower() in STATES)
    return Report(outcomes or (Outcome("failed", "", "bounced: undelivered"),), _recipients(mail, groups), _returned_ids(mail))


def _reading_report(mail: Part, groups: list[Message]) -> Report:
    disposition = " ".join(header.first(one, "disposition") for one in groups).lower()
    ids = tuple(one for group in groups for one in header.message_ids(group, "original-message-id"))
    outcome = Outcome("read" if "displayed" in disposition else "delivered")
    return Report((outcome,), _recipients(mail, groups), ids + _returned_ids(mail))


def _outcome(group: Message) -> Outcome:
    action = header.first(group, "action").strip().lower()
    recipient = _recipient(header.first(group, "original-recipient")) or _recipient(header.first(group, "final-recipient"))
    return Outcome(STATES[action], recipient, _reason(action, group))


def _reason(action: str, group: Message) -> str:
    status = header.first(group, "status").strip()
    said = header.first(group, "diagnostic-code").partition(";")[2].strip()
    if action not in ("failed", "delayed"):
        return ""
    late = action == "failed" and is_temporary(said, status)
    word = "delayed" if action == "delayed" else word_of(said, status, otherwise="gave_up" if late else "bounced")
    final = _recipient(header.first(group, "final-recipient"))
    detail = " ".join(piece for piece in (final + ":" if final else "", said or status) if piece)
    return f"{word}: {detail}"[:500]


def _recipients(mail: Part, groups: list[Message]) -> tuple[str, ...]:
    named = [_recipient(header.first(one, name)) for one in groups for name in ("final-recipient", "original-recipient")]
    returned = [address for one in _returned(mail) for _, address in header.mailboxes(one, "to")]
    return tuple(dict.fromkeys(one for one in named + returned if one))


def _recipient(value: str) -> str:
    """`rfc822; ana@shop.example` without its kind."""
    found = header.mailboxes_of(value.partition(";")[2])
    return found[0][1] if found else ""


def _returned_ids(mail: Part) -> tuple[str, ...]:
    return tuple(one for returned in _returned(mail) for one in header.message_ids(returned, "message-id"))


def _returned(mail: Part) -> Iterator[Message]:
    """The headers of our message as they came back."""
    for part in mail.parts:
        if part.content_type in ("message/rfc822", "text/rfc822-headers", "message/global"):
            yield _headers(part.content())


def _groups(part: Part) -> Iterator[Message]:
    """The groups of fields of a report: first on the message, then one per recipient."""
    for block in re.split(rb"\r?\n(?:[ \t]*\r?\n)+", part.content().strip())[:100]:
        yield _headers(block)


def _headers(block: bytes) -> Message:
    headers: Message = BytesHeaderParser().parsebytes(block)
    return headers
