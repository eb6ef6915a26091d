"""What the conformance kit needs to try the Telegram channel."""

import json
from dataclasses import replace
from typing import Any

from connectors.conformance.pretend import Asked
from connectors.contract import Address, Answer, WebhookRequest

UNSIGNED_BODY = "Telegram signs no body: it shows the secret that it was given"
TO = Address("telegram", "5550001")
JSON = {"content-type": "application/json"}
MESSAGE = {"message_id": 900, "date": 1772600000, "chat": {"id": 5550001, "type": "private", "first_name": "Lucía"}, "text": "Hola"}
BOT = {"id": 1, "is_bot": True, "first_name": "A shop", "username": "shop_bot", "can_join_groups": False}
WEBHOOK = {"url": "https://hilo.example/hooks/kit", "has_custom_certificate": False, "pending_update_count": 0}
FILE = {"file_id": "f", "file_unique_id": "u", "file_path": "photos/file_1.jpg"}
DONE = ("setmessagereaction", "deletemessage", "deletemessages", "sendchataction")
RESULTS = dict.fromkeys(DONE, True) | {"getme": BOT, "getwebhookinfo": WEBHOOK, "deletewebhook": True, "setwebhook": True, "getfile": FILE}
ERRORS: dict[str, dict[str, Any]] = {
    "limited": {"error_code": 429, "description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}},
    "gone": {"error_code": 400, "description": "Bad Request: wrong file_id or the file is temporarily unavailable"},
    "unauthorised": {"error_code": 401, "description": "Unauthorized"},
}


def settings(url: str) -> dict[str, Any]:
    """A bot that Telegram calls."""
    token = "123456789:AAE-a-token-of-thirty-five-letters-x"  # noqa: S105 - nobody's
    return {"token": token, "mode": "webhook", "webhook_secret": "a-secret-of-twenty-letters", "base_url": url}


def signed(request: WebhookRequest, settings: Any) -> WebhookRequest:
    """With the secret."""
    return replace(request, headers={**request.headers, "x-telegram-bot-api-secret-token": settings.webhook_secret})


def answer(asked: Asked) -> Answer:
    """The result of any method of the Bot API."""
    method = asked.path.partition("?")[0].rpartition("/")[2].lower()
    return Answer(200, JSON, json.dumps({"ok": True, "result": RESULTS.get(method, MESSAGE)}).encode())


def fault(kind: str) -> Answer | None:
    """Telegram's own words."""
    error = ERRORS.get(kind)
    return Answer(error["error_code"], JSON, json.dumps({"ok": False, **error}).encode()) if error else None
