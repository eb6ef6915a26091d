"""How records stand in a spool file: the file's mark, length, CRC-32, a msgpack body.

The mark is random for each file and stands in its name: after a damaged record the next one is found by it, and nobody who sends us bytes
can write one.
"""

import os
import struct
import zlib
from dataclasses import dataclass

import msgspec

HEAD = struct.Struct("<II")
MARK_BYTES = 8
RECORD_LIMIT = 64 * 1024 * 1024
FRAME_BYTES = MARK_BYTES + HEAD.size


class Spooled(msgspec.Struct, frozen=True, array_like=True):
    """One raw delivery, and the channel it came by."""

    channel: str
    kind: str
    external_id: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Contents:
    """Its whole records, and whether others were damaged. A record cut off at the end is a crash's, and was never acknowledged."""

    records: list[Spooled]
    damaged: bool


def new_mark() -> bytes:
    """A mark for a new file."""
    return os.urandom(MARK_BYTES)


def frame(mark: bytes, body: bytes) -> bytes:
    """A record as it is written."""
    return mark + HEAD.pack(len(body), zlib.crc32(body)) + body


def parse(data: bytes, mark: bytes) -> Contents:
    """The records of a file's bytes. What is damaged is stepped over."""
    records: list[Spooled] = []
    damaged, at = False, 0
    while at < len(data):
        if found := _record(data, at, mark):
            record, at = found
            records.append(record)
            continue
        following = data.find(mark, at + 1)
        damaged = damaged or following >= 0 or not _is_cut_off(data, at, mark)
        at = following if following >= 0 else len(data)
    return Contents(records, damaged)


def _record(data: bytes, at: int, mark: bytes) -> tuple[Spooled, int] | None:
    """The whole record at a place, and where it ends."""
    begin = at + FRAME_BYTES
    if begin > len(data) or not data.startswith(mark, at):
        return None
    length, crc = HEAD.unpack_from(data, at + MARK_BYTES)
    body = data[begin : begin + length]
    if len(body) != length or zlib.crc32(body) != crc:
        return None
    try:
        return msgspec.msgpack.decode(body, type=Spooled), begin + length
    except msgspec.DecodeError:
        return None


def _is_cut_off(data: bytes, at: int, mark: bytes) -> bool:
    """Whether a record begins there that says it is longer than what there is."""
    if len(data) - at < FRAME_BYTES:
        return mark.startswith(data[at : at + MARK_BYTES])
    length, _ = HEAD.unpack_from(data, at + MARK_BYTES)
    return data.startswith(mark, at) and length <= RECORD_LIMIT and at + FRAME_BYTES + length > len(data)
