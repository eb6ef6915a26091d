"""The mark of a check's test mail: signed, so that the mail becomes nobody's message, and no one else's mail can hide behind it."""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

HEADER = "X-Hilo-Test"
MARK = re.compile(rb"^x-hilo-test:[ \t]*([0-9a-f]{32}\.[0-9a-f]{32})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
SPAN = 32 * 1024
"""Bytes at a mail's beginning in which the mark is looked for: servers put lines of theirs above it."""

_awaited: dict[bytes, asyncio.Event] = {}
"""Test mails that a check in this process waits for, by their marks."""


def new_mark(key: bytes) -> str:
    """A mark for one test mail."""
    number = secrets.token_hex(16)
    return f"{number}.{_mac(key, number)}"


def is_mark(key: bytes, claimed: str) -> bool:
    """Whether this channel made the mark."""
    number, _, mac = claimed.strip().partition(".")
    return hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(key, number).encode())


def mark_in(raw: bytes) -> bytes:
    """The mark of a mail, whoever made it; empty when it has none."""
    found = MARK.search(raw[:SPAN])
    return found[1].lower() if found else b""


@contextmanager
def awaiting(mark: str) -> Iterator[asyncio.Event]:
    """Set when the mail of this mark comes in by a server of this process."""
    event = _awaited[mark.encode()] = asyncio.Event()
    try:
        yield event
    finally:
        del _awaited[mark.encode()]


def tell_arrival(raw: bytes) -> None:
    """A mail came in by a server of ours."""
    if _awaited and (event := _awaited.get(mark_in(raw))):
        event.set()


def _mac(key: bytes, number: str) -> str:
    return hmac.digest(key, b"hilo email test\0" + number.encode("utf-8", "replace"), hashlib.sha256)[:16].hex()
