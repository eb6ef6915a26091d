"""What the kit needs to play Macaw."""

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

from connectors.conformance.pretend import Asked
from connectors.contract import Answer, WebhookRequest


def settings(url: str) -> dict[str, Any]:
    return {"api_key": "a-key-of-macaw", "webhook_secret": "a-webhook-secret", "base_url": url}


def signed(request: WebhookRequest, settings: Any) -> WebhookRequest:
    signature = hmac.new(settings.webhook_secret.encode(), request.body, hashlib.sha256).hexdigest()
    return replace(request, headers={**request.headers, "x-macaw-signature": signature})


def batch(count: int, poison: int) -> bytes:
    items: list[Any] = [{"type": "message", "id": f"m-{n}", "from": "p-1", "text": "Hola"} for n in range(count)]
    items[poison] = {"type": "message", "id": None}
    return json.dumps({"items": items}).encode()


def answer(asked: Asked) -> Answer:
    if asked.path.startswith("/f/"):
        return Answer(200, {"content-type": "image/jpeg"}, b"\xff\xd8\xff")
    said = {"id": "m-900"} if asked.method == "POST" else {"name": "A shop", "left": 900, "items": []}
    return Answer(200, {"content-type": "application/json"}, json.dumps(said).encode())
