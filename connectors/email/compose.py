"""Our message as a mail. Pure: the same message gives the same Message-ID at every attempt, and no text can become a header."""

import re
from dataclasses import dataclass
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any, cast

from connectors.contract import Media, Outgoing
from connectors.email import ids
from connectors.email.headers import mailboxes_of
from connectors.email.names import file_name
from connectors.email.payloads import message_id_of
from connectors.email.senders import CLAIMED
from connectors.errors import Rejected

CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]+")
ANGLED = re.compile(r"<[!-;=?-~]{1,250}>")
MEDIA_TYPE = re.compile(r"([a-z]+)/([a-z0-9][a-z0-9.+-]*)")
REFERENCES = 12
"""The first and the newest ids of the thread; more only makes the header longer."""


class _Ids(UnstructuredHeader, BaseHeader):
    """Message ids and addresses of pages, one a line. The library would write long ones as encoded words, which no mailbox understands."""

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {(policy.linesep + ' ').join(self.split())}{policy.linesep}"


def _policy() -> Any:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references", "list-unsubscribe"):
        registry.map_to_type(name, _Ids)
    return SMTP.clone(header_factory=registry, cte_type="7bit")


POLICY: Any = _policy()


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready to travel, and its envelope."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    rest: bool = False
    """Whether some have it already, and these are the others."""

    @property
    def international(self) -> bool:
        """Whether an address has letters beyond ASCII, which the relay must be able to carry (SMTPUTF8)."""
        return not all(one.isascii() for one in self.recipients)


def compose(outgoing: Outgoing, *, key: bytes, ours: str, name: str, now: float, shown: str = "agent_company") -> Composed:
    """Build the mail. `ours` is the channel's address, `name` the company's to show, `shown` whose name the reader sees (see the settings).
    Raises Rejected for an address that cannot be one, and for one that only somebody's word stands for: nothing goes there by itself.
    """
    if outgoing.to.kind == CLAIMED:
        raise Rejected(f"{outgoing.to.value} is only said to be the sender's", code="no_reply_possible")
    recipient = outgoing.to.value
    to, cc, bcc = _address(recipient, outgoing.to.name), [_copy(one) for one in outgoing.cc], [_copy(one) for one in outgoing.bcc]
    recipients = tuple(dict.fromkeys(one.addr_spec for one in (to, *cc, *bcc)))
    mail = EmailMessage(policy=POLICY.clone(utf8=not all(one.isascii() for one in recipients)))
    passed_on = outgoing.forwarded
    message_id = ids.message_id(key, outgoing.id, recipient, ours.rpartition("@")[2], "passed-on" if passed_on else "message-id")
    mail["From"] = _address(ours, _sender_name(outgoing.author, name, shown))
    mail["To"] = to
    if cc:
        mail["Cc"] = cc
    mail["Reply-To"] = _address(ours if passed_on else ids.reply_address(key, outgoing.id, recipient, ours), name)
    mail["Subject"] = one_line(outgoing.subject)
    mail["Date"] = formatdate(now)
    mail["Message-ID"] = message_id
    if not passed_on:
        _set_thread(mail, outgoing)
    if outgoing.topic and not passed_on:
        mail["X-Hilo-Topic"] = one_line(outgoing.topic)
    if outgoing.automatic:
        _set_automatic(mail, answers=bool(outgoing.answers))
    if outgoing.unsubscribe:
        _set_unsubscribe(mail, outgoing.unsubscribe)
    _set_body(mail, outgoing)
    still = tuple(one for one in recipients if not outgoing.only or one in outgoing.only)
    return Composed(message_id, ids.return_path(key, outgoing.id, ours), still, mail.as_bytes(), rest=bool(outgoing.only))


def one_line(text: str) -> str:
    """A text as a header's value may be: no line ends, no control characters."""
    return CONTROL.sub(" ", text).strip()


def _set_automatic(mail: EmailMessage, *, answers: bool) -> None:
    """What keeps other machines from answering it: RFC 3834; what Exchange looks at; and what was there before both."""
    mail["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "auto_reply"


def _set_unsubscribe(mail: EmailMessage, page: str) -> None:
    """RFC 2369; in one click, RFC 8058, only where the page is safe on its way."""
    mail["List-Unsubscribe"] = f"<{page}>"
    if page.startswith("https:"):
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _sender_name(author: str, name: str, shown: str) -> str:
    if shown == "company":
        return name or author
    if shown == "agent":
        return author or name
    return f"{author} ({name})" if author and name and author != name else author or name


def _address(address: str, name: str = "") -> HeaderAddress:
    """A mailbox; the domain in ASCII, other letters only before the @. Raises Rejected."""
    local, _, domain = address.strip().rpartition("@")
    domain = ids.normal_address(f"@{domain}")[1:]
    try:
        # The library knows no letters beyond ASCII here: a stand-in is checked, the real one is used.
        HeaderAddress(addr_spec=re.sub(r"[^\x00-\x7f]", "x", f"{local}@{domain}"))
        return HeaderAddress(display_name=one_line(name), username=local, domain=domain)
    except Exception as error:  # the parser of addresses raises whatever its input makes it
        raise Rejected(f"not a mail address: {address[:100]!r}", code="address") from error


def _copy(written: str) -> HeaderAddress:
    """An address for a copy, as a person writes it: with a name or without."""
    found = mailboxes_of(written)
    return _address(found[0][1], found[0][0]) if len(found) == 1 else _address(written)


def _set_thread(mail: EmailMessage, outgoing: Outgoing) -> None:
    known = [message_id_of(one) for one in (*outgoing.references, outgoing.answers)]
    thread = list(dict.fromkeys(one for one in known if ANGLED.fullmatch(one)))
    answered = message_id_of(outgoing.answers)
    if answered in thread:
        mail["In-Reply-To"] = answered
    if thread:
        mail["References"] = " ".join(thread[:1] + thread[1:][-REFERENCES + 1 :])


def _set_body(mail: EmailMessage, outgoing: Outgoing) -> None:
    inline = [one for one in outgoing.attachments if one.content_id and outgoing.html]
    mail.set_content(_storable(outgoing.text))
    if outgoing.html:
        mail.add_alternative(_storable(outgoing.html), subtype="html")
        rich = cast("EmailMessage", list(mail.iter_parts())[-1])
        for one in inline:
            rich.add_related(one.data or b"", *_types(one), filename=_name(one), cid=f"<{one_line(one.content_id)}>", disposition="inline")
    for one in outgoing.attachments:
        if one not in inline:
            mail.add_attachment(one.data or b"", *_types(one), filename=_name(one))


def _name(media: Media) -> str:
    return file_name(media.name, media.content_type)


def _types(media: Media) -> tuple[str, str]:
    """(main, sub) of a media type; unknown shapes, and those that may not travel as base64, are mere bytes."""
    found = MEDIA_TYPE.fullmatch(media.content_type.partition(";")[0].strip().lower())
    return (found[1], found[2]) if found and found[1] not in ("message", "multipart") else ("application", "octet-stream")


def _storable(text: str) -> str:
    return re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
