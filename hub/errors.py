"""What the hub answers when it cannot do what was asked. The class is the instruction; `code` is a stable word that the console translates.

HubError
  Invalid        422  the request is understood and wrong; `fields` says what is allowed
  Unauthorized   401  nobody is signed in
  Forbidden      403  somebody is, and may not
  NotFound       404  it does not exist, or not for the one who asks
  Conflict       409  it is not as the caller thinks: fetch again
  TooMany        429  slow down; `retry_after` seconds
  Unavailable    503  the database is away: try again
SetupError            the hub cannot start; one sentence for the person at the terminal, exit code 2
"""

from collections.abc import Mapping


class HubError(Exception):
    """An answer that is not success."""

    status = 500

    def __init__(self, code: str, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})


class Invalid(HubError):
    """Understood and wrong."""

    status = 422


class Unauthorized(HubError):
    """Nobody is signed in."""

    status = 401


class Forbidden(HubError):
    """Signed in, and not allowed."""

    status = 403


class NotFound(HubError):
    """Not there, or not for the one who asks."""

    status = 404


class Conflict(HubError):
    """Not as the caller thinks: fetch again."""

    status = 409


class TooMany(HubError):
    """Slow down."""

    status = 429

    def __init__(self, code: str, message: str, *, retry_after: float) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


class Unavailable(HubError):
    """Something the hub stands on is away; the same again later will do."""

    status = 503


class SetupError(Exception):
    """The hub cannot start: one clear sentence, no traceback, exit code 2."""
