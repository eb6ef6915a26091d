"""Who may be the same person: a score from the evidence. Suggests, never joins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST = 5
"""How many are shown."""

WEIGHTS = {
    "same_email_claimed": 70,
    "same_phone_claimed": 60,
    "both_claim_email": 45,
    "both_claim_phone": 40,
    "same_name": 35,
    "similar_name": 20,
}
"""What each piece of evidence adds. Together never more than 99: nothing here is proof."""


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that points from this customer to another."""

    customer: str
    evidence: str


def address_evidence(kind: str, mine: bool, known: bool) -> str | None:
    """The word for an address that both have. `mine`: it is an identity here; `known`: it is one there."""
    if kind not in ("email", "phone") or (mine and known):
        return None
    return f"same_{kind}_claimed" if mine or known else f"both_claim_{kind}"


def name_evidence(likeness: float) -> str:
    """The word for a name that is like this one; `likeness` 0 to 1."""
    return "same_name" if likeness >= 0.999 else "similar_name"


def ranked(clues: Iterable[Clue], apart: frozenset[str]) -> Sequence[tuple[str, int, list[str]]]:
    """Customers with score and evidence, the likeliest first, without those who were told apart."""
    evidence: dict[str, set[str]] = {}
    for clue in clues:
        if clue.customer not in apart:
            evidence.setdefault(clue.customer, set()).add(clue.evidence)
    scored = [(customer, min(99, sum(WEIGHTS[word] for word in words)), _strongest_first(words)) for customer, words in evidence.items()]
    return sorted(scored, key=lambda one: (-one[1], one[0]))[:MOST]


def _strongest_first(words: set[str]) -> list[str]:
    return sorted(words, key=lambda word: -WEIGHTS[word])
