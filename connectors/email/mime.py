"""The tree of a mail's parts. Works on slices of bytes with caps from the start, so a hostile shape costs little."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser

from connectors.email.charsets import decode, decode_undeclared

RAW_LIMIT = 35 * 1024 * 1024
HEADER_LIMIT = 256 * 1024
PART_LIMIT = 500
DEPTH_LIMIT = 20

BLANK_LINE = re.compile(rb"^\r?\n|\n\r?\n|\r\r")
NO_HEADER = re.compile(rb"^(?![!-9;-~]+[ \t]*:|[ \t\r\n]|From |\Z)", re.MULTILINE)
CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{1,40})|=\?([\w.:-]{1,40})\?[bq]\?", re.IGNORECASE)
CHARSET_SPAN = 64 * 1024
"""Bytes of a mail in which a charset is looked for."""
NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


class TooComplex(ValueError):
    """A mail beyond the caps: to be shown as plain text."""


@dataclass(slots=True)
class Part:
    """One part: headers as text, body as it travelled, and its own parts."""

    headers: Message
    body: bytes
    parts: list["Part"] = field(default_factory=list)

    @property
    def content_type(self) -> str:
        return self.headers.get_content_type()

    def content(self) -> bytes:
        """The body without its transfer encoding. Damaged encodings give what can be saved."""
        encoding = str(self.headers.get("content-transfer-encoding", "")).partition(";")[0].strip().lower()
        match encoding:
            case "base64":
                return _from_base64(self.body)
            case "quoted-printable":
                return binascii.a2b_qp(self.body)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return _from_uuencode(self.body)
            case "binary":
                return self.body
        return self.body.replace(b"\r\n", b"\n")  # sent as lines, so the line ends are those of the way it came

    def text(self, limit: int) -> str:
        """The first bytes of the content decoded by its charset, with line ends as \\n; lines that flow are joined."""
        decoded = decode(self.content()[:limit], parameter(self.headers, "charset")).replace("\r\n", "\n").replace("\r", "\n")
        flows = parameter(self.headers, "format").lower() == "flowed"
        return unwrapped(decoded, glued=parameter(self.headers, "delsp").lower() == "yes") if flows else decoded

    def walk(self) -> Iterator["Part"]:
        """This part and those within, in order."""
        yield self
        for one in self.parts:
            yield from one.walk()


def read_mail(raw: bytes) -> Part:
    """The tree of a mail. Raises TooComplex beyond the caps."""
    if len(raw) > RAW_LIMIT:
        raise TooComplex(f"{len(raw)} bytes, at most {RAW_LIMIT}")
    return _read_part(raw.lstrip(b"\r\n"), depth=0, left=[PART_LIMIT], likely=_named_charset(raw))


def read_as_text(raw: bytes) -> Part:
    """A mail whose shape is not to be trusted: the first headers that fit, and all the rest as one text."""
    block, body = split_header(raw[: HEADER_LIMIT + RAW_LIMIT])
    headers = read_headers(block[:HEADER_LIMIT], _named_charset(raw))
    for name in ("content-type", "content-transfer-encoding", "content-disposition"):
        del headers[name]
    return Part(headers, block[HEADER_LIMIT:] + body)


def unwrapped(text: str, *, glued: bool = False) -> str:
    """Text of format=flowed (RFC 3676): a line that ends in a space goes on in the next one of the same depth of quotation."""
    lines: list[str] = []
    flowing = ""
    for line in text.split("\n"):
        quotes = line[: len(line) - len(line.lstrip(">"))]
        rest = line[len(quotes) :]
        rest = rest[1:] if rest.startswith(" ") else rest
        if lines and flowing == f"{quotes}~":
            lines[-1] += rest
        else:
            lines.append(f"{quotes} {rest}" if quotes else rest)
        flowing = f"{quotes}~" if rest.endswith(" ") and rest != "-- " else ""
        if flowing and glued:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def parameter(headers: Message, name: str, header: str = "content-type") -> str:
    """A parameter of a header, decoded after RFC 2231; empty when missing or broken beyond reading."""
    try:
        value = headers.get_param(name, "", header)
        if isinstance(value, tuple):
            charset, _, text = value
            return decode(text.encode("latin-1", "replace"), charset or "")
        return str(value)
    except (ValueError, LookupError, TypeError):
        return ""


def _read_part(raw: bytes, *, depth: int, left: list[int], likely: str) -> Part:
    left[0] -= 1
    if left[0] < 0 or depth > DEPTH_LIMIT:
        raise TooComplex(f"more than {PART_LIMIT} parts or {DEPTH_LIMIT} levels")
    block, body = split_header(raw)
    if len(block) > HEADER_LIMIT:
        raise TooComplex(f"{len(block)} bytes of headers, at most {HEADER_LIMIT}")
    headers = read_headers(block, likely)
    part = Part(headers, body)
    if headers.get_content_maintype() == "multipart":
        part.parts = [_read_part(one, depth=depth + 1, left=left, likely=likely) for one in _between_boundaries(part, left[0])]
    return part


def split_header(raw: bytes) -> tuple[bytes, bytes]:
    """The block of headers, and the body: after the first blank line, or from the first line that can be no header."""
    found = BLANK_LINE.search(raw)
    block, body = (raw[: found.start() + 1], found.end()) if found else (raw, len(raw))
    broken = NO_HEADER.search(block[: HEADER_LIMIT + 1])
    return (block[: broken.start()], raw[broken.start() :]) if broken else (block, raw[body:])


def read_headers(block: bytes, likely: str = "") -> Message:
    """The headers, bytes over 127 made text: as UTF-8, or else in the likely charset."""
    parsed: Message = BytesHeaderParser().parsebytes(block)
    headers = Message()
    for name, value in parsed.raw_items():
        text = str(value)
        headers[name] = text if text.isascii() else decode_undeclared(text.encode("ascii", "surrogateescape"), likely)
    return headers


def _named_charset(raw: bytes) -> str:
    """The charset that a mail names first, for its headers that name none."""
    found = CHARSET.search(raw, 0, CHARSET_SPAN)
    return (found[1] or found[2]).decode("ascii", "replace") if found else ""


def _between_boundaries(part: Part, limit: int) -> list[bytes]:
    boundary = parameter(part.headers, "boundary").rstrip()
    if not boundary:
        return []
    line = re.compile(rb"^--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
    pieces: list[bytes] = []
    began: int | None = None
    for found in line.finditer(part.body):
        if began is not None:
            pieces.append(_without_last_line_end(part.body[began : found.start()]))
        began = None if found[1] else found.end()
        if found[1]:
            break
        if len(pieces) >= limit:
            raise TooComplex(f"more than {PART_LIMIT} parts")
    if began is not None:  # cut off: the last part goes to the end
        pieces.append(part.body[began:])
    return pieces


def _without_last_line_end(body: bytes) -> bytes:
    return body[:-2] if body.endswith(b"\r\n") else body[:-1] if body.endswith(b"\n") else body


def _from_base64(body: bytes) -> bytes:
    """Stops at the padding, as decoders do; forgives foreign characters and a last group cut short."""
    clean = body.translate(None, NOT_BASE64.replace(b"=", b""))
    end = clean.find(b"=")
    clean = clean if end < 0 else clean[:end]
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _from_uuencode(body: bytes) -> bytes:
    """With its `begin` line or without. What is not uuencoded is given back as it is."""
    lines = body.splitlines()
    begin = next((n for n, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    pieces = []
    for line in lines[begin + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            return body
    return b"".join(pieces)
