"""The words of signed JSON, in the contract's; pure.

{"events": [{"type": "message", "id": "…", "from": {"kind": "account", "value": "…", "name": "…"}, "text": "…", "at": 1763633767.5},
            {"type": "receipt", "message": "<our id>", "state": "delivered"},
            {"type": "typing", "from": {…}, "on": true}]}
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from connectors.contract import Address, Delivery, Event, Message, Receipt, Typing
from connectors.errors import MalformedPayload

STATES = ("sent", "delivered", "read", "failed")


def read_delivery(delivery: Delivery) -> list[Event]:
    """All events of a body, in order. Raises MalformedPayload naming the one that cannot be read."""
    try:
        events = json.loads(delivery.body)["events"]
        return [_event(one) for one in events]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedPayload(f"cannot be read: {error!r}") from error


def _event(one: Mapping[str, Any]) -> Event:
    return READERS.get(one["type"], _unsupported)(one)


def _message(one: Mapping[str, Any]) -> Message:
    at = one.get("at")
    return Message(
        external_id=_word(one["id"], 200),
        sender=_address(one["from"]),
        text=_word(one.get("text", ""), 100_000),
        subject=_word(one.get("subject", ""), 500),
        at=float(at) if at is not None else None,
        claims={key: _word(value, 300) for key, value in dict(one.get("claims", {})).items()},
        language=_word(one.get("language", ""), 2),
    )


def _receipt(one: Mapping[str, Any]) -> Receipt:
    if one["state"] not in STATES:
        raise ValueError(f"state must be one of {', '.join(STATES)}, not {one['state']!r}")
    return Receipt(
        state=one["state"],
        external_id=_word(one.get("id", ""), 200),
        message=_word(one.get("message", ""), 40),
        reason=str(one.get("reason", ""))[:500],
    )


def _typing(one: Mapping[str, Any]) -> Typing:
    return Typing(_address(one["from"]), bool(one.get("on", True)))


def _unsupported(one: Mapping[str, Any]) -> Message:
    """What is not known becomes a message that says so, with its raw data kept: never a loss."""
    return Message(external_id=_word(one["id"], 200), sender=_address(one["from"]), context={"unsupported": _word(one["type"], 40)})


def _address(one: Mapping[str, Any]) -> Address:
    value = _word(one["value"], 300).strip()
    if not value:
        raise ValueError("the sender's value is empty")
    return Address(_word(one.get("kind", "account"), 40), value, _word(one.get("name", ""), 200))


def _word(value: Any, limit: int) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is expected, not {type(value).__name__}")
    if len(value) > limit:
        raise ValueError(f"longer than {limit}")
    return value.replace("\x00", "\ufffd")


READERS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {"message": _message, "receipt": _receipt, "typing": _typing}
