"""What the conformance kit needs to play Meta."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.conformance.pretend import Asked
from connectors.contract import Answer, WebhookRequest
from connectors.graph.webhook import signature

APP_ID = "1200000000000001"
JSON = {"content-type": "application/json"}
ERRORS: Mapping[str, tuple[int, dict[str, Any]]] = {
    "limited": (400, {"code": 4, "message": "(#4) Application request limit reached", "type": "OAuthException"}),
    "unauthorised": (401, {"code": 190, "message": "Error validating access token", "type": "OAuthException"}),
}


def settings(url: str) -> dict[str, Any]:
    """What all three channels have."""
    return {"app_id": APP_ID, "app_secret": "an-app-secret", "access_token": "a-page-token", "verify_token": "agreed", "graph_url": url}


def signed(request: WebhookRequest, settings: Any) -> WebhookRequest:
    """Over the raw bytes."""
    return replace(request, headers={**request.headers, "x-hub-signature-256": signature(request.body, settings.app_secret)})


def answer(asked: Asked) -> Answer:
    """What was sent has an id; what is asked for is there, and empty."""
    taken = {
        "messages": [{"id": "wamid.900"}],
        "message_id": "m_900",
        "recipient_id": "1",
        "id": "2",
        "attachment_id": "3",
        "success": True,
    }
    file = f"http://{asked.headers.get('host', '')}/file"
    token = {"is_valid": True, "app_id": APP_ID, "scopes": []}
    found = {"data": token if "/debug_token" in asked.path else [], "id": "1", "url": file}
    said: dict[str, Any] = taken if asked.method == "POST" else found
    return Answer(200, JSON, json.dumps(said).encode())


def fault(kind: str) -> Answer | None:
    """Meta's own words."""
    if kind not in ERRORS:
        return None
    status, error = ERRORS[kind]
    return Answer(status, JSON, json.dumps({"error": error}).encode())
