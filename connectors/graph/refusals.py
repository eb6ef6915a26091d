"""What Meta's error codes mean for us: code, and where it has one its sub-code, to the class that says what happens next; pure.

Meta asks to decide by the codes: the words beside them change. What is not in the tables is decided by the HTTP status. Sources, below
developers.facebook.com: /documentation/business-messaging/whatsapp/support/error-codes (WhatsApp),
/documentation/business-messaging/messenger-platform/error-codes (Messenger and Instagram, with sub-codes),
/docs/graph-api/guides/error-handling (what every call may say).
"""

import json
from collections.abc import Mapping
from typing import Any

from connectors.answers import broken
from connectors.contract import Answer
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed

TOO_MANY = {
    4: 60.0,
    17: 60.0,
    32: 60.0,
    341: 60.0,
    613: 60.0,
    80001: 60.0,
    80002: 60.0,
    80006: 60.0,
    80007: 60.0,
    80008: 60.0,
    130429: 10.0,
    131056: 6.0,
}
"""Code -> seconds to wait, where Meta does not say. 131056: six seconds between two messages to the same person."""

LATER = {2, 1200, 131000, 131016, 131057, 133004}
"""Something is being repaired at Meta's, or failed before it was done: its words say so."""

BROKEN = {1}
"""Something broke, and what was done before that Meta does not say."""

STOPPED: Mapping[int, str] = {
    0: "token",
    3: "permission",
    10: "permission",
    33: "not_registered",
    102: "token",
    104: "token",
    190: "token",
    230: "permission",
    368: "policy",
    131005: "permission",
    131031: "account_locked",
    131037: "display_name",
    131045: "not_registered",
    133010: "not_registered",
}
"""Nothing more goes out before an admin has done something."""

CLOSED = {131047}
CLOSED_SUB = {2018278, 2018065, 2534022}
"""Too long since the customer wrote: on WhatsApp a code, on Messenger and Instagram a sub-code of 10."""

NEVER: Mapping[int, str] = {
    551: "blocked",
    130472: "experiment",
    130497: "country",
    131008: "invalid",
    131009: "invalid",
    131021: "same_number",
    131026: "undeliverable",
    131030: "not_allowed",
    131042: "payment",
    131048: "spam_limit",
    131049: "withheld",
    131050: "opted_out",
    131051: "unsupported_content",
    131052: "invalid_file",
    131053: "invalid_file",
    131062: "needs_phone",
    132000: "template_variables",
    132001: "unknown_template",
    132012: "template_variables",
    132015: "template_paused",
    132016: "template",
}
NEVER_SUB: Mapping[int, str] = {
    1545041: "blocked",
    2018108: "blocked",
    2018001: "unknown_recipient",
    2018109: "too_large",
    2018007: "invalid_file",
    2018008: "invalid_file",
    2018047: "invalid_file",
    2018300: "other_app",
    2534014: "unknown_recipient",
}
DONE_ALL_THE_SAME = {1357046}
"""Sub-code of 1: Meta says that the messages are sent although it answers with an error."""


def error_of(answer: Answer, said: Any, *, again: bool = False) -> ConnectorError:
    """The error that an answer stands for. `again`: asking twice does no harm."""
    given = said.get("error") if isinstance(said, dict) else None
    told = given if isinstance(given, dict) else {}
    return classify(_number(told.get("code")), _number(told.get("error_subcode")), words(told, answer), answer, again=again)


def classify(code: int, sub: int, text: str, answer: Answer, *, again: bool = False) -> ConnectorError:
    """The class for a code and its sub-code; -1 where there is none."""
    return _of_this_message(code, sub, text) or _of_the_channel(code, text, answer, again=again)


def _of_this_message(code: int, sub: int, text: str) -> ConnectorError | None:
    if code in CLOSED or sub in CLOSED_SUB:
        return WindowClosed(text, code="window_closed")
    if sub in NEVER_SUB or code in NEVER:
        return Rejected(text, code=NEVER_SUB.get(sub) or NEVER[code])
    return Ambiguous(text) if sub in DONE_ALL_THE_SAME else None


def _of_the_channel(code: int, text: str, answer: Answer, *, again: bool) -> ConnectorError:
    if code in TOO_MANY or answer.status == 429:
        return RateLimited(text, retry_after=_patience(answer, TOO_MANY.get(code, 30.0)))
    if code in STOPPED or 200 <= code < 300 or (code == -1 and answer.status in (401, 403)):
        return AuthFailed(text, code=STOPPED.get(code, "permission" if code >= 200 else "token"))
    if code in LATER:
        return Unavailable(text)
    if code in BROKEN or answer.status >= 500:
        return broken(answer.status, text, again=again)
    return Rejected(text, code="template" if 132000 <= code < 133000 else "invalid")


def reason_of(error: Mapping[str, Any]) -> str:
    """The stable word for an error that a status reports after the sending, and Meta's own words: `undeliverable: …`."""
    found = classify(_number(error.get("code")), -1, words(error, None), Answer(200, {}, b""))
    return f"{found.code}: {found}"[:500]


def words(error: Mapping[str, Any], answer: Answer | None) -> str:
    """What Meta said, as an admin can look it up."""
    data = error.get("error_data")
    detail = data.get("details") if isinstance(data, dict) else ""
    text = detail or error.get("error_user_msg") or error.get("message") or error.get("title")
    code = "/".join(str(error[key]) for key in ("code", "error_subcode") if error.get(key) is not None)
    if not text:
        text = f"answered {answer.status}" if answer else "no reason given"
    return f"{text} ({code})" if code else str(text)


def _patience(answer: Answer, usual: float) -> float:
    """Seconds that Meta asks for: `Retry-After`, or minutes in the usage of a business use case."""
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return float(after)
    try:
        used = json.loads(answer.headers.get("x-business-use-case-usage", ""))
        minutes = max(float(one["estimated_time_to_regain_access"]) for several in used.values() for one in several)
    except (ValueError, KeyError, TypeError, AttributeError):
        return usual
    return minutes * 60 or usual


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
