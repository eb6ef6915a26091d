"""A raw mail turned into the contract's events. Pure: may run in another process, and again years later."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message as HeaderBlock

from connectors.contract import Address, Delivery, Event, Media, Message, Receipt
from connectors.email import automatic, ids, mime
from connectors.email import headers as header
from connectors.email.authentication import Authentication
from connectors.email.body import read_body
from connectors.email.forwarded import forwarded_in
from connectors.email.invitation import invitation_of
from connectors.email.marks import HEADER, is_mark
from connectors.email.protection import protection_of
from connectors.email.replies import visible_text
from connectors.email.senders import CLAIMED, Company, author_of
from connectors.email.tnef import open_tnef
from connectors.errors import MalformedPayload

KIND = "mail"
TRACED = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to")
"""The headers that a mail keeps on every way; those that are added on the way (Received, DKIM, ...) are no part of its identity."""

SUBJECT_LIMIT = 998
NAME_LIMIT = 200
LOOKS_LIKE_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as read: senders as (name, address), the whole text, sanitised HTML, files."""

    part: mime.Part
    senders: tuple[tuple[str, str], ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Media, ...]
    plain_only: bool
    """Whether the mail was beyond the caps and is shown as plain text."""
    claimed: tuple[str, str] | None = None
    """A From that is no mailbox, as it stands: for want of anything better."""


def read(raw: bytes) -> Mail:
    """Read a mail, whatever its shape. Never raises on bad input."""
    try:
        part, plain_only = mime.read_mail(raw), False
    except mime.TooComplex:
        part, plain_only = mime.read_as_text(raw), True
    open_tnef(part)
    body = read_body(part)
    senders = tuple(header.mailboxes(part.headers, "from"))
    claimed = header.as_it_stands(part.headers, "from") if not senders else None
    subject = header.first(part.headers, "subject")
    return Mail(part, senders, subject, body.text, body.html, body.attachments, plain_only, claimed)


def external_id(raw: bytes) -> str:
    """The id of a raw mail: the same by whichever way it came, never the same for two different mails.

    A Message-ID alone is anybody's claim: whoever repeats that of another mail could make that mail look like a copy and
    vanish. So the id is a hash over the Message-ID, the headers that travel unchanged, and the body with normal line ends.
    """
    return identified(raw)[0]


