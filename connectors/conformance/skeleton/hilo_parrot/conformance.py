"""What the kit needs to play Parrot."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

from connectors.conformance.pretend import Asked
from connectors.contract import Answer, WebhookRequest


def settings(url: str) -> dict[str, Any]:
    return {"api_key": "a-key", "webhook_secret": "a-webhook-secret", "base_url": url}


def signed(request: WebhookRequest, settings: Any) -> WebhookRequest:
    signature = hmac.new(settings.webhook_secret.encode(), request.body, hashlib.sha256).hexdigest()
    return replace(request, headers={**request.headers, "x-parrot-signature": signature})


def batch(count: int, poison: int) -> bytes:
    items: list[Any] = [{"type": "message", "id": f"m-{n}", "from": "p-1", "text": "Hola"} for n in range(count)]
    items[poison] = {"type": "message", "id": None}
    return json.dumps({"items": items}).encode()


def answer(asked: Asked) -> Answer:
    said = {"id": f"m-{uuid4()}"} if asked.method == "POST" else {"name": "A shop"}
    return Answer(200, {"content-type": "application/json"}, json.dumps(said).encode())
