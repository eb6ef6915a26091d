"""Texts with entities: what a person sees, as plain text."""

from collections.abc import Sequence

from connectors.telegram.words import Entity

UNIT = 2
"""Bytes of one UTF-16 unit."""


def plain(text: str, entities: Sequence[Entity]) -> str:
    """The text, with the address of every hidden link behind its words: `our shop (https://shop.example)`."""
    if not any(one.type == "text_link" for one in entities):
        return clean(text)
    raw = text.encode("utf-16-le", "surrogatepass")
    for one in sorted(entities, key=lambda entity: entity.offset, reverse=True):
        raw = _with_address(raw, one)
    return clean(raw.decode("utf-16-le", "replace"))


def _with_address(raw: bytes, entity: Entity) -> bytes:
    start, end = entity.offset * UNIT, (entity.offset + entity.length) * UNIT
    if entity.type != "text_link" or not entity.url or not 0 <= start < end <= len(raw):
        return raw
    if raw[start:end].decode("utf-16-le", "replace").rstrip("/") == entity.url.rstrip("/"):
        return raw
    return raw[:end] + f" ({entity.url})".encode("utf-16-le", "replace") + raw[end:]


def clean(text: str) -> str:
    """Without NUL, which no database keeps as text."""
    return text.replace("\x00", "\ufffd")
