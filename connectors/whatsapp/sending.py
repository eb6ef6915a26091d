"""An answer in the words of WhatsApp's `/messages`; pure."""

from collections.abc import Mapping
from typing import Any

from connectors.contract import Address, Choice, Media, Outgoing
from connectors.graph.reading import content_type, opaque
from connectors.whatsapp.templates import components

PRODUCT = {"messaging_product": "whatsapp"}
IMAGES = ("image/jpeg", "image/png")
VIDEOS = ("video/mp4", "video/3gpp")
AUDIOS = ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
STICKER = "image/webp"
STICKER_BYTES = 100_000
"""What a sticker that stands still may have; a larger one is refused."""
BUTTONS, BUTTON_TITLE, BUTTON_BODY = 3, 20, 1024
"""So many buttons, so long each, below so much text; more goes as a list."""
ROW_TITLE, ROW_TEXT, CHOICE_ID = 24, 72, 200
CAPTION = 1024


def recipient(to: Address) -> dict[str, str]:
    """`to` takes a number, `recipient` an id of the person within this business."""
    return {"recipient": to.value} if to.kind == "whatsapp" else {"to": to.native or to.value.lstrip("+")}


def body_of(outgoing: Outgoing, file: Mapping[str, str] | None, list_label: str) -> dict[str, Any]:
    """The whole request. `file`: {"id"} of the uploaded file, or {"link"}."""
    quoted = {"context": {"message_id": outgoing.answers}} if outgoing.answers and outgoing.template is None else {}
    return {
        **PRODUCT,
        "recipient_type": "individual",
        **recipient(outgoing.to),
        **quoted,
        **_content(outgoing, file, list_label),
        "biz_opaque_callback_data": opaque(outgoing.id, outgoing.part),
    }


def _content(outgoing: Outgoing, file: Mapping[str, str] | None, list_label: str) -> dict[str, Any]:
    if outgoing.template is not None:
        return {"type": "template", "template": _template(outgoing)}
    if outgoing.attachments and file is not None:
        kind = kind_of(outgoing.attachments[0], outgoing.text)
        return {"type": kind, kind: _file(kind, outgoing, file)}
    if outgoing.choices:
        return {"type": "interactive", "interactive": _interactive(outgoing, list_label)}
    return {"type": "text", "text": {"body": outgoing.text, "preview_url": "http" in outgoing.text}}


def kind_of(media: Media, text: str) -> str:
    """As what WhatsApp shows a file. Sound and stickers take no words: with words they go as a document, and so does what
    is too large for a sticker."""
    kind = content_type(media.content_type)
    if kind in IMAGES:
        return "image"
    if kind in VIDEOS:
        return "video"
    if kind in AUDIOS and not text:
        return "audio"
    return "sticker" if kind == STICKER and not text and _size(media) <= STICKER_BYTES else "document"


def _size(media: Media) -> int:
    return media.size if media.data is None else len(media.data)


def _file(kind: str, outgoing: Outgoing, file: Mapping[str, str]) -> dict[str, Any]:
    media = outgoing.attachments[0]
    found: dict[str, Any] = dict(file)
    if outgoing.text:
        found["caption"] = outgoing.text[:CAPTION]
    if kind == "document":
        found["filename"] = media.name
    if kind == "audio" and media.kind == "voice" and content_type(media.content_type) == "audio/ogg":
        found["voice"] = True
    return found


def _template(outgoing: Outgoing) -> dict[str, Any]:
    use = outgoing.template
    assert use is not None
    filled = components(use)
    return {"name": use.name, "language": {"code": use.language}, **({"components": filled} if filled else {})}


def _interactive(outgoing: Outgoing, list_label: str) -> dict[str, Any]:
    few = len(outgoing.choices) <= BUTTONS and len(outgoing.text) <= BUTTON_BODY
    short = all(len(one.title) <= BUTTON_TITLE for one in outgoing.choices)
    if few and short:
        buttons = [{"type": "reply", "reply": {"id": one.id[:CHOICE_ID], "title": one.title}} for one in outgoing.choices]
        return {"type": "button", "body": {"text": outgoing.text}, "action": {"buttons": buttons}}
    rows = [_row(one) for one in outgoing.choices]
    return {"type": "list", "body": {"text": outgoing.text}, "action": {"button": list_label, "sections": [{"rows": rows}]}}


def _row(choice: Choice) -> dict[str, str]:
    row = {"id": choice.id[:CHOICE_ID], "title": choice.title[:ROW_TITLE]}
    return row if len(choice.title) <= ROW_TITLE else {**row, "description": choice.title[:ROW_TEXT]}
