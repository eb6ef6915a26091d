"""What a shop hands to the chat bubble so that the hub knows who is signed in: a JSON Web Token signed with HS256 (RFC 7519, RFC 7515)."""

import base64
import hashlib
import hmac
import json
import time

from sandbox.people import Customer

LIFETIME_S = 3600


def token(customer: Customer, secret: str, *, now: float | None = None) -> str:
    """A token that names a customer and the mail address that the shop has verified; good for an hour from `now` (Unix seconds)."""
    issued = int(time.time() if now is None else now)
    claims = {"sub": customer.id, "name": customer.name, "email": customer.email, "iat": issued, "exp": issued + LIFETIME_S}
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_base64url(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _part(values: dict[str, object]) -> str:
    return _base64url(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
