"""What stands in a mail below the words that were typed: a signature, the message that is answered, the message that is passed on. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.plain import text_of
from hub.errors import Invalid
from hub.kernel.database import Record

HELD_BACK = re.compile(r'(<img\b[^>]*?)\sdata-remote-src="')
QUOTE_STYLE = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"
QUOTED_AT_MOST = 500_000
"""Characters of HTML that are quoted; more goes as text."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "wrote": "El {date} a las {time}, {who} escribió:",
        "forwarded": "---------- Mensaje reenviado ----------",
        "from": "De",
        "date": "Fecha",
        "subject": "Asunto",
        "to": "Para",
        "cc": "Cc",
    },
    "en": {
        "wrote": "On {date} at {time}, {who} wrote:",
        "forwarded": "---------- Forwarded message ----------",
        "from": "From",
        "date": "Date",
        "subject": "Subject",
        "to": "To",
        "cc": "Cc",
    },
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a mail in both forms. `html` may be empty: then the text stands for it."""

    text: str
    html: str = ""

    @property
    def shown(self) -> str:
        """As HTML in any case."""
        return self.html or as_html(self.text)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is quoted. `who` may be empty; `people`: the addresses under `to` and `cc`."""

    who: str
    address: str
    at: datetime
    subject: str
    text: str
    html: str
    people: Mapping[str, Sequence[str]]


def letter_of(row: Record, html: str) -> Letter:
    """From a row of the statement `letter` and the message's HTML."""
    context, incoming = row["context"], row["direction"] == "in"
    far = (row["address"] or {}).get("value", "")
    to = context.get("to", []) if incoming else [far]
    return Letter(
        who=row["writer"],
        address=far if incoming else row["ours"],
        at=row["at"],
        subject=row["subject"],
        text=context.get("full_text") or row["text"],
        html=HELD_BACK.sub(r'\1 src="', html) if len(html) <= QUOTED_AT_MOST else "",
        people={"to": to, "cc": context.get("cc", [])},
    )


def quoted(letter: Letter, locale: str, zone: ZoneInfo) -> Piece:
    """The message that is answered, under a line that says who wrote it and when."""
    words = WORDS[locale]
    date, time = _moment(letter.at, locale, zone)
    who = f"{letter.who} <{letter.address}>" if letter.who and letter.address else letter.who or letter.address
    head = words["wrote"].format(date=date, time=time, who=who)
    lines = "\n".join(f"> {line}".rstrip() for line in letter.text.split("\n"))
    body = f'<blockquote type="cite" style="{QUOTE_STYLE}">{without_inline(letter.html) or as_html(letter.text)}</blockquote>'
    return Piece(f"{head}\n{lines}", f'<div class="gmail_quote"><div>{escape(head)}</div>{body}</div>')


def forwarded(letter: Letter, locale: str, zone: ZoneInfo, *, html: bool, files: bool) -> Piece:
    """The message that is passed on, under its head. Pictures inside it are shown where its files go with it."""
    words = WORDS[locale]
    date, time = _moment(letter.at, locale, zone)
    who = f"{letter.who} <{letter.address}>" if letter.who and letter.address else letter.who or letter.address
    told = [("from", who), ("date", f"{date} {time}"), ("subject", letter.subject)]
    told += [(name, ", ".join(letter.people.get(name, ()))) for name in ("to", "cc")]
    lines = [words["forwarded"], *(f"{words[name]}: {value}" for name, value in told if value)]
    head = "\n".join(lines)
    original = (letter.html if files else without_inline(letter.html)) if html else ""
    return Piece(f"{head}\n\n{letter.text}", f"<div>{as_html(head)}</div><br>{original or as_html(letter.text)}")


def put_together(typed: Piece, below: Sequence[Piece], *, html: bool) -> Piece:
    """One mail: what was typed, and each piece below it. With `html` in both forms."""
    text = "\n\n".join(one.text for one in (typed, *below) if one.text.strip())
    return Piece(text, "<br>".join(one.shown for one in (typed, *below) if one.text.strip() or one.html) if html else "")


def signature(html: str) -> Piece:
    """Below the two dashes by which programs know it."""
    return Piece("-- \n" + text_of(html), f'<div class="gmail_signature">{html}</div>')


def answer_subject(subject: str, mark: str) -> str:
    """The subject with `Re:` or `Fwd:` before it, once."""
    begins = re.match(rf"\s*({mark}|{'rv|fw|tr|i' if mark == 'Fwd' else 'r|aw|sv'})\s*:", subject, re.IGNORECASE)
    return subject if begins else f"{mark}: {subject}".rstrip()


def language_of(*locales: str | None) -> str:
    """The first of these that we have words for."""
    return next((one[:2] for one in locales if one and one[:2] in WORDS), "en")


def zone_of(name: str) -> ZoneInfo:
    """A zone by its name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        wrong = f"{name} is no zone of the IANA's, such as Europe/Madrid"
        raise Invalid("invalid", f"zone: {wrong}", fields={"zone": wrong}) from error


def as_html(text: str) -> str:
    """Text in a form that shows the same."""
    return escape(text, quote=False).replace("\n", "<br>")


def without_inline(html: str) -> str:
    """Without the pictures that lie beside the message and do not travel with the quotation."""
    return re.sub(r'<img\b[^>]*\ssrc="cid:[^>]*>', "", html)


def _moment(at: datetime, locale: str, zone: ZoneInfo) -> tuple[str, str]:
    local = at.astimezone(zone)
    return (local.strftime("%d/%m/%Y") if locale == "es" else local.strftime("%d %b %Y")), local.strftime("%H:%M")
