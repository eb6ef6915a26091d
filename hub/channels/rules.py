"""Queue rules: by channel, address, language and words. Pure, and linear in the length of what the customer wrote."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from hub.channels.model import Channel

LOOKED_AT = 10_000
"""So many characters of a message are searched for words."""
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: what it asks for, and where it leads. What it does not name fits always.

    `address`: an exact one, `*@example.com`, or the beginning of a phone number, `+34*`; the customer's, or ours that was written to.
    `words`: one of them is enough; whole words, accents and capitals make no difference; `devol*` is the beginning of a word.
    """

    queue: UUID
    channel: UUID | None = None
    language: str | None = None
    words: tuple[str, ...] = ()
    address: str | None = None
    id: UUID | None = None


def choose_queue(channel: Channel, rules: Sequence[Rule], text: str, language: str = "", addresses: Sequence[str] = ()) -> UUID:
    """The queue of the first rule that fits, else the channel's own."""
    found = first_rule(channel.id, rules, text, language, addresses)
    return found.queue if found else channel.queue


def first_rule(channel: UUID, rules: Sequence[Rule], text: str, language: str = "", addresses: Sequence[str] = ()) -> Rule | None:
    """The first rule that fits. `addresses`: the customer's, and ours."""
    known = [one.casefold() for one in addresses if one]
    said: str | None = None
    for rule in rules:
        if rule.channel in (None, channel) and _speaks(rule.language, language) and _from(rule.address, known):
            if not rule.words:
                return rule
            said = folded(text[:LOOKED_AT]) if said is None else said
            if any(_needle(word) in said for word in rule.words):
                return rule
    return None


def folded(text: str) -> str:
    """The words of a text without accents and capitals, one blank around each."""
    bare = unicodedata.normalize("NFKD", text)
    if not bare.isascii():
        bare = "".join(one for one in bare if not unicodedata.combining(one))
    return f" {' '.join(WORD.findall(bare.casefold()))} "


@lru_cache(maxsize=4096)
def _needle(word: str) -> str:
    """What to look for among folded words: ` word ` or, with a star behind it, ` word`."""
    return folded(word).rstrip() if word.rstrip().endswith("*") else folded(word)


def _speaks(wanted: str | None, language: str) -> bool:
    """`es` takes es-MX too; `es-MX` only itself."""
    spoken = language.casefold().replace("_", "-")
    return not wanted or spoken == wanted.casefold() or spoken.split("-")[0] == wanted.casefold()


def _from(wanted: str | None, known: Sequence[str]) -> bool:
    if not wanted:
        return True
    pattern = wanted.casefold()
    if pattern.startswith("*"):
        return any(one.endswith(pattern[1:]) for one in known)
    if pattern.endswith("*"):
        return any(one.startswith(pattern[:-1]) for one in known)
    return pattern in known
