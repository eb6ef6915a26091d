"""Which call of Telegram's a message of ours is, and with what; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    ReplyParameters,
)

from connectors.contract import Choice, Media, Outgoing
from connectors.errors import Rejected
from connectors.telegram import ids

PHOTO_LIMIT = 10_000_000
BUTTON_LIMIT = 64
"""Bytes of a button's id."""
PHOTOS = ("image/jpeg", "image/png", "image/webp")
SOUNDS = ("audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a")
VOICES = ("audio/ogg", "audio/opus", *SOUNDS)
ALBUM = {"photo": InputMediaPhoto, "video": InputMediaVideo, "audio": InputMediaAudio, "document": InputMediaDocument}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the name of the library's method, and what it is given."""

    method: str
    given: dict[str, Any]


def call_of(outgoing: Outgoing, *, as_documents: bool = False) -> Call:
    """The call. `as_documents`: every file as a plain file, when Telegram did not want it as what it is. Raises Rejected."""
    common = {"chat_id": ids.chat_of(outgoing.to.value), "reply_parameters": _reply(outgoing)}
    markup = {"reply_markup": _keyboard(outgoing.choices)}
    if not outgoing.attachments:
        return Call("send_message", {**common, **markup, "text": outgoing.text})
    words = _words(outgoing.attachments, as_documents=as_documents)
    if len(words) > 1:
        if outgoing.choices:
            raise Rejected("an album has no buttons: send them with a message of their own", code="buttons_refused")
        return Call("send_media_group", {**common, "media": _album(outgoing, words)})
    return _single(words[0], outgoing, {**common, **markup})


def refuses_kind(call: Call) -> bool:
    """Whether a call sends files as something finer than plain files."""
    return call.method not in ("send_message", "send_document")


def _single(word: str, outgoing: Outgoing, given: dict[str, Any]) -> Call:
    file = outgoing.attachments[0]
    return Call(f"send_{word}", {**given, word: _file(file), "filename": file.name, "caption": outgoing.text or None})


def _album(outgoing: Outgoing, words: Sequence[str]) -> list[Any]:
    """The text stands below the first picture, where programs show it as the album's."""
    captions = [outgoing.text or None, *[None] * (len(words) - 1)]
    together = zip(words, outgoing.attachments, captions, strict=True)
    return [ALBUM[word](media=_file(file), caption=caption, filename=file.name) for word, file, caption in together]


def _words(files: Sequence[Media], *, as_documents: bool) -> list[str]:
    """What each file is sent as. In an album photos and videos go together; anything else only with its like, so all as documents."""
    words = ["document" if as_documents else _word(file) for file in files]
    if len(words) == 1 or set(words) <= {"photo", "video"} or set(words) == {"audio"}:
        return words
    return ["document"] * len(words)


def _word(file: Media) -> str:
    kind, size = file.content_type.lower().partition(";")[0], len(file.data) if file.data is not None else file.size
    if file.kind == "voice" and kind in VOICES:
        return "voice"
    if kind in PHOTOS and size <= PHOTO_LIMIT:
        return "photo"
    return {"image/gif": "animation", "video/mp4": "video", **dict.fromkeys(SOUNDS, "audio")}.get(kind, "document")


def _file(file: Media) -> bytes | str:
    """The bytes; or the link, which Telegram then fetches itself."""
    if file.data is not None:
        return file.data
    if file.url and file.url.startswith(("https://", "http://")):  # the library takes any other text for the path of a file here
        return file.url
    raise Rejected(f"the file {file.name!r} has neither bytes nor a link", code="file_gone")


def _reply(outgoing: Outgoing) -> ReplyParameters | None:
    """The quotation; a message that the customer has deleted meanwhile is answered without one."""
    if not ids.NAME.fullmatch(outgoing.answers):
        return None
    place = ids.place(outgoing.answers)
    same = place.chat == ids.chat_of(outgoing.to.value)
    return ReplyParameters(place.messages[0], allow_sending_without_reply=True) if same else None


def _keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    """A button a line. Raises Rejected (`buttons_refused`) for an id that Telegram does not carry."""
    for one in choices:
        if not 1 <= len(one.id.encode()) <= BUTTON_LIMIT:
            raise Rejected(f"the id of the button {one.title!r} must have 1 to {BUTTON_LIMIT} bytes", code="buttons_refused")
    return InlineKeyboardMarkup([[InlineKeyboardButton(one.title, callback_data=one.id)] for one in choices]) if choices else None
