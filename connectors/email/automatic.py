"""What machines write: automatic mail after RFC 3834, and reports on the fate of our own messages."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Literal

from connectors.email import headers as header
from connectors.email.mime import Part

BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
MARKS = ("x-autoreply", "x-autorespond", "x-auto-reply", "feedback-id")
STATES: Mapping[str, Literal["sent", "delivered", "failed"]] = {
    "failed": "failed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
    "delayed": "sent",
}
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
class Report:
    """What a machine reports on a message: its state, why, to whom it went, and what of it came back."""

    state: Literal["sent", "delivered", "read", "failed"]
    reason: str
    recipients: tuple[str, ...]
    message_ids: tuple[str, ...]


def report_of(mail: Part) -> Report | None:
    """The report in a mail of type multipart/report; None for all others."""
    if mail.content_type != "multipart/report":
        return None
    for part in mail.parts:
        if part.content_type == "message/delivery-status":
            return _delivery_report(mail, list(_groups(part)))
        if part.content_type == "message/disposition-notification":
            return _reading_report(mail, list(_groups(part)))
    return None


def _delivery_report(mail: Part, groups: list[Message]) -> Report:
    actions = [(header.first(one, "action").strip().lower(), one) for one in groups if one.get("action")]
    worst = next((pair for name in STATES for pair in actions if pair[0] == name), None)
    state = STATES[worst[0]] if worst else "failed"
    reason = _reason(worst[1]) if worst else "undelivered"
    return Report(state, reason, _recipients(mail, groups), _returned_ids(mail))


def _reading_report(mail: Part, groups: list[Message]) -> Report:
    disposition = " ".join(header.first(one, "disposition") for one in groups).lower()
    ids = tuple(one for group in groups for one in header.message_ids(group, "original-message-id"))
    return Report("read" if "displayed" in disposition else "delivered", "", _recipients(mail, groups), ids + _returned_ids(mail))


def _reason(group: Message) -> str:
    status = header.first(group, "status").strip()
    said = header.first(group, "diagnostic-code").partition(";")[2].strip()
    address = _recipient(header.first(group, "final-recipient"))
    return " ".join(piece for piece in (address + ":" if address else "", said or status) if piece)[:500]


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
