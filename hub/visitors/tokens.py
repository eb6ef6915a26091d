"""Who a visitor is: a token of ours that the browser keeps, and one of the shop's that says who is signed in there. Pure but for the clock.

Ours: `<visitor uuid>.<HMAC>`. The shop's (`identify`): `<base64url JSON>.<HMAC-SHA256 hex of that text with the channel's secret>`, with
the fields `account` or `email`, optionally `name`, and `exp` (seconds since the epoch).
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

PROVABLE = ("account", "email")
LONGEST_S = 7 * 86400
LINK_S = 3600


class BadIdentity(ValueError):
    """The shop's token is not to be believed; the message says why."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the shop's token proves."""

    proves: tuple[dict[str, str], ...]
    name: str


class VisitorTokens:
    """Makes and reads the tokens that browsers keep."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> tuple[str, str]:
        """A new visitor: id and token."""
        visitor = str(uuid4())
        return visitor, self.token(visitor)

    def token(self, visitor: str) -> str:
        """The token of a visitor."""
        return f"{visitor}.{_mac(self._key, visitor)}"

    def read(self, token: object) -> str | None:
        """The visitor of a token; None when it is not ours."""
        if not isinstance(token, str) or len(token) > 200:
            return None
        visitor, _, given = token.partition(".")
        if not hmac.compare_digest(_bytes(given), _mac(self._key, visitor).encode()):
            return None
        return visitor if _is_uuid(visitor) else None


class FileLinks:
    """Addresses of files for one visitor, good for an hour."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def address(self, visitor: str, file: str, now: float) -> str:
        """Where the visitor fetches the file."""
        until = str(int(now) + LINK_S)
        return f"/widget/files/{file}?v={visitor}&u={until}&t={_mac(self._key, f'{visitor} {file} {until}')}"

    def holds(self, visitor: str, file: str, until: str, given: str, now: float) -> bool:
        """Whether an address is ours and has not run out."""
        expected = _mac(self._key, f"{visitor} {file} {until}")
        return hmac.compare_digest(_bytes(given), expected.encode()) and int(until) >= now


def read_identity(token: str, secret: str, now: float) -> Known:
    """What a shop's token proves. Raises BadIdentity."""
    if not secret:
        raise BadIdentity("this channel has no secret for known customers")
    payload, _, given = token.partition(".")
    expected = hmac.new(secret.encode(), _bytes(payload), hashlib.sha256).hexdigest()
    if len(token) > 4000 or not hmac.compare_digest(_bytes(given), expected.encode()):
        raise BadIdentity("the signature is wrong")
    try:
        said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        expires = float(said["exp"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadIdentity(f"it cannot be read: {error!r}") from error
    if not now < expires <= now + LONGEST_S:
        raise BadIdentity("it has run out, or is good for more than seven days")
    name = str(said.get("name", ""))[:200]
    proves = tuple({"kind": kind, "value": _plain(kind, str(said[kind])), "name": name} for kind in PROVABLE if said.get(kind))
    if not proves:
        raise BadIdentity(f"it names none of {', '.join(PROVABLE)}")
    return Known(proves, name)


def _plain(kind: str, value: str) -> str:
    value = value.strip()[:300]
    return value.lower() if kind == "email" else value


def _mac(key: bytes, text: str) -> str:
    digest = hmac.new(key, _bytes(text), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Also of what is no text, as it may come from outside: it only has to differ."""
    return text.encode(errors="surrogatepass")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
