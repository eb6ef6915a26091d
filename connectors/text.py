"""Text as channels take it: counted in their unit, cut without breaking what a reader sees as one sign, made plain. Pure."""

from collections.abc import Sequence
from html.parser import HTMLParser

import regex

from connectors.arriving import Choice
from connectors.gsm import Segments, cost, segments, units, utf16

__all__ = ["Segments", "count", "cut", "numbered", "plain", "segments"]

CLUSTER = regex.compile(r"\X")
"""What a reader sees as one sign: a letter with its accents, a family of emoji, a flag (UAX #29)."""
LINE_ENDS = frozenset({"\n", "\r", "\r\n", "\u2028", "\u2029"})


def count(text: str, unit: str) -> int:
    """The length of a text in a manifest's `text_unit`: characters, utf16, utf8 or gsm7."""
    if unit == "gsm7":
        return units(text)
    return _size(text, unit)


def cut(text: str, limit: int, unit: str = "characters") -> tuple[str, ...]:
    """The text in parts of at most `limit` units, cut at paragraphs, else lines, else words, else between signs.

    Nothing but the white space at the cuts is lost. A sign that is larger than a whole part is cut between its code points.
    """
    if not limit or count(text, unit) <= limit:
        return (text,)
    pieces = _pieces(text, limit, unit)
    parts, start = list[str](), 0
    while start < len(pieces):
        full = _reach(pieces, start, limit, unit)
        end = full if full == len(pieces) else _place_to_cut(pieces, start, full)
        part = "".join(pieces[start:end])
        if part.strip():
            parts.append(part.rstrip() if end < len(pieces) else part)
        start = end
        while start < len(pieces) and pieces[start].isspace():
            start += 1
    return tuple(parts) or ("",)


def numbered(choices: Sequence[Choice]) -> str:
    """Buttons as lines, for a channel that has none."""
    return "\n".join(f"{number}. {choice.title}" for number, choice in enumerate(choices, 1))


def plain(html: str) -> str:
    """What stands in a message's HTML, as text. For HTML that was cleaned: one that nests without end takes as long."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return regex.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _size(text: str, unit: str) -> int:
    """The size of a piece; sizes of pieces add up to no less than the size of the whole."""
    if unit == "utf16":
        return sum(map(utf16, text))
    if unit == "utf8":
        return len(text.encode(errors="surrogatepass"))
    return sum(map(cost, text)) if unit == "gsm7" else len(text)


def _pieces(text: str, limit: int, unit: str) -> list[str]:
    """Signs; the code points of those that no part can hold."""
    signs = CLUSTER.findall(text)
    return [piece for sign in signs for piece in ((sign,) if _size(sign, unit) <= limit else tuple(sign))]


def _reach(pieces: Sequence[str], start: int, limit: int, unit: str) -> int:
    """How far a part can go at most; always over one piece."""
    used, end = _size(pieces[start], unit), start + 1
    while end < len(pieces) and (used := used + _size(pieces[end], unit)) <= limit:
        end += 1
    return end


def _place_to_cut(pieces: Sequence[str], start: int, full: int) -> int:
    """The last end of a paragraph or line in the second half of the part, else the last end of a word, else where it is full."""
    half = start + (full - start) // 2
    ends = [place for place in range(start + 1, full + 1) if pieces[place].isspace()]
    lines = [place for place in ends if place >= half and pieces[place] in LINE_ENDS]
    paragraphs = [place for place in lines if place + 1 < len(pieces) and pieces[place + 1] in LINE_ENDS]
    for places in (paragraphs, lines, ends):
        if places:
            return places[-1]
    return full


class _Reader(HTMLParser):
    """Collects the words of HTML, with line ends where a browser shows them."""

    BREAKS = frozenset({"br", "tr", "dt", "dd"})
    BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
    HIDDEN = frozenset({"script", "style", "head", "title", "template"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self._hidden += 1
        elif tag in self.BREAKS or tag in self.BLOCKS:
            self._end_line(tag)
        elif tag == "li":
            self.words.append("\n- ")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.words)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in self.BLOCKS:
            self._end_line(tag)
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            if address and address not in "".join(self.words[start:]):
                self.words.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(" ".join(data.split("\n")))

    def _end_line(self, tag: str) -> None:
        self.words.append("\n\n" if tag in self.BLOCKS and tag != "div" else "\n")
