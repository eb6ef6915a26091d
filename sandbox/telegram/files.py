"""The files at Telegram's: kept by id, described as the Bot API does, fetched with the bot's token."""

import hashlib
from dataclasses import dataclass
from typing import Any

GIVEN_LIMIT = 20_000_000
"""Bytes up to which a bot may fetch a file."""
PHOTO_LIMIT = 10_000_000
FILE_LIMIT = 50_000_000
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
ENDINGS = {"photo": "jpg", "voice": "oga", "audio": "mp3", "video": "mp4", "video_note": "mp4", "animation": "mp4", "sticker": "webp"}
MEDIUM = {"width": 1280, "height": 960}


@dataclass(frozen=True, slots=True)
class Stored:
    """One file. `path`: where a bot fetches it."""

    id: str
    path: str
    name: str
    content_type: str
    data: bytes

    def described(self) -> dict[str, Any]:
        """As every file is: its id for fetching, one that all bots share, its size."""
        return {"file_id": self.id, "file_unique_id": f"AQAD{self.id[-12:]}", "file_size": len(self.data)}


class Files:
    """All files."""

    def __init__(self) -> None:
        self._kept: dict[str, Stored] = {}

    def keep(self, word: str, name: str, content_type: str, data: bytes) -> Stored:
        """Keep a file that was sent as a photo, a document, ..."""
        number = len(self._kept) + 1
        ending = ENDINGS.get(word) or name.rpartition(".")[2][:8] or "bin"
        digest = hashlib.sha256(data).hexdigest()[:12]
        stored = Stored(f"AgACAgQAAxkB{number:06d}{digest}", f"{word}s/file_{number}.{ending}", name, content_type, data)
        self._kept[stored.id] = stored
        return stored

    def by_id(self, file_id: str) -> Stored | None:
        return self._kept.get(file_id)

    def by_path(self, path: str) -> Stored | None:
        return next((one for one in self._kept.values() if one.path == path), None)

    def all(self) -> list[Stored]:
        return list(self._kept.values())

    def recall(self, kept: list[Stored]) -> None:
        self._kept = {one.id: one for one in kept}

    def forget(self) -> None:
        self._kept.clear()


def is_picture(data: bytes) -> bool:
    """Whether Telegram would take it as a photo."""
    return data.startswith(PICTURES)


def content(word: str, stored: Stored) -> dict[str, Any]:
    """What a message with this file holds, by what it was sent as."""
    return SHAPES[word](stored)


def _photo(stored: Stored) -> dict[str, Any]:
    small = {**stored.described(), "file_id": stored.id, "width": 320, "height": 240, "file_size": min(len(stored.data), 20_000)}
    return {"photo": [small, {**stored.described(), **MEDIUM}]}


def _document(stored: Stored) -> dict[str, Any]:
    return {"document": {**stored.described(), "file_name": stored.name, "mime_type": stored.content_type}}


def _voice(stored: Stored) -> dict[str, Any]:
    return {"voice": {**stored.described(), "duration": 4, "mime_type": stored.content_type}}


def _audio(stored: Stored) -> dict[str, Any]:
    return {"audio": {**stored.described(), "duration": 180, "file_name": stored.name, "mime_type": stored.content_type}}


def _video(stored: Stored) -> dict[str, Any]:
    return {"video": {**stored.described(), **MEDIUM, "duration": 7, "file_name": stored.name, "mime_type": stored.content_type}}


def _video_note(stored: Stored) -> dict[str, Any]:
    return {"video_note": {**stored.described(), "length": 384, "duration": 5}}


def _animation(stored: Stored) -> dict[str, Any]:
    """Also as a document, for programs that know no animation."""
    moving = {**stored.described(), **MEDIUM, "duration": 2, "file_name": stored.name, "mime_type": stored.content_type}
    return {"animation": moving, **_document(stored)}


def _sticker(stored: Stored) -> dict[str, Any]:
    kind = {"is_animated": stored.content_type.endswith("tgsticker"), "is_video": stored.content_type == "video/webm", "type": "regular"}
    return {"sticker": {**stored.described(), "width": 512, "height": 512, **kind, "emoji": "👍", "set_name": "pretend_world"}}


SHAPES = {
    "photo": _photo,
    "document": _document,
    "voice": _voice,
    "audio": _audio,
    "video": _video,
    "video_note": _video_note,
    "animation": _animation,
    "sticker": _sticker,
}
