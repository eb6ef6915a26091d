"""What Twilio's error codes mean for us: code -> the word that the agent reads in his language, and the class that says what happens next.

Source: Twilio's error and warning dictionary. What is not listed is decided by the HTTP status; the code stands in the text.
"""

from collections.abc import Mapping
from typing import Any

from connectors.errors import AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed

RETRY_S = 5.0
"""How long a channel waits where Twilio does not say."""

LATER: Mapping[int, float] = {14107: 5.0, 20429: 5.0, 21611: 60.0, 30001: 60.0, 63018: 10.0, 63038: 3600.0}
"""Too many at once, a full queue, the day's quota: how many seconds the channel waits. Some come with an answer of 429, others do not."""

CREDENTIALS = frozenset({20003, 20005, 20006, 20008, 10001, 10002, 30002})
"""Unknown token, account suspended or closed, a test credential: nothing will go out until an admin acts."""

WINDOW = frozenset({63016})
"""Free text outside of WhatsApp's 24 hours."""

WORDS: Mapping[int, str] = {
    21211: "invalid_number",
    21212: "invalid_sender",
    21214: "phone_off",
    21217: "invalid_number",
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
    21623: "too_many_files",
    21635: "landline",
    21654: "unknown_template",
    21655: "unknown_template",
    21656: "template_variables",
    21659: "invalid_sender",
    21660: "invalid_sender",
    21703: "invalid_sender",
    21704: "invalid_sender",
    30003: "phone_off",
    30004: "blocked",
    30005: "unknown_number",
    30006: "landline",
    30007: "filtered",
    30011: "no_mms",
    30019: "too_large",
    30034: "sender_not_registered",
    30044: "too_long",
    30410: "phone_off",
    63001: "invalid_sender",
    63002: "invalid_sender",
    63003: "unknown_number",
    63005: "unsupported_content",
    63007: "invalid_sender",
    63008: "invalid_sender",
    63013: "filtered",
    63015: "not_joined",
    63019: "invalid_file",
    63020: "sender_not_registered",
    63021: "unsupported_content",
    63022: "unsupported_content",
    63024: "unknown_number",
    63026: "unsupported_content",
    63027: "unknown_template",
    63028: "template_variables",
    63030: "unsupported_content",
    63032: "withheld",
    63033: "blocked",
    63041: "template_paused",
    63042: "template_paused",
    63049: "withheld",
}
"""Never deliverable as it is. The console has a sentence for each word; for the rest it shows what Twilio said."""


def refusal(status: int, said: Any) -> ConnectorError:
    """The error for an answer of 4xx. `said`: Twilio's JSON {"code", "message", "more_info", "status"}, or whatever came."""
    code, text = code_of(said), text_of(said, status)
    if code in WINDOW:
        return WindowClosed(text, code="window_closed")
    if code in LATER:
        return RateLimited(text, retry_after=LATER[code])
    if code in CREDENTIALS or status == 401:
        return AuthFailed(text, code="credentials")
    if status == 403 and code not in WORDS:
        return AuthFailed(text, code="forbidden")
    if status in (408, 425):
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
    word = "window_closed" if number in WINDOW else "rate_limited" if number in LATER else WORDS.get(number, "provider")
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