def identified(raw: bytes) -> tuple[str, HeaderBlock]:
    """The id of a raw mail, and its headers, read on the way."""
    block, body = mime.split_header(raw)
    headers = mime.read_headers(block[: mime.HEADER_LIMIT])
    told = hashlib.sha256()
    for name in TRACED:
        for value in headers.get_all(name, []):
            told.update(f"{name}:{' '.join(str(value).split())}\n".encode("utf-8", "replace"))
    told.update(body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return told.hexdigest(), headers


def message_id_of(external: str) -> str:
    """The Message-ID within a message's external id; empty when that mail had none."""
    return external.partition("#")[0]


def events_of(delivery: Delivery, *, key: bytes, ours: str, company: Company | None = None) -> list[Event]:
    """The one message of a mail, or the receipts of a report on a message of ours, one a recipient. `ours` is the channel's address;
    `company` what it knows of its own company, by default the address's domain alone.

    Nothing in the test mail of a check. Raises MalformedPayload for a mail that nobody has sent, or whose server kept it from us.
    """
    if unfetched := delivery.headers.get("unfetched"):
        where = f"mail {delivery.headers.get('uid')} of the folder {delivery.headers.get('folder')!r}"
        raise MalformedPayload(f"{where} ({unfetched} bytes) could not be fetched: look at it in the mailbox")
    mail = read(delivery.body)
    if is_mark(key, header.first(mail.part.headers, HEADER)):
        return []
    return [*_receipts(mail, delivery.headers, key)] or [_message(mail, delivery, key, company or Company.of(ours))]


def _receipts(mail: Mail, envelope: Mapping[str, str], key: bytes) -> list[Receipt]:
    report, at = automatic.report_of(mail.part), header.date_of(mail.part.headers)
    by_path = next((one for one in (ids.bounced_message(key, one) for one in _recipients(mail, envelope)) if one), "")
    if report is None:
        said = automatic.plain_report(_sender(mail, envelope)[1], mail.text) if by_path else None
        return [Receipt(said.state, message=by_path, reason=said.reason, at=at)] if said else []
    by_id = (ids.answered_message(key, one, recipient) for one in report.message_ids for recipient in report.recipients)
    if not (found := by_path or next((one for one in by_id if one), "")):
        return []
    return [
        Receipt(one.state, message=found, reason=one.reason, recipient=ids.normal_address(one.recipient), at=at) for one in report.outcomes
    ]


def _message(mail: Mail, delivery: Delivery, key: bytes, company: Company) -> Message:
    headers, ours = mail.part.headers, company.address
    author = author_of(mail.part, _sender(mail, delivery.headers), company, mail.subject, mail.text)
    name, address = author.name, ids.normal_address(author.address)
    shown = Authentication.from_word(delivery.headers.get("authentication", ""))
    failed = shown is not None and shown.dmarc == "fail"
    doubts = {**_doubts(mail, name, address, ours), **({"failed_authentication": True} if failed else {})}
    claimed = (*header.message_ids(headers, "in-reply-to"), *reversed(header.message_ids(headers, "references")))
    trusted = not (author.claimed or doubts.keys() & {"several_senders", "own_address", "failed_authentication"})
    kind = CLAIMED if author.claimed or failed else "email"
    subject = mail.subject if author.subject is None else author.subject
    return Message(
        external_id=f"{next(iter(header.message_ids(headers, 'message-id')), '')}#{delivery.external_id[:32]}",
        sender=Address(kind, address, "" if "misleading_name" in doubts else name[:NAME_LIMIT]),
        text=visible_text(mail.text if author.text is None else author.text),
        html=mail.html,
        subject=" ".join(subject.split())[:SUBJECT_LIMIT],
        attachments=mail.attachments,
        at=header.date_of(headers),
        to=ours,
        answers=_answers((*_recipients(mail, delivery.headers), *claimed), key, address) if trusted else (),
        reply_to=tuple(dict.fromkeys(claimed)) if trusted else (),
        automatic=failed
        or "own_address" in doubts
        or automatic.is_automatic(mail.part, address, delivery.headers, own_list=author.own_list),
        claims={"email": address} if kind == CLAIMED else {},
        context={
            **_context(mail, address),
            **_on_the_way(delivery.headers),
            **author.context,
            **({"authentication": shown.as_context()} if shown else {}),
            **doubts,
        },
    )


def _answers(claimed: tuple[str, ...], key: bytes, sender: str) -> tuple[str, ...]:
    """Our messages that this sender, and nobody else, can answer with what he or she shows."""
    proved = (ids.answered_message(key, one, sender) for one in claimed)
    return tuple(dict.fromkeys(one for one in proved if one))


def _sender(mail: Mail, envelope: Mapping[str, str]) -> tuple[str, str]:
    """(name, address): the first of From, else of Sender, else of the envelope, else what stands in From."""
    found = (*mail.senders, *header.mailboxes(mail.part.headers, "sender"), *header.mailboxes_of(envelope.get("mail_from", "")))
    if not found and mail.claimed:
        return mail.claimed
    if not found:
        raise MalformedPayload("neither From, Sender nor the envelope name a sender", code="no_sender")
    return found[0]


def _doubts(mail: Mail, name: str, address: str, ours: str) -> dict[str, object]:
    """What makes the sender less than certain; the agent sees it."""
    shown = LOOKS_LIKE_ADDRESS.search(name)
    doubts = {
        "several_senders": len({ids.normal_address(one) for _, one in mail.senders}) > 1,
        "no_from": not mail.senders,
        "own_address": ids.plain_address(address) == ids.normal_address(ours),
        "misleading_name": name if shown and ids.normal_address(shown[0].strip("'\"()[],;")) != address else "",
        "plain_only": mail.plain_only,
    }
    return {key: value for key, value in doubts.items() if value}


def _context(mail: Mail, sender: str) -> dict[str, object]:
    headers = mail.part.headers
    lists = {name: [address for _, address in header.mailboxes(headers, name)][:200] for name in ("to", "cc")}
    reply = [address for _, address in header.mailboxes(headers, "reply-to") if ids.normal_address(address) != sender][:5]
    context = {
        "to": lists["to"],
        "cc": lists["cc"],
        "reply_address": reply,
        "full_text": mail.text,
        "invitation": invitation_of(mail.part),
        "forwarded": forwarded_in(mail.part),
        **protection_of(mail.part, mail.text),
    }
    return {key: value for key, value in context.items() if value}


def _on_the_way(headers: Mapping[str, str]) -> dict[str, object]:
    """What the mailbox said of it: that only its beginning was fetched (bytes in all), that it lay in the folder for junk."""
    partial = headers.get("partial", "")
    return {**({"partial": int(partial)} if partial.isdigit() else {}), **({"junk": headers["junk"]} if headers.get("junk") else {})}


def _recipients(mail: Mail, envelope: Mapping[str, str]) -> tuple[str, ...]:
    """Where it was sent to: by the envelope first, then as its headers say."""
    named = [address for name in ("to", "cc", "delivered-to", "x-original-to") for _, address in header.mailboxes(mail.part.headers, name)]
    return tuple(dict.fromkeys((*envelope.get("rcpt_to", "").split("\n"), *named)))[:500]
