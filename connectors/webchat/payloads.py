"""The words of the chat bubble's socket, in the contract's; pure.

A delivery of kind `message` has the JSON body
`{"id": uuid, "visitor": uuid, "text", "page": {"url", "title"}, "locale", "attachments": [{"id", "name", "content_type", "size"}],
"claims": {"name", "email"}, "proves": [{"kind", "value", "name"}]}`; the hub has checked who the visitor is.
"""

import json
from typing import Any

from connectors.contract import Address, Delivery, Event, Media, Message
from connectors.errors import MalformedPayload


def read_delivery(delivery: Delivery) -> list[Event]:
    """One message. Raises MalformedPayload."""
    try:
        return [_message(json.loads(delivery.body), delivery.external_id)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedPayload(f"not a chat message: {error!r}") from error


def _message(said: dict[str, Any], external_id: str) -> Message:
    claims = {key: str(value)[:300] for key, value in said.get("claims", {}).items() if value}
    page = said.get("page") or {}
    visitor = _text(said["visitor"])
    return Message(
        external_id=external_id,
        sender=Address("visitor", visitor, claims.get("name", "")),
        text=_text(said["text"]),
        session=visitor,
        proves=tuple(Address(_text(one["kind"]), _text(one["value"]), _text(one.get("name", ""))) for one in said.get("proves", ())),
        claims=claims,
        context={"page": {"url": str(page.get("url", ""))[:2000], "title": str(page.get("title", ""))[:300]}} if page else {},
        attachments=tuple(
            Media(_text(one["name"]), _text(one["content_type"]), upload=_text(one["id"])) for one in said.get("attachments", ())
        ),
        language=str(said.get("locale", ""))[:2],
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is expected, not {type(value).__name__}")
    return value
