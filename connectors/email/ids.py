"""Signed ids: which message of ours a mail answers, so that only the one whom we wrote to can join its topic.

A Message-ID is `<hilo.{uuid hex}.{mac}@domain>`; a reply address is `local+r.{uuid and mac}@domain`; a return path is
`local+b.{uuid and mac}@domain`. The first two sign the message *and* the recipient; a bounce comes from a machine, so the
third signs the message alone. Base32 in lower case survives programs that fold the case of addresses.
"""

import base64
import binascii
import hashlib
import hmac
import re
from contextlib import suppress
from typing import Literal
from uuid import UUID

MAC_BYTES = 10
LOCAL_PART_LIMIT = 64
"""Octets before the @, RFC 5321 4.5.3.1.1."""

MESSAGE_ID = re.compile(r"<?hilo\.([0-9a-f]{32})\.([a-z2-7]{16})@[^<>@\s]+>?", re.IGNORECASE)
TOKEN = re.compile(r"(?P<local>[^@]+)\+(?P<purpose>[rb])\.(?P<token>[a-z2-7]{42})@(?P<domain>[^@]+)", re.IGNORECASE)


def normal_address(address: str) -> str:
    """One spelling for one mailbox: lower case, the domain in ASCII. What cannot be a domain is only lowered."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


def message_id(key: bytes, message: str, recipient: str, domain: str, purpose: Literal["message-id", "passed-on"] = "message-id") -> str:
    """The Message-ID of our message (a UUID) to that recipient: the same at every attempt. That of one passed on proves nothing."""
    one = UUID(message)
    return f"<hilo.{one.hex}.{_text(_mac(key, purpose, one, recipient))}@{domain}>"


def reply_address(key: bytes, message: str, recipient: str, ours: str) -> str:
    """Where the recipient's answer shall go. Our plain address where the token would make the local part too long."""
    return _tagged(key, message, ours, "r", recipient)


def return_path(key: bytes, message: str, ours: str) -> str:
    """Where machines report the fate of our message. Our plain address where the token would make it too long."""
    return _tagged(key, message, ours, "b", "")


def plain_address(address: str) -> str:
    """Our address without a token."""
    found = TOKEN.fullmatch(address)
    return f"{found['local']}@{found['domain']}" if found else address


def answered_message(key: bytes, claimed: str, sender: str) -> str:
    """Our message's UUID, if this Message-ID or reply address was made for exactly this sender; else empty."""
    found = MESSAGE_ID.fullmatch(claimed.strip())
    if found:
        return _verified(key, "message-id", UUID(found[1]), _bytes(found[2]), sender)
    return _verified_token(key, claimed, "r", sender)


def bounced_message(key: bytes, return_address: str) -> str:
    """Our message's UUID, if this is a return path of ours; else empty."""
    return _verified_token(key, return_address, "b", "")


def _tagged(key: bytes, message: str, ours: str, purpose: str, recipient: str) -> str:
    local, _, domain = ours.rpartition("@")
    one = UUID(message)
    token = _text(one.bytes + _mac(key, purpose, one, recipient))
    tagged = f"{local}+{purpose}.{token}"
    return f"{tagged}@{domain}" if len(tagged.encode()) <= LOCAL_PART_LIMIT else ours


def _verified_token(key: bytes, address: str, purpose: str, sender: str) -> str:
    found = TOKEN.fullmatch(address.strip())
    if not found or found["purpose"].lower() != purpose:
        return ""
    token = _bytes(found["token"])
    return _verified(key, purpose, UUID(bytes=token[:16]), token[16:], sender) if len(token) == 16 + MAC_BYTES else ""


def _verified(key: bytes, purpose: str, one: UUID, mac: bytes, sender: str) -> str:
    return str(one) if hmac.compare_digest(mac, _mac(key, purpose, one, sender)) else ""


def _mac(key: bytes, purpose: str, one: UUID, recipient: str) -> bytes:
    said = b"\0".join((b"hilo email", purpose.encode(), one.bytes, normal_address(recipient).encode("utf-8", "replace")))
    return hmac.digest(key, said, hashlib.sha256)[:MAC_BYTES]


def _text(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii").rstrip("=").lower()


def _bytes(text: str) -> bytes:
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
