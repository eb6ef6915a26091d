"""Outlook's winmail.dat (TNEF) opened: the files in it become files of the mail, its text the text of a mail that has no other."""

import struct
from collections.abc import Iterator
from email.message import Message
from mimetypes import guess_type

from connectors.email import mime
from connectors.email.mime import Part

TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
SIGNATURE = b"\x78\x9f\x3e\x22"
HEADER = struct.Struct("<BHHI")
"""Of each object: level, name, type, length of what follows; behind that two bytes of checksum."""
CODE_PAGE, BODY, PROPERTIES, FILE_PROPERTIES = 0x9007, 0x800C, 0x9003, 0x9005
ATTACHMENT_LEVEL = 2
LONG, PAIR = struct.Struct("<I"), struct.Struct("<HH")
NAMED, SEVERAL = 0x8000, 0x1000
"""A property with a name of its own, and a type of several values."""
SIZES = {0x02: 2, 0x0B: 2, 0x03: 4, 0x04: 4, 0x0A: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a value by type; all other values say their length."""
OBJECT_LIMIT = 500
SIZE_LIMIT = 30 * 1024 * 1024
COPY_LIMIT = 1_000_000_000
"""Bytes: the library copies what remains at every object."""


def open_tnef(mail: Part) -> None:
    """Put the files in place of each winmail.dat. One that cannot be read stays the file it is."""
    found = [one for one in mail.walk() if _is_tnef(one)]
    readable = any(one.content_type.startswith("text/") for one in mail.walk())
    for part in found[:5]:
        inner = _parts(part.content(), with_text=not readable)
        if inner:
            part.headers.replace_header("content-type", "multipart/mixed")
            part.parts, part.body = inner, b""


def _is_tnef(part: Part) -> bool:
    named = mime.parameter(part.headers, "name").lower() == "winmail.dat" or (
        mime.parameter(part.headers, "filename", "content-disposition").lower() == "winmail.dat"
    )
    return "content-type" in part.headers and not part.parts and (part.content_type in TYPES or named)


def _parts(data: bytes, *, with_text: bool) -> list[Part]:
    from tnefparse import TNEF
    from tnefparse.tnef import IMESSAGE_SIG

    wanted = _wanted(data)
    if wanted is None or IMESSAGE_SIG in wanted:  # a message within would be read without our caps
        return []
    try:
        opened = TNEF(wanted, do_checksum=False)
        files = [_file(one.long_filename(), one.data) for one in opened.attachments if isinstance(one.data, bytes) and one.data]
        return [*(_texts(opened.htmlbody, opened.body) if with_text else []), *files]
    except Exception:  # the library raises whatever its input makes it
        return []


def _wanted(data: bytes) -> bytes | None:
    """The objects that are to be read, and no others: lists of recipients and the like can be made to take for ever."""
    if data[:4] != SIGNATURE or len(data) > SIZE_LIMIT:
        return None
    lies = any(_lies(name, one) for _, name, one in _objects(data))
    kept = [one for level, name, one in _objects(data) if level == ATTACHMENT_LEVEL or name in (CODE_PAGE, BODY, PROPERTIES)]
    if lies or len(kept) > OBJECT_LIMIT or len(kept) * len(data) > COPY_LIMIT:
        return None
    return data[:6] + b"".join(kept) + b"\0" * 12  # the library stops before what could be a last, short object


def _lies(name: int, one: bytes) -> bool:
    """Whether an object claims more properties, or values of one, than anybody writes: the library would count them all."""
    if name not in (PROPERTIES, FILE_PROPERTIES):
        return False
    data = one[HEADER.size : -2]
    try:
        return LONG.unpack_from(data)[0] > OBJECT_LIMIT or any(count > OBJECT_LIMIT for count in _value_counts(data))
    except struct.error:  # cut off: there the library stops as well
        return False


def _value_counts(data: bytes) -> Iterator[int]:
    """How many values each property claims to have, in order. Raises struct.error where the list is cut off."""
    at = LONG.size
    while at < len(data):
        kind, name = PAIR.unpack_from(data, at)
        at = _after_guid(data, at + PAIR.size) if name >= NAMED else at + PAIR.size
        several = bool(kind & SEVERAL)
        size = SIZES.get(kind & ~SEVERAL)
        count = LONG.unpack_from(data, at)[0] if several or size is None else 1
        yield count
        at += LONG.size if several or size is None else 0
        for _ in range(count):
            at += size if size is not None else LONG.size + (LONG.unpack_from(data, at)[0] + 3) // 4 * 4
        at += 2 if size == 2 and count % 2 else 0


def _after_guid(data: bytes, at: int) -> int:
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 + ((length + 3) // 4 * 4 if kind else 0)


def _objects(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at, count = 6, 0
    while at + HEADER.size <= len(data) and count < 20 * OBJECT_LIMIT:
        level, name, _, length = HEADER.unpack_from(data, at)
        end = at + HEADER.size + length + 2
        yield level, name, data[at:end]
        at, count = end, count + 1


def _texts(html: object, text: object) -> list[Part]:
    """The text, the HTML version preferred."""
    found = ((_bytes(html), "text/html"), (_bytes(text), "text/plain"))
    return next(([_text(data, kind)] for data, kind in found if data.strip()), [])


def _bytes(value: object) -> bytes:
    data = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return data.strip(b"\0") if isinstance(data, bytes) else b""


def _text(data: bytes, content_type: str) -> Part:
    headers = Message()
    headers.add_header("Content-Type", content_type)
    return Part(headers, data)


def _file(name: str | bytes, data: bytes) -> Part:
    shown = (name.decode("utf-8", "replace") if isinstance(name, bytes) else name).strip("\0 ")
    headers = Message()
    headers.add_header("Content-Type", guess_type(shown)[0] or "application/octet-stream")
    headers.add_header("Content-Disposition", "attachment", filename=("utf-8", "", shown))
    headers.add_header("Content-Transfer-Encoding", "binary")
    return Part(headers, data)
