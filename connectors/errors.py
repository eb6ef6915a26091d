"""What can go wrong with a provider. The class is the instruction to the hub.

ConnectorError
  Unavailable        network, provider 503    -> back off and retry
    RateLimited      with retry_after         -> this channel waits
  AuthFailed         token revoked            -> stop, tell the admin, keep what is queued
  Rejected           never deliverable        -> failed, tell the agent why
    WindowClosed     a template is needed     -> offer the templates
  Ambiguous          may have been sent       -> unknown; what follows depends on the channel
  MalformedPayload   cannot be read           -> quarantine with the raw bytes
Refused              the request is not the provider's -> answer with its status, keep nothing
"""


class ConnectorError(Exception):
    """Anything a connector reports. `code` is a stable word, translated for the agent where it is shown."""

    def __init__(self, message: str, *, code: str = "provider") -> None:
        super().__init__(
            message.replace("\0", "").encode("utf-8", "replace").decode()
        )  # a provider's words may be such that no database takes
        self.code = code


class Unavailable(ConnectorError):
    """The provider cannot be reached, or broke with nothing done: back off and try again."""


class RateLimited(Unavailable):
    """The provider asks for patience: the channel waits `retry_after` seconds, other channels go on."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message, code="rate_limited")
        self.retry_after = retry_after


class AuthFailed(ConnectorError):
    """The provider does not accept our credentials: stop the channel, keep what is queued, tell the admin."""


class Rejected(ConnectorError):
    """This message can never be delivered: it failed, and the agent is told why."""


class WindowClosed(Rejected):
    """Free text is not allowed any more; a template is."""


class Ambiguous(ConnectorError):
    """The request left us, and no answer came or one that leaves it open (a 500): it may have been sent."""


class MalformedPayload(ConnectorError):
    """The delivery cannot be read: it is set aside with its raw bytes."""


class Refused(ConnectorError):
    """A webhook request that is not from the provider (signature, method, size). Nothing of it is kept."""

    def __init__(self, message: str, *, status: int = 403) -> None:
        super().__init__(message, code="refused")
        self.status = status
