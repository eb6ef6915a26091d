"""The library's errors in the contract's words: the class is the instruction to the hub, the code is what the agent reads."""

from collections.abc import Iterator
from contextlib import contextmanager

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError

from connectors.errors import Ambiguous, AuthFailed, ConnectorError, Rejected, Unavailable

FORBIDDEN = {
    "blocked by the user": "blocked",
    "user is deactivated": "deactivated",
    "can't initiate conversation": "not_started",
    "can't send messages to bots": "recipient_is_bot",
    "PRIVACY_PREMIUM_REQUIRED": "contacts_only",
}
BAD_REQUEST = {
    "chat not found": "not_started",
    "PEER_ID_INVALID": "not_started",
    "user not found": "not_started",
    "message is too long": "too_long",
    "MESSAGE_TOO_LONG": "too_long",
    "caption is too long": "too_long",
    "MEDIA_CAPTION_TOO_LONG": "too_long",
    "text is empty": "empty",
    "file is too big": "too_large",
    "wrong file_id": "file_gone",
    "wrong file identifier": "file_gone",
    "invalid file_id": "file_gone",
    "temporarily unavailable": "file_gone",
    "PHOTO_INVALID_DIMENSIONS": "photo_refused",
    "PHOTO_SAVE_FILE_INVALID": "photo_refused",
    "IMAGE_PROCESS_FAILED": "photo_refused",
    "PHOTO_EXT_INVALID": "photo_refused",
    "VOICE_MESSAGES_FORBIDDEN": "voice_refused",
    "REACTION_INVALID": "reaction_refused",
    "message is not modified": "unchanged",
    "message to delete not found": "message_gone",
    "message to edit not found": "message_gone",
    "message to react not found": "message_gone",
    "MESSAGE_ID_INVALID": "message_gone",
    "no text in the message to edit": "no_text",
    "message can't be edited": "too_late",
    "message can't be deleted": "too_late",
    "BUTTON_DATA_INVALID": "buttons_refused",
    "reply markup is too long": "buttons_refused",
}
"""A piece of what Telegram says -> our stable word. Telegram numbers its refusals no finer than 400 and 403."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise the contract's errors in place of the library's."""
    try:
        yield
    except TelegramError as error:
        raise failure_of(error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Ambiguous(f"done, but the answer cannot be read: {error!r}") from error


@contextmanager
def asking() -> Iterator[None]:
    """The same for a question, which changes nothing: no answer is no doubt, only a reason to ask again."""
    try:
        with translated():
            yield
    except Ambiguous as error:
        raise Unavailable(str(error)) from error


def failure_of(error: TelegramError) -> ConnectorError:
    """What an error of the library's tells the hub to do."""
    if isinstance(error.__cause__, ConnectorError):
        return error.__cause__
    said = error.message
    if isinstance(error, InvalidToken):
        return AuthFailed(f"Telegram does not know this token: {said}", code="token")
    if isinstance(error, Forbidden):
        return Rejected(said, code=_word(said, FORBIDDEN, "forbidden"))
    if isinstance(error, BadRequest):
        return Rejected(said, code=_word(said, BAD_REQUEST, "provider"))
    return _other(error, said)


def _other(error: TelegramError, said: str) -> ConnectorError:
    if isinstance(error, Conflict):
        return Unavailable(said, code="conflict")
    if isinstance(error, ChatMigrated):
        return Rejected(said, code="not_private")
    if isinstance(error, NetworkError):
        too_big = "entity too large" in said.lower()
        return Rejected(said, code="too_large") if too_big else Unavailable(said)
    return Ambiguous(said)


def _word(said: str, words: dict[str, str], other: str) -> str:
    heard = said.casefold()
    return next((word for piece, word in words.items() if piece.casefold() in heard), other)
