"""Why a mail server did not take a mail: one word for which the console has a sentence. Pure."""

import re
from collections.abc import Sequence

ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
"""The code of RFC 3463: class, subject, detail."""
WORDS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("no_mailbox", re.compile(r"\.1\.(?:0|1|3|6)$")),
    ("no_domain", re.compile(r"\.1\.(?:2|10)$|\.4\.4$")),
    ("closed_mailbox", re.compile(r"\.2\.1$")),
    ("full_mailbox", re.compile(r"\.2\.2$")),
    ("too_large_mail", re.compile(r"\.2\.3$|\.3\.4$")),
    ("taken_for_spam", re.compile(r"\.7\.\d+$")),
)
PHRASES: Sequence[tuple[str, re.Pattern[str]]] = (
    ("full_mailbox", re.compile(r"quota|mailbox (is )?full|over ?quota|buz[oó]n .*lleno", re.IGNORECASE)),
    (
        "no_mailbox",
        re.compile(
            r"user unknown|unknown user|no such (user|mailbox|recipient)|does ?n[o']t exist|invalid (recipient|mailbox)|no existe",
            re.IGNORECASE,
        ),
    ),
    ("no_domain", re.compile(r"(host|domain)( name)? (lookup failure|not found|unknown)|NXDOMAIN", re.IGNORECASE)),
    ("taken_for_spam", re.compile(r"spam|blacklist|blocklist|reputation|DMARC|policy", re.IGNORECASE)),
    ("too_large_mail", re.compile(r"too (large|big)|size limit|exceeds", re.IGNORECASE)),
)
VAGUE = re.compile(r"\.0\.0$")


def word_of(said: str, status: str = "", otherwise: str = "bounced") -> str:
    """By the codes that a server gave, else by its words; `otherwise` where neither says why."""
    codes = [".".join(found.groups()) for text in (status, said) for found in ENHANCED.finditer(text)]
    for code in codes:
        if not VAGUE.search(code) and (word := next((word for word, pattern in WORDS if pattern.search(code)), "")):
            return word
    return next((word for word, pattern in PHRASES if pattern.search(said)), otherwise)


def is_temporary(said: str, status: str = "") -> bool:
    """Whether it might have gone well at another time."""
    found = ENHANCED.search(status) or ENHANCED.search(said)
    return found[1] == "4" if found else bool(re.match(r"\s*4\d\d\b", said))
