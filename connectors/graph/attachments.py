"""What hangs on a message of Messenger's or Instagram's: files to fetch, links that were shared, stories; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from connectors.contract import Location, Media
from connectors.graph.reading import DOCUMENT, file_name, number, part, parts, text

Kind = Literal["file", "image", "audio", "voice", "video", "sticker"]
FILES: Mapping[str, tuple[Kind, str]] = {
    "image": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "audio": ("audio", "audio/mp4"),
    "file": ("file", DOCUMENT),
    "sticker": ("sticker", "image/png"),
    "reel": ("video", "video/mp4"),
    "ig_reel": ("video", "video/mp4"),
    "story_mention": ("file", DOCUMENT),
    "ig_story": ("file", DOCUMENT),
}
"""Attachment -> how it is shown, and its media type until the file itself tells."""
SHARED = ("share", "post", "ig_post", "reel", "ig_reel", "story_mention", "fallback", "template", "appointment_booking")
"""Somebody else's, handed on."""
LIMIT = 30


@dataclass(frozen=True, slots=True)
class Attached:
    """All that hangs on one message."""

    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()
    """Lines that stand below the words: addresses, products."""
    location: Location | None = None
    context: Mapping[str, object] = field(default_factory=dict)


def attached(message: Mapping[str, Any]) -> Attached:
    """Raises MalformedPayload."""
    given = parts(message.get("attachments"))[:LIMIT]
    stickers = {_sticker(one) for one in given if one.get("type") == "sticker"}
    found = [_read(one) for one in given if not (one.get("type") == "image" and _sticker(one) in stickers - {""})]
    return Attached(
        media=tuple(media for one in found for media in one.media),
        links=tuple(link for one in found for link in one.links),
        location=next((one.location for one in found if one.location), None),
        context={key: value for one in found for key, value in one.context.items()},
    )


def _read(one: Mapping[str, Any]) -> Attached:
    kind, payload = text(one.get("type"), 60), part(one.get("payload"))
    address = text(payload.get("url") or one.get("url") or one.get("URL"), 4000)
    if kind == "location":
        return Attached(location=_place(payload))
    if products := _products(payload):
        return Attached(links=products)
    if not address:
        return Attached(context={"unsupported": kind or "attachment"})
    shared = {"kind": kind, "title": text(payload.get("title") or one.get("title"), 500), "url": address}
    context = {"shared": shared} if kind in SHARED else {}
    return (
        Attached(media=(_file(kind, address, payload),), context=context) if kind in FILES else Attached(links=(address,), context=context)
    )


def _products(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Products of the catalogue that were handed on, a line each."""
    found = parts(part(payload.get("product")).get("elements"))[:LIMIT]
    named = (" · ".join(filter(None, (text(one.get("title"), 300), text(one.get("subtitle"), 300)))) for one in found)
    return tuple(filter(None, named))


def _sticker(one: Mapping[str, Any]) -> str:
    return str(part(one.get("payload")).get("sticker_id") or "")


def _file(kind: str, address: str, payload: Mapping[str, Any]) -> Media:
    shown, media_type = FILES[kind]
    if kind == "image" and payload.get("sticker_id"):
        shown, media_type = "sticker", "image/png"
    name = unquote(urlsplit(address).path.rsplit("/", 1)[-1])[:200]
    return Media(name=file_name(name if "." in name else "", kind, media_type), content_type=media_type, url=address, kind=shown)


def _place(payload: Mapping[str, Any]) -> Location | None:
    at = part(payload.get("coordinates"))
    latitude, longitude = number(at.get("lat")), number(at.get("long"))
    return None if latitude is None or longitude is None else Location(latitude, longitude)
