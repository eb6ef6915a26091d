"""What Twilio's error codes mean for us: code -> the word that the agent reads in his language, and the class that says what happens next.

Source: Twilio's error and warning dictionary, https://www.twilio.com/docs/api/errors, a page for each code. What is not listed is decided
by the HTTP status; the code stands in the text.
"""

from collections.abc import Mapping
from typing import Any

from connectors.errors import AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed

RETRY_S = 5.0
"""How long a channel waits where Twilio does not say."""

LATER: Mapping[int, float] = {
    14107: 5.0,
    20429: 5.0,
    21611: 60.0,
    30001: 60.0,
    30022: 60.0,
    30023: 3600.0,
    30027: 3600.0,
    30454: 3600.0,
    63017: 10.0,
    63018: 10.0,
    63038: 3600.0,
    63119: 60.0,
}
"""Too many at once, a full queue, the day's quota: how many seconds the channel waits. Some come with an answer of 429, others do not."""

REPAIRED = frozenset({21730})
"""Twilio is under maintenance: nothing was taken, and it will be."""

STOPPED: Mapping[int, str] = {
    10001: "account_locked",
    20003: "credentials",
    20005: "account_locked",
    20006: "credentials",
    20008: "credentials",
    20010: "account_locked",
    30002: "account_locked",
    30037: "account_locked",
    63051: "account_locked",
    63112: "account_locked",
    63120: "account_locked",
}
"""Unknown token, account suspended or closed, a test credential, a sender that Meta has locked: nothing goes out until an admin acts."""

WINDOW = frozenset({63016})
"""Free text outside of WhatsApp's 24 hours."""

WORDS: Mapping[int, str] = {
    10002: "trial_number",
    21210: "invalid_sender",
    21211: "invalid_number",
    21212: "invalid_sender",
    21214: "phone_off",
    21217: "invalid_number",
    21264: "invalid_sender",
    21265: "invalid_number",
    21266: "same_number",
    21408: "country_not_allowed",
    21601: "invalid_sender",
    21602: "empty",
    21603: "invalid_sender",
    21604: "invalid_number",
    21605: "too_long",
    21606: "invalid_sender",
    21608: "trial_number",
    21609: "invalid_callback",
    21610: "opted_out",
    21612: "unroutable",
    21614: "landline",
    21617: "too_long",
    21619: "empty",
    21620: "invalid_file",
    21621: "no_mms",
    21622: "no_mms",
    21623: "too_many_files",
    21635: "landline",
    21654: "unknown_template",
    21655: "unknown_template",
    21656: "template_variables",
    21657: "invalid_sender",
    21659: "invalid_sender",
    21660: "invalid_sender",
    21661: "invalid_sender",
    21663: "invalid_sender",
    21701: "invalid_sender",
    21702: "invalid_sender",
    21703: "invalid_sender",
    21704: "invalid_sender",
    21705: "invalid_sender",
    21709: "invalid_sender",
    21711: "invalid_sender",
    21910: "invalid_sender",
    30003: "phone_off",
    30004: "blocked",
    30005: "unknown_number",
    30006: "landline",
    30007: "filtered",
    30011: "no_mms",
    30018: "sender_not_registered",
    30019: "too_large",
    30024: "sender_not_registered",
    30032: "sender_not_registered",
    30033: "sender_not_registered",
    30034: "sender_not_registered",
    30035: "sender_not_registered",
    30038: "filtered",
    30039: "filtered",
    30040: "sender_not_registered",
    30041: "sender_not_registered",
    30042: "sender_not_registered",
    30044: "too_long",
    30450: "filtered",
    30453: "filtered",
    30485: "filtered",
    63001: "invalid_sender",
    63002: "invalid_sender",
    63003: "unknown_number",
    63005: "unsupported_content",
    63006: "unsupported_content",
    63007: "invalid_sender",
    63008: "invalid_sender",
    63013: "filtered",
    63014: "blocked",
    63015: "not_joined",
    63019: "invalid_file",
    63020: "sender_not_registered",
    63021: "unsupported_content",
    63022: "sender_not_registered",
    63024: "unknown_number",
    63026: "filtered",
    63027: "unknown_template",
    63028: "template_variables",
    63030: "unsupported_content",
    63031: "same_number",
    63032: "withheld",
    63033: "opted_out",
    63034: "too_large",
    63040: "template",
    63041: "template_paused",
    63042: "template",
    63049: "withheld",
    63050: "opted_out",
    63053: "template",
    63054: "template",
    63055: "unsupported_content",
    63058: "country_not_allowed",
    63059: "invalid_sender",
    63109: "invalid_sender",
    63110: "sender_not_registered",
    63111: "invalid_sender",
}
"""Never deliverable as it is. The console has a sentence for each word; for the rest it shows what Twilio said."""


def refusal(status: int, said: Any) -> ConnectorError:
    """The error for an answer of 4xx. `said`: Twilio's JSON {"code", "message", "more_info", "status"}, or whatever came."""
    code, text = code_of(said), text_of(said, status)
    if code in WINDOW:
        return WindowClosed(text, code="window_closed")
    if code in LATER:
        return RateLimited(text, retry_after=LATER[code])
    if code in STOPPED or status == 401:
        return AuthFailed(text, code=STOPPED.get(code, "credentials"))
    if status == 403 and code not in WORDS:
        return AuthFailed(text, code="forbidden")
    if code in REPAIRED or status in (408, 425):
        return Unavailable(text)
    return Rejected(text, code=WORDS.get(code, "not_found" if status == 404 else "provider"))


def overloaded(headers: Mapping[str, str], said: Any) -> RateLimited:
    """The error for an answer of 429."""
    after = headers.get("retry-after", "")
    plain = after.isascii() and after.isdigit()
    return RateLimited(text_of(said, 429), retry_after=float(after) if plain else LATER.get(code_of(said), RETRY_S))


def failure(code: str, message: str = "") -> str:
    """Why a message failed after it was taken: our word for the code of a status callback, and Twilio's own."""
    number = int(code) if code.isascii() and code.isdigit() else 0
    word = "window_closed" if number in WINDOW else "rate_limited" if number in LATER else {**WORDS, **STOPPED}.get(number, "provider")
    return f"{word}: {' '.join(filter(None, [code, message]))}".removesuffix(": ")


def code_of(said: Any) -> int:
    """Twilio's own error code, 0 where there is none."""
    code = said.get("code") if isinstance(said, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else 0


def text_of(said: Any, status: int) -> str:
    """What Twilio said, with its code. Newer parts of its API answer with `title` and `detail`."""
    if not isinstance(said, dict):
        return f"Twilio answered {status}"
    words = said.get("message") or said.get("detail") or said.get("title") or f"Twilio answered {status}"
    return f"{code_of(said) or status}: {str(words)[:400]}"
