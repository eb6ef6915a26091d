"""Mails within a mail: those that are attached, and the one that somebody passes on below some words of his own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.email import headers as header
from connectors.email import mime
from connectors.email.body import read_body
from connectors.email.mime import Part
from connectors.email.replies import ADDRESS, LABEL, WORDS, is_header_block

MAIL_LIMIT = 5
SIZE_LIMIT = 1_000_000
"""Bytes; what is bigger is only a file."""
TEXT_LIMIT = 20_000
LINES = 2_000
"""In how many lines the beginning of a forwarded mail is looked for."""
BLOCK = 12
"""How many lines its headers have at most."""
FORWARDED = re.compile(rf"\W*(?:\w+\W+){{0,4}}(?:{WORDS['forwards']})\b", re.IGNORECASE)
FORWARD_SUBJECT = re.compile(rf"\s*(?:{WORDS['forward_subjects']})\s?:", re.IGNORECASE)
SUBJECT_LABEL = re.compile(
    r"[\s*>_]*(?:subject|asunto|assunto|assumpte|objet|sujet|betreff|oggetto|onderwerp)\s?\*{0,2}\s?:\**\s*(.*)", re.IGNORECASE
)
MAILTO = re.compile(r"\[mailto:([^\]\s]+)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A mail that somebody forwards: whose it is said to be, its words, and those of the one who forwards it above them."""

    name: str
    address: str
    subject: str
    text: str
    note: str


def forwarded_in(mail: Part) -> list[dict[str, object]]:
    """`from`, `subject`, `at` (seconds since the epoch, by its sender's clock) and `text` of the mails in a mail; only what they say."""
    found = [one for one in mail.walk() if one.content_type == "message/rfc822" and len(one.body) <= SIZE_LIMIT]
    return [said for said in map(_said, found[:MAIL_LIMIT]) if said]


def passed_on(mail: Part, subject: str, text: str) -> PassedOn | None:
    """The mail that this one forwards, attached or below its own text; None when it forwards none, or nobody can tell whose."""
    attached = forwarded_in(mail)
    return _attached(attached[0], text) if attached else _below(subject, text)


def _attached(said: dict[str, object], note: str) -> PassedOn | None:
    sender = next(iter(header.mailboxes_of(str(said.get("from", "")))), None)
    return PassedOn(*sender, str(said.get("subject", "")), str(said.get("text", "")), note.strip()) if sender else None


def _below(subject: str, text: str) -> PassedOn | None:
    lines = text.replace("\r\n", "\n").split("\n")
    at = next((n for n in range(min(len(lines), LINES)) if is_header_block(lines, n)), None)
    if at is None:
        return None
    said = [n for n in range(at) if lines[n].strip()]
    marked = bool(said) and FORWARDED.match(lines[said[-1]]) is not None
    if not (marked or FORWARD_SUBJECT.match(subject)):
        return None
    note = lines[: said[-1]] if marked else lines[:at]
    return _taken_apart(lines, at, "\n".join(note))


def _taken_apart(lines: Sequence[str], at: int, note: str) -> PassedOn | None:
    """The block of headers that begins at a line, and what follows it."""
    end = next((n for n in range(at, min(len(lines), at + BLOCK)) if not lines[n].strip(" \t>")), min(len(lines), at + BLOCK))
    sender = next(iter(_senders(lines[at:end])), None)
    if sender is None:
        return None
    subject = next((found[1].strip() for one in lines[at:end] if (found := SUBJECT_LABEL.match(one))), "")
    quoted = all(line.lstrip().startswith(">") for line in lines[at:end])
    text = "\n".join(re.sub(r"^\s?> ?", "", line) if quoted else line for line in lines[end:])
    return PassedOn(*sender, subject, text.strip()[:TEXT_LIMIT], note.strip(" \n\r\t-_*"))


def _senders(block: Sequence[str]) -> list[tuple[str, str]]:
    """Of the line that names the sender; the address may be in `[mailto:…]`."""
    for line in block:
        found = LABEL.match(line)
        if found and found["sender"] and ADDRESS.search(line):
            return header.mailboxes_of(MAILTO.sub(r"<\1>", line[found.end() :]).replace("*", "").strip())
    return []


def _said(part: Part) -> dict[str, object]:
    try:
        mail = mime.read_mail(part.content())
    except mime.TooComplex:
        return {}
    sender = next(iter(header.mailboxes(mail.headers, "from")), ("", ""))
    said = {
        "from": f"{sender[0]} <{sender[1]}>" if all(sender) else "".join(sender),
        "subject": " ".join(header.first(mail.headers, "subject").split())[:500],
        "at": header.date_of(mail.headers),
        "text": read_body(mail).text.strip()[:TEXT_LIMIT],
    }
    return {key: value for key, value in said.items() if value}
