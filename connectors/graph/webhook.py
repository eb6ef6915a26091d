"""What all of Meta's webhooks have in common: the handshake, the signature over the raw bytes, the batch; pure."""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.contract import Delivery, Reception, WebhookRequest
from connectors.errors import MalformedPayload, Refused

CHALLENGE = re.compile(r"[A-Za-z0-9_.=+/-]{1,200}")
"""What is said back in the handshake. It is Meta's own and random; anything that could be a page is refused."""
PREFIX = "sha256="
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
"""The same content gives the same bytes."""


def handshake(request: WebhookRequest, verify_token: str) -> Reception:
    """The answer to `hub.challenge`. Raises Refused when the word agreed on is not given."""
    given = request.query.get("hub.verify_token", "")
    if request.query.get("hub.mode") != "subscribe" or not _same(given, verify_token):
        raise Refused("the verify token is missing or wrong")
    challenge = request.query.get("hub.challenge", "")
    if not CHALLENGE.fullmatch(challenge):
        raise Refused("there is no challenge to answer", status=400)
    return Reception(body=challenge.encode())


def verified(request: WebhookRequest, app_secret: str) -> bytes:
    """The body, once it is Meta's beyond doubt. Raises Refused."""
    if request.method != "POST":
        raise Refused("only GET and POST are taken", status=405)
    if not _same(request.headers.get("x-hub-signature-256", ""), signature(request.body, app_secret)):
        raise Refused("the signature is missing or wrong")
    return request.body


def signature(body: bytes, app_secret: str) -> str:
    """What the header `X-Hub-Signature-256` holds for these bytes."""
    return PREFIX + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def entries(body: bytes) -> list[tuple[str, Mapping[str, Any]]]:
    """(object, entry) of a batch. Raises MalformedPayload when it is none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload(f"no JSON: {error}") from error
    found = said.get("entry") if isinstance(said, dict) else None
    if not isinstance(found, list):
        raise MalformedPayload("a batch has a list 'entry'")
    return [(str(said.get("object", "")), one) for one in found if isinstance(one, dict)]


def unreadable(body: bytes) -> Delivery:
    """What is Meta's and cannot be read: kept all the same."""
    return Delivery("unreadable", hashlib.sha256(body).hexdigest(), body)


def item(kind: str, external_id: object, content: Mapping[str, Any]) -> Delivery:
    """One item of a batch; without an id of its own, its content is its id."""
    body = CANONICAL.encode(content).encode("utf-8", "surrogatepass")
    name = external_id if isinstance(external_id, str) and external_id else hashlib.sha256(body).hexdigest()
    return Delivery(kind, name[:500], body)


def each_once(deliveries: Iterable[Delivery]) -> tuple[Delivery, ...]:
    """Without those that a batch brings twice."""
    return tuple({(one.kind, one.external_id): one for one in deliveries}.values())


def content_of(delivery: Delivery) -> dict[str, Any]:
    """The object in a delivery. Raises MalformedPayload."""
    if delivery.kind == "unreadable":
        raise MalformedPayload("nobody knows what this is")
    try:
        said = json.loads(delivery.body)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload(f"no JSON: {error}") from error
    if not isinstance(said, dict):
        raise MalformedPayload("an object is expected")
    return said


def _same(given: str, expected: str) -> bool:
    """In constant time; an empty secret matches nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())
