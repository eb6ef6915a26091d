"""The new words of a reply: without the history it quotes and without the signature.

Shapes come before words: a line with a date and an address that ends in a colon introduces a quotation in any language. A cut
that would leave nothing is not made. The whole text stays beside the result, so a wrong guess hides and never loses.
"""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files

from connectors.plain import OUTLOOK_RULE

LINE_LIMIT = 20_000
"""Longer texts are given back as they are: nobody types that much above a quotation."""

WORDS = {
    name: "|".join(words)
    for name, words in tomllib.loads(files("connectors.email").joinpath("words.toml").read_text(encoding="utf-8")).items()
}

VERB_END = re.compile(rf"(?:{WORDS['verbs']})\W{{0,8}}$", re.IGNORECASE)
NAMED_ONLY = re.compile(rf"\w\s(?:{WORDS['verbs']})\s?[::]\s*$", re.IGNORECASE)
"""`Ana Pérez wrote:` without a date; believed only above quoted lines."""
VERB = re.compile(rf"\b(?:{WORDS['verbs']})(?!\w)", re.IGNORECASE)
MOMENT = re.compile(r"\d{1,2}[:.h]\d{2}(?!\d)|\b(?:19|20)\d\d\b|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d+年")
ADDRESS = re.compile(r"[^\s<>()@]{1,128}@[^\s<>()@]{1,255}")
OPENER = re.compile(rf"\s*(?:{WORDS['openers']})\b.{{0,60}}$", re.IGNORECASE)
UNDATED = re.compile(rf".{{1,80}}<[^<>\s]+@[^<>\s]+>\s(?:{WORDS['verbs']})\s?:$", re.IGNORECASE)
LABEL = re.compile(rf"[\s*>_]*(?:(?P<sender>{WORDS['sender_labels']})|(?:{WORDS['other_labels']}))\s?\*{{0,2}}\s?[::]", re.IGNORECASE)
LABELLED = re.compile(r"[\s*]*[^\W\d_][^::]{0,30}[::]")
HEADER_SPAN = 8
SEPARATOR = re.compile(
    rf"[\s*]*[-_]{{2,}}\s?(?=[^-_]).{{0,200}}?\b(?:{WORDS['separators']})\b.{{0,200}}?[-_]{{2,}}[\s*]*$",
    re.IGNORECASE,
)
LAST_LINE = re.compile(rf"[\W_]*(?:{WORDS['lines']})[\W_]*$", re.IGNORECASE)
RULE = re.compile(r"[\s*]*[_\-–—=*]{5,}[\s*]*$")
QUOTED = re.compile(r"\s{0,3}>")
SIGNATURE = re.compile(r"\s{0,2}--[ \u00a0]?$")
MOBILE = re.compile(
    rf"\W{{0,4}}(?:(?:{WORDS['sent']})\b.{{0,20}}\b(?:{WORDS['sent_by']})\b.{{0,80}}|{WORDS['sent_whole']})$",
    re.IGNORECASE,
)
ORNAMENT = re.compile(r"[\W_ᐧ]*$")
"""A line that says nothing; ᐧ is left behind by programs that watch whether a mail is opened."""
EXPRESSION = re.compile(r"[?!¿¡]+|[:;8=][-o']?[)(DPp/\\|]+|\.{3}")
"""What says something without a letter: ?, :-), ..."""


