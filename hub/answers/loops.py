"""Whether a sender says the same again and again, as machines do that answer each other. Pure."""

import re
from collections.abc import Collection, Sequence

MOST_AN_HOUR = 10
"""More messages than this in an hour that say the same are a loop."""
ALIKE = 0.8
"""Share of words that two texts have in common, of all that either has."""
WORD = re.compile(r"[^\W\d_]{2,}")
"""Letters only: a tracking code, a date or a counter makes no text another one."""


def how_many_alike(texts: Sequence[str]) -> int:
    """How many of a sender's texts, the newest first, say what the newest says; itself counts."""
    if not texts:
        return 0
    newest = _words(texts[0])
    return sum(_alike(newest, _words(text)) for text in texts)


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))


def _alike(one: Collection[str], other: Collection[str]) -> bool:
    both, either = set(one) & set(other), set(one) | set(other)
    return not either or len(both) / len(either) >= ALIKE
