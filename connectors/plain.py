"""The text of HTML that was cleaned: what a reader without HTML reads, and what stands in a thread."""

import html
import re
from collections.abc import Set

HISTORY = "divRplyFwdMsg"
"""What Outlook on the web calls the head of the mail that is answered, in every language."""
OUTLOOK_RULE = "_" * 32
"""What Outlook writes above that head in plain text."""

PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre"})
INLINE = frozenset(
    {
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
    }
    | {"strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "td", "th", "tbody", "thead", "tfoot", "col", "colgroup"}
)
TOKEN = re.compile(
    r'<!--.*?-->|<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*/?>|(?P<text>[^<]+|<)',
    re.DOTALL,
)
ATTRIBUTE = re.compile(r'\s+([^\s=>"/]+)="([^"]*)"')


def text_of(clean: str, signatures: Set[str] = frozenset()) -> str:
    """Blocks on lines of their own, quotations with `> `; what has one of `signatures` as its class or id is marked by `-- `."""
    return _Writer(signatures).write(clean)


class _Writer:
    """Walks over tokens of sanitised HTML and writes lines."""

    def __init__(self, signatures: Set[str]) -> None:
        self.signatures = signatures
        self.lines: list[str] = []
        self.line = ""
        self.quotes = 0
        self.preformatted = 0
        self.links: list[tuple[str, int]] = []
        self.lists: list[int] = []
        """Of each list that is open: the number of its next item; 0 where they have none."""

    def write(self, clean: str) -> str:
        for token in TOKEN.finditer(clean):
            if token["text"]:
                self._text(html.unescape(token["text"]))
            elif token["tag"]:
                self._tag(token["tag"], bool(token["end"]), dict(ATTRIBUTE.findall(token["attributes"])))
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")

    def _text(self, text: str) -> None:
        if self.preformatted:
            first, *others = text.split("\n")
            self.line += first
            for one in others:
                self._end_line(even_empty=True)
                self.line = one
            return
        text = re.sub(r"[ \t\r\n\f]+", " ", text).replace("\u00a0", " ")
        self.line += text.lstrip() if not self.line else text

    def _tag(self, tag: str, end: bool, attributes: dict[str, str]) -> None:
        if tag == "br":
            self._end_line(even_empty=True)
        elif tag in ("td", "th") and not end and self.line:
            self.line += " "
        elif tag == "img":
            self._text(f"[{html.unescape(attributes['alt'])}]" if attributes.get("alt") else "")
        elif tag == "a":
            self._link(end, attributes)
        elif tag not in INLINE:
            self._block(tag, end, attributes)

    def _block(self, tag: str, end: bool, attributes: dict[str, str]) -> None:
        self._end_line()
        if tag in PARAGRAPHS:
            self._empty_line()
        if tag == "blockquote":
            self.quotes = max(0, self.quotes + (-1 if end else 1))
        elif tag == "pre":
            self.preformatted = max(0, self.preformatted + (-1 if end else 1))
        elif tag in ("ol", "ul"):
            self._list(tag, end)
        elif tag == "li" and not end:
            self.line = self._point()
        if not end and attributes.get("id") == HISTORY:
            self.lines.append(self._prefix() + OUTLOOK_RULE)
        if not end and not self.signatures.isdisjoint((*attributes.get("class", "").split(), attributes.get("id", ""))):
            self.lines.append(self._prefix() + "-- ")

    def _list(self, tag: str, end: bool) -> None:
        if not end:
            self.lists.append(1 if tag == "ol" else 0)
        elif self.lists:
            self.lists.pop()

    def _point(self) -> str:
        """What stands before an item of the innermost list: its number, or a dash."""
        number = self.lists[-1] if self.lists else 0
        if not number:
            return "- "
        self.lists[-1] += 1
        return f"{number}. "

    def _link(self, end: bool, attributes: dict[str, str]) -> None:
        """A link whose words do not show where it leads has its address behind it."""
        if not end:
            self.links.append((html.unescape(attributes.get("href", "")), len(self.line)))
        elif self.links:
            href, began = self.links.pop()
            shown = self.line[began:].strip()
            if href.startswith(("http:", "https:")) and shown and shown.rstrip("/") not in href and len(href) < 200:
                self.line = f"{self.line.rstrip()} <{href}>"

    def _end_line(self, *, even_empty: bool = False) -> None:
        line = self.line if self.preformatted else self.line.strip()
        if line or even_empty:
            self.lines.append((self._prefix() + line).rstrip())
        self.line = ""
        self.links = [(href, 0) for href, _ in self.links]

    def _empty_line(self) -> None:
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._prefix().rstrip())

    def _prefix(self) -> str:
        return "> " * min(self.quotes, 10)
