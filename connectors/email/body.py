"""What of a mail's parts is to be read, as text and as HTML, and what are files."""

import html as escaping
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from connectors.contract import Media
from connectors.email import headers as header
from connectors.email import markup
from connectors.email.mime import Part, parameter
from connectors.email.names import file_name

TEXT_LIMIT = 500_000
HTML_LIMIT = 4_000_000
"""Bytes to read; a longer part is read so far, and is a file as well."""


NAME = re.compile(r"[^\r\n]{1,200}\.[A-Za-z0-9]{2,5}")
"""A description that is the name of a file, as some programs write it."""


@dataclass(slots=True)
class Piece:
    """A stretch to read: as text, as HTML, or as both (two alternatives of the same)."""

    text: str = ""
    html: str = ""
    clean: str | None = None
    """The HTML sanitised; None when it was beyond the caps."""


@dataclass(slots=True)
class Contents:
    """Pieces in reading order, and files."""

    pieces: list[Piece] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Body:
    """A mail's body: `text` is whole (with what it quotes), `html` is sanitised and empty for a mail of plain text."""

    text: str
    html: str
    attachments: tuple[Media, ...]


def read_body(mail: Part) -> Body:
    """Read the parts of a mail. Never raises."""
    contents = _contents(mail)
    _sanitise(contents.pieces)
    html = _as_one_html(contents.pieces)
    text = "\n\n".join(one for one in (_text_of(piece) for piece in contents.pieces) if one.strip())
    return Body(text[:TEXT_LIMIT], html, tuple(_media(part, html) for part in contents.files))


def _contents(part: Part) -> Contents:
    if part.content_type == "multipart/alternative" and part.parts:
        return _alternatives(part)
    contents = Contents()
    if part.parts:
        for one in part.parts:
            inner = _contents_within(one, contents, related=part.content_type == "multipart/related")
            contents.pieces += inner.pieces
            contents.files += inner.files
    elif _is_file(part, later=False):
        contents.files.append(part)
    else:
        _read_piece(part, contents)
    return contents


def _contents_within(part: Part, so_far: Contents, *, related: bool) -> Contents:
    """As `_contents`, but a named text after the first piece is a file; and so is any text that only belongs to a page (RFC 2387)."""
    belongs = related and any(piece.html for piece in so_far.pieces)
    if not part.parts and (belongs or _is_file(part, later=bool(so_far.pieces))):
        return Contents(files=[part])
    return _contents(part)


def _read_piece(part: Part, contents: Contents) -> None:
    rich = part.content_type == "text/html"
    limit = HTML_LIMIT if rich else TEXT_LIMIT
    if len(part.body) > limit:
        contents.files.append(part)
    text = part.text(limit)
    if text.strip():
        contents.pieces.append(Piece(html=text) if rich else Piece(text=text))


def _alternatives(part: Part) -> Contents:
    """The first alternative in plain text and the last in HTML, as one piece; the files of all."""
    within = [_contents(one) for one in part.parts]
    plain = next((one for one in within if one.pieces and not any(piece.html for piece in one.pieces)), Contents())
    rich = next((one for one in reversed(within) if any(piece.html for piece in one.pieces)), Contents())
    files = [one for contents in within for one in contents.files]
    text = "\n\n".join(piece.text for piece in plain.pieces)
    if len(rich.pieces) > 1:
        return Contents(rich.pieces if not text.strip() else [Piece(text, _raw_html(rich.pieces))], files)
    html = rich.pieces[0].html if rich.pieces else ""
    return Contents([Piece(text, html)] if text or html else [], files)


def _raw_html(pieces: list[Piece]) -> str:
    return "\n".join(piece.html or _as_html(piece.text) for piece in pieces)


def _is_file(part: Part, *, later: bool) -> bool:
    disposition = str(part.headers.get("content-disposition", "")).partition(";")[0].strip().lower()
    if part.headers.get_content_maintype() == "multipart":  # without a boundary: shown as text
        return False
    if disposition == "attachment" or part.content_type not in ("text/plain", "text/html"):
        return True
    return later and bool(_claimed_name(part))


def _sanitise(pieces: list[Piece]) -> None:
    """Make all HTML harmless, if all of it together is within the caps."""
    try:
        markup.check_size("".join(piece.html for piece in pieces))
        for piece in pieces:
            piece.clean = markup.sanitise(piece.html) if piece.html else None
    except markup.TooComplex:
        return


def _as_one_html(pieces: list[Piece]) -> str:
    if not any(piece.clean for piece in pieces):
        return ""
    return "\n".join(piece.clean or _as_html(piece.text) for piece in pieces)


def _text_of(piece: Piece) -> str:
    if piece.text.strip() or not piece.html:
        return piece.text
    return markup.text_of(piece.clean) if piece.clean is not None else markup.text_without_tags(piece.html)


def _as_html(text: str) -> str:
    return f'<div style="white-space:pre-wrap">{escaping.escape(text)}</div>'


def _media(part: Part, html: str) -> Media:
    content_id = header.first(part.headers, "content-id").strip().strip("<>")
    referenced = bool(content_id) and (f"cid:{content_id}" in html or f"cid:{content_id}" in unquote(escaping.unescape(html)))
    content_type = part.content_type
    return Media(
        name=file_name(_claimed_name(part) or _subject_of(part), content_type),
        content_type=content_type,
        data=part.content(),
        content_id=content_id if referenced else "",
    )


def _claimed_name(part: Part) -> str:
    disposition = parameter(part.headers, "filename", "content-disposition")
    described = header.first(part.headers, "content-description").strip()
    return header.text_of(disposition or parameter(part.headers, "name")) or (described if NAME.fullmatch(described) else "")


def _subject_of(part: Part) -> str:
    """A mail within a mail is called by its subject."""
    if part.content_type != "message/rfc822":
        return ""
    found = header.subject_of_block(part.content()[:65536])
    return f"{found}.eml".replace("/", "_").replace("\\", "_") if found else ""
