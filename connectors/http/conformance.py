"""What the conformance kit needs to try the http channel."""

import json
from dataclasses import replace
from typing import Any

from connectors.conformance.pretend import Asked
from connectors.contract import Address, Answer, WebhookRequest
from connectors.http.signing import signature

TO = Address("account", "4711")


def settings(url: str) -> dict[str, Any]:
    """A shop's system."""
    return {
        "secret": "a-secret-of-the-shop",
        "second_secret": "the-secret-before",
        "url": f"{url}/hilo",
        "kinds": "account phone email",
        "company_accounts": True,
        "history": True,
    }


def signed(request: WebhookRequest, settings: Any) -> WebhookRequest:
    """At the moment of the request."""
    at = str(int(request.at))
    headers = {"x-hilo-timestamp": at, "x-hilo-signature": signature(settings.secret, at, request.body)}
    return replace(request, headers={**request.headers, **headers})


def batch(count: int, poison: int) -> bytes:
    """Many messages."""
    events: list[Any] = [{"type": "message", "id": f"{n}", "from": {"value": "4711"}, "text": "Hola"} for n in range(count)]
    events[poison] = {"type": "message", "id": f"{poison}", "from": None}
    return json.dumps({"events": events}).encode()


def answer(_asked: Asked) -> Answer:
    """Taken; and nothing was missed."""
    return Answer(200, {"content-type": "application/json"}, b'{"id": "shop-900", "events": []}')


def reaches_customer(asked: Asked) -> bool:
    """A ping goes to the same address as a message, and to nobody."""
    return bool(asked.json().get("type") == "message")
