"""Which words stop and start messages, where Twilio does not say so itself (OptOutType of Advanced Opt-Out). Pure."""

import unicodedata

STOP = frozenset(
    {
        *("stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "opt-out"),
        *("baja", "darme de baja", "dar de baja", "dame de baja", "no mas mensajes"),
    }
)
STOP_BY_SMS = frozenset({"cancel", "end", "quit", "revoke"})
"""After these, too, Twilio refuses to send SMS (21610). On WhatsApp they are answers to questions."""
START = frozenset({"start", "unstop", "subscribe", "optin", "opt in", "opt-in", "alta", "darme de alta", "dar de alta", "reanudar"})
"""`YES` and `SÍ` are answers to questions far more often, so they are not among them."""


def stop_or_start(text: str, *, sms: bool) -> str:
    """`stop`, `start` or nothing: only a message that is such a word and nothing else counts."""
    word = _bare(text)
    if word in STOP or (sms and word in STOP_BY_SMS):
        return "stop"
    return "start" if word in START else ""


def _bare(text: str) -> str:
    """Small letters without accents, quotation marks and full stops; empty for what is longer than any such word."""
    if len(text) > 60:
        return ""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(plain.casefold().split()).strip(" .!¡\"'«»“”’‘")
