"""Signatures of the http channel: HMAC-SHA256 over `<timestamp>.<body>`, under one secret, or two while they are changed; pure."""

import hashlib
import hmac
import re
from collections.abc import Sequence

from connectors.contract import WebhookRequest
from connectors.errors import Refused

TOLERANCE_S = 300
SECONDS = re.compile(r"[0-9]{1,12}")
AT_MOST = 4
"""Signatures in one header that are looked at."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What the header `X-Hilo-Signature` holds: `sha256=` and the HMAC in hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def signatures(secrets: Sequence[str], timestamp: str, body: bytes) -> str:
    """One for each secret, separated by commas."""
    return ",".join(signature(one, timestamp, body) for one in secrets)


def verify(request: WebhookRequest, secrets: Sequence[str]) -> None:
    """Any of the secrets, and a time that is near. Raises Refused."""
    timestamp = request.headers.get("x-hilo-timestamp", "")
    if not SECONDS.fullmatch(timestamp):
        raise Refused("the timestamp is missing or not in seconds", status=403)
    expected = [signature(one, timestamp, request.body).encode() for one in secrets]
    given = [one.strip().encode(errors="surrogatepass") for one in request.headers.get("x-hilo-signature", "").split(",")[:AT_MOST]]
    if not any(hmac.compare_digest(one, other) for one in given for other in expected):
        raise Refused("the signature is missing or wrong", status=403)
    if abs(request.at - int(timestamp)) > TOLERANCE_S:
        raise Refused("the timestamp is too old or too new", status=403)
