"""In which language a message is written. Slow at first (the model is read then) and never for the event loop: call it in a thread."""

from collections.abc import Collection
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SURE = 0.8
"""How much more than all other languages in question together: below that nothing is said."""
READ_AT_MOST = 1000


def language_of(text: str, among: Collection[str]) -> str:
    """Which of these languages it is; empty when it is too short to tell."""
    likely = {language: float(share) for language, share in _model().rank(text[:READ_AT_MOST]) if language in among}
    total = sum(likely.values())
    best = max(likely, key=lambda one: likely[one], default="")
    return best if total and likely[best] / total >= SURE else ""


@cache
def _model() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