def visible_text(text: str) -> str:
    """The new words of a plain text. Gives the text back, stripped, where nothing can be told apart."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\u200b", "").split("\n")]
    if len(lines) > LINE_LIMIT:
        return text.strip()
    kept = _without_signature(_without_history(lines))
    return "\n".join(kept).strip() or "\n".join(_outside_quotes(lines)).strip() or text.strip()


def _without_history(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    at, said = 0, False
    while at < len(lines):
        attribution = _attribution_length(lines, at)
        if attribution:
            if said and not _quote_follows(lines, at + attribution):
                break
            at += attribution  # the answer stands below, or between quoted lines
        elif _history_begins(lines, at):
            return kept if said else list(lines)
        elif QUOTED.match(lines[at]):
            at = _after_quote(lines, at)
            while kept and not kept[-1] and at < len(lines) and not lines[at]:  # one empty line is left of the two around it
                at += 1
        else:
            kept.append(lines[at])
            said = said or _says_something(lines[at])
            at += 1
    return kept


def _attribution_length(lines: Sequence[str], at: int) -> int:
    """How many lines from here introduce a quotation ("On ... wrote:"); 0 when none. Long ones are wrapped over up to four lines."""
    if not lines[at].strip() or QUOTED.match(lines[at]):
        return 0
    if len(lines[at]) < 120 and NAMED_ONLY.search(lines[at]) and _quote_follows(lines, at + 1):
        return 1
    for length in range(1, 5):
        span = lines[at : at + length]
        if len(span) < length or not span[-1].strip():
            return 0
        if _is_attribution(" ".join(span)):
            later = any(_is_attribution(" ".join(span[skip:])) for skip in range(1, length))
            return length if not later or OPENER.match(span[0]) else 0
    return 0


def _is_attribution(line: str) -> bool:
    line = line.strip(" \t*_-")
    if len(line) > 400:
        return False
    if UNDATED.match(line):
        return True
    if not MOMENT.search(line):
        return False
    addressed = ADDRESS.search(line) is not None
    verb_at_end = VERB_END.search(line) is not None
    begun = OPENER.match(line[:60]) is not None
    if addressed:
        return verb_at_end or line.endswith((":", ":"))
    return line.endswith(":") and (verb_at_end or (begun and VERB.search(line) is not None))


def _history_begins(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if SEPARATOR.match(line) or LAST_LINE.match(line):
        return True
    if RULE.match(line):
        following = next((n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].strip()), at)
        return following > at and (is_header_block(lines, following) or (line == OUTLOOK_RULE and _is_shaped_block(lines, following)))
    return is_header_block(lines, at)


def is_header_block(lines: Sequence[str], at: int) -> bool:
    """From, sent, to, subject as a program writes them: the sender's line and two more within a few lines."""
    if not LABEL.match(lines[at]):
        return False
    found = [LABEL.match(line) for line in lines[at : at + HEADER_SPAN]]
    senders = sum(1 for one in found if one and one["sender"])
    return senders >= 1 and sum(1 for one in found if one) >= 3


def _is_shaped_block(lines: Sequence[str], at: int) -> bool:
    """The head of a mail in a language that we do not know: three lines with a word and a colon, an address in the first."""
    return ADDRESS.search(lines[at]) is not None and all(LABELLED.match(line) for line in lines[at : at + 3])


def _quote_follows(lines: Sequence[str], at: int) -> bool:
    return any(QUOTED.match(line) for line in _next_lines(lines, at))


def _next_lines(lines: Sequence[str], at: int) -> Sequence[str]:
    """The next line that is not empty, as a list of at most one."""
    return next(([line] for line in lines[at : at + 4] if line.strip()), [])


def _after_quote(lines: Sequence[str], at: int) -> int:
    """Where a quotation ends. A line or two squeezed between quoted ones are the rest of a line that was wrapped."""
    while at < len(lines) and QUOTED.match(lines[at]):
        at += 1
        for wrapped in (1, 2):
            between = lines[at : at + wrapped]
            follows = lines[at + wrapped : at + wrapped + 1]
            if follows and QUOTED.match(follows[0]) and all(line.strip() and not QUOTED.match(line) for line in between):
                at += wrapped
                break
    return at


def _without_signature(lines: list[str]) -> list[str]:
    first = next((n for n, line in enumerate(lines) if _says_something(line)), len(lines))
    end = next((n for n in range(first + 1, len(lines)) if SIGNATURE.match(lines[n]) or _is_mobile_signature(lines, n)), len(lines))
    kept = lines[:end]
    while kept and not _says_something(kept[-1]):
        kept.pop()
    return kept


def _is_mobile_signature(lines: Sequence[str], at: int) -> bool:
    """A line like *Sent from my ...*: short, after an empty line, and nothing long directly below."""
    if len(lines[at]) > 160 or not MOBILE.match(lines[at]):
        return False
    below = lines[at + 1] if at + 1 < len(lines) else ""
    return not lines[at - 1].strip() and len(below) < 100


def _says_something(line: str) -> bool:
    """Whether a line is more than ornament: words, an emoji, a smiley, a question mark."""
    stripped = line.strip()
    return not ORNAMENT.match(line) or any(ord(one) >= 0x2190 for one in stripped) or EXPRESSION.fullmatch(stripped) is not None


def _outside_quotes(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not QUOTED.match(line)]
