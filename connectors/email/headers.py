"""Header values as people read them: encoded words, broken charsets, addresses. Nothing here raises on bad input."""

import base64
import binascii
import re
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime

from connectors.email.charsets import decode, storable

WORD = r"=\?[^?\s]+\?[bBqQ]\?.*?\?="
WORDS = re.compile(rf"{WORD}(?:\s*{WORD})*", re.DOTALL)
ONE_WORD = re.compile(r"=\?(?P<charset>[^?\s*]+)(?:\*[^?\s]*)?\?(?P<encoding>[bBqQ])\?(?P<text>.*?)\?=", re.DOTALL)
FOLD = re.compile(r"\r?\n(?=[ \t])|\r|\n")
BARE_WORD = re.compile(r"[^\s<>()\[\],;:\"']+")
LOCAL_ADDRESS = re.compile(r"\s*<?(?P<local>[A-Za-z0-9._-]{1,64})>?\s*(?:\((?P<comment>[^()]*)\))?\s*$")
"""An address without a domain, as machines write when they mean their own: `MAILER-DAEMON (Mail Delivery System)`."""
SPACED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>@,;:\"()\x00-\x1f]+@[^<>@\s]+)>\s*$")
"""Brackets around more than one word: it is an address as a whole or none. Part of it may be somebody else's."""
ONE_ANGLED = re.compile(r"(?P<name>[^<>\"()]*)<(?P<address>[^<>\s@]+@[^<>\s@]+)>\s*$")
SEVERAL = re.compile(r"@.*[,;]|[,;].*@", re.DOTALL)
ANGLE_BRACKETS = re.compile(r"<[^<>]*>")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}>")
MAXIMUM_IDS = 100


def first(headers: Message, name: str) -> str:
    """The first header of that name, unfolded and decoded; empty when there is none."""
    return text_of(headers.get(name, ""))


def text_of(value: object) -> str:
    """A header's value with its encoded words decoded."""
    return storable(WORDS.sub(_decoded_words, FOLD.sub("", str(value))))


def mailboxes(headers: Message, name: str) -> list[tuple[str, str]]:
    """(display name, address) of every mailbox in the headers of that name, in order."""
    return [one for value in headers.get_all(name, []) for one in mailboxes_of(str(value))]


def mailboxes_of(value: str) -> list[tuple[str, str]]:
    """As `mailboxes`, of one value. Words are decoded only after it was taken apart, so that a name cannot smuggle in an address."""
    runs: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        runs.append(_decoded_words(found))
        return f"\ue000{len(runs) - 1}\ue001"

    def restored(text: str) -> str:
        return re.sub("\ue000(\\d+)\ue001", lambda found: runs[int(found[1])] if int(found[1]) < len(runs) else "", text)

    plain = WORDS.sub(stand_in, " ".join(value.split()))
    found = [(storable(restored(name)).strip(), storable(address).strip()) for name, address in _taken_apart(plain)]
    found = [(name, address) for name, address in found if _is_address(address)]
    return found or _searched(storable(restored(plain)))


def as_it_stands(headers: Message, name: str) -> tuple[str, str] | None:
    """(name, address) of a header in which no mailbox can be read but something was meant to be one: the value itself, as both."""
    value = " ".join(first(headers, name).split())[:320]
    return (value.replace('"', ""), value) if "@" in value else None


def message_ids(headers: Message, name: str) -> tuple[str, ...]:
    """The message ids in the headers of that name, each once."""
    found = (one for value in headers.get_all(name, []) for one in MESSAGE_ID.findall(storable(str(value))))
    return tuple(dict.fromkeys(found))[:MAXIMUM_IDS]


def subject_of_block(block: bytes) -> str:
    """The subject in the headers at the beginning of these bytes."""
    parsed: Message = BytesHeaderParser().parsebytes(block)
    return first(parsed, "subject").strip()


def date_of(headers: Message) -> float | None:
    """The time that the sender's clock claims, seconds since the epoch."""
    try:
        return parsedate_to_datetime(first(headers, "date")).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None


def _taken_apart(value: str) -> list[tuple[str, str]]:
    """Mailboxes by the rules. What stands before the one pair of angle brackets is a name, even if it looks like an address."""
    one = ONE_ANGLED.match(value)
    if one and not SEVERAL.search(one["name"]):
        return [(one["name"].strip("' \t"), one["address"])]
    try:
        found = getaddresses([value])
    except (RecursionError, ValueError, IndexError):  # comments within comments, thousands deep
        return []
    return [(name, address) for name, address in found if address]


def _is_address(value: str) -> bool:
    local, at, domain = value.rpartition("@")
    return bool(local and at and domain) and not re.search(r"[\s<>\x00-\x1f]", value) and len(value) <= 384


def _searched(value: str) -> list[tuple[str, str]]:
    """What looks like an address in a value that follows no rule: the last in angle brackets, or else the first."""
    spaced = SPACED.match(value)
    if spaced:
        return [(spaced["name"].strip(" \t\"'"), spaced["address"].strip())]
    bracketed = _bare_addresses(" ".join(ANGLE_BRACKETS.findall(value)))
    found = bracketed[-1:] or _bare_addresses(value)[:1]
    if not found:
        local = LOCAL_ADDRESS.match(value)
        return [((local["comment"] or "").strip(), local["local"])] if local else []
    name = value.partition("<")[0].replace(found[0], "").strip(" \t\"'")
    return [(name, found[0])]


def _bare_addresses(value: str) -> list[str]:
    """Whole words with an @ inside: `a@b@c` is not the address of a@b."""
    return [word for word in BARE_WORD.findall(value) if _is_address(word)]


def _decoded_words(run: re.Match[str]) -> str:
    """Neighbours of one charset are joined as bytes first: some programs cut a character in two."""
    pieces: list[tuple[str, bytes]] = []
    for word in ONE_WORD.finditer(run[0]):
        charset, data = word["charset"].lower(), _word_bytes(word["encoding"], word["text"])
        if pieces and pieces[-1][0] == charset and not charset.startswith("iso-2022"):
            data = pieces.pop()[1] + data
        pieces.append((charset, data))
    return "".join(decode(data, charset) for charset, data in pieces)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    return base64.b64decode(clean[: len(clean) - (len(clean) % 4 == 1)] + b"=" * (-len(clean) % 4))
