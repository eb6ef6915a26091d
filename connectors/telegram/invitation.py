"""Links that bring a known customer to the bot: `https://t.me/<bot>?start=<token>`, where the token says, signed, who follows it.

Telegram hands the token to us when the customer presses *Start*: 64 letters at most, of `A-Z a-z 0-9 _ -`. In it: until when it is good
(4 bytes), the kind of the address (1), the address (31 at most; a UUID takes 16), and the first 12 bytes of an HMAC-SHA256 over these.
"""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from connectors.contract import Address

KINDS = ("phone", "account", "email", "visitor", "invitation")
PACKED = 0x80
"""Set in the kind of an address that is a UUID, which then stands in 16 bytes."""
MAC = 12
HEAD = 5
VALUE_LIMIT = 31


class TooLong(ValueError):
    """An address that does not fit into a start parameter."""


def token(key: bytes, address: Address, until: float) -> str:
    """A start parameter that proves this address until then. Raises TooLong; ValueError for a kind that is not in KINDS."""
    kind, value = KINDS.index(address.kind), address.value.encode()
    if _is_uuid(address.value):
        kind, value = kind | PACKED, UUID(address.value).bytes
    if len(value) > VALUE_LIMIT:
        raise TooLong(f"{address.kind} of {len(value)} bytes: at most {VALUE_LIMIT} fit into Telegram's start parameter")
    said = int(until).to_bytes(4, "big") + bytes([kind]) + value
    return base64.urlsafe_b64encode(said + _mac(key, said)).rstrip(b"=").decode()


def read(key: bytes, given: str, at: float) -> Address | None:
    """The address that a start parameter proves, when it was used at that moment; None for anything that is not ours, or was too late."""
    try:
        raw = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    said, mac = raw[:-MAC], raw[-MAC:]
    if len(said) <= HEAD or not hmac.compare_digest(mac, _mac(key, said)) or at > int.from_bytes(said[:4], "big"):
        return None
    kind, value = said[4], said[HEAD:]
    return Address(KINDS[kind & ~PACKED], str(UUID(bytes=value)) if kind & PACKED else value.decode())


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.new(key, b"telegram invitation\x00" + said, hashlib.sha256).digest()[:MAC]


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False
