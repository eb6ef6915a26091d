"""What a shop hands to the chat bubble so that the hub knows who is signed in: `<base64url JSON>.<HMAC-SHA256 of that text, hex>`."""

import base64
import hashlib
import hmac
import json
import time

from sandbox.people import Customer

LIFETIME_S = 3600


def token(customer: Customer, secret: str, *, now: float | None = None) -> str:
    """A token that names the shop's account and the mail address that the shop has verified; good for an hour from `now` (Unix seconds)."""
    expires = int(time.time() if now is None else now) + LIFETIME_S
    said = {"account": customer.id, "email": customer.email, "name": customer.name, "exp": expires}
    payload = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return f"{payload}.{hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()}"
