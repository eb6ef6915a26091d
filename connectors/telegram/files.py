"""The files of a message: what Telegram calls photo, voice, sticker ..., as media that are fetched later."""

from collections.abc import Callable, Mapping

from connectors.contract import Media
from connectors.telegram.texts import clean
from connectors.telegram.words import File, Message


def media_of(message: Message) -> tuple[Media, ...]:
    """All files of a message, in the size that is worth keeping."""
    if message.photo:
        moving = (_video(message.live_photo, message.message_id),) if message.live_photo else ()
        return (_photo(message.photo, message.message_id), *moving)
    for word, build in KINDS.items():
        found: File | None = getattr(message, word)
        if found is not None:  # the first is the true one: an animation also comes as a document, for old programs
            return (build(found, message.message_id),)
    return ()


def _photo(sizes: list[File], number: int) -> Media:
    largest = max(sizes, key=lambda size: (size.width * size.height, size.file_size))
    return _media(largest, f"photo-{number}.jpg", "image/jpeg", "image")


def _voice(file: File, number: int) -> Media:
    return _media(file, f"voice-{number}.ogg", "audio/ogg", "voice")


def _audio(file: File, number: int) -> Media:
    return _media(file, f"{file.title or f'audio-{number}'}.mp3", "audio/mpeg", "audio")


def _video(file: File, number: int) -> Media:
    return _media(file, f"video-{number}.mp4", "video/mp4", "video")


def _sticker(file: File, number: int) -> Media:
    ending, kind = (
        ("tgs", "application/x-tgsticker") if file.is_animated else ("webm", "video/webm") if file.is_video else ("webp", "image/webp")
    )
    return _media(file, f"sticker-{number}.{ending}", kind, "sticker")


def _document(file: File, number: int) -> Media:
    return _media(file, f"document-{number}", "application/octet-stream", "file")


def _media(file: File, name: str, content_type: str, kind: str) -> Media:
    return Media(
        name=clean(file.file_name or name)[:255],
        content_type=clean(file.mime_type or content_type)[:100],
        reference=file.file_id,
        size=max(file.file_size, 0),
        kind=kind,  # type: ignore[arg-type]
    )


KINDS: Mapping[str, Callable[[File, int], Media]] = {
    "animation": _video,
    "voice": _voice,
    "audio": _audio,
    "video": _video,
    "video_note": _video,
    "sticker": _sticker,
    "document": _document,
}
