"""What a call of the Graph API is for."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.meta.company import NUMBERS, TOKENS
from sandbox.trips import Purpose


def purpose(path: str, method: str, body: bytes, token: str) -> Purpose:
    """By path, method and body; whose app it is, the token tells."""
    app = TOKENS[token].app if token in TOKENS else ""
    if path.endswith("/messages") and method == "POST":
        return Purpose(app, _of_message(body))
    if path.endswith("/message_templates"):
        return Purpose(app, "template")
    if path.endswith("/conversations"):
        return Purpose(app, "history")
    return Purpose(app, "file" if _is_of_file(path) else "setup")


def _is_of_file(path: str) -> bool:
    """Handed over, fetched, or looked up by its id."""
    last = path.rpartition("/")[2]
    if path.startswith(("/meta/media/", "/meta/cdn/")):
        return True
    return last in ("media", "message_attachments") or (last.isdigit() and last not in NUMBERS)


def _of_message(body: bytes) -> str:
    try:
        given = json.loads(body)
    except ValueError:
        return "send"
    if not isinstance(given, Mapping):
        return "send"
    signs: Any = given.get("sender_action")
    if given.get("type") == "reaction" or signs in ("react", "unreact"):
        return "change"
    return "signal" if signs or given.get("status") == "read" else "send"
