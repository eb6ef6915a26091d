"""HTML from outside: made harmless by an allow-list, and turned into text. Both stay linear on hostile input by caps."""

import html
import re
import tomllib
from importlib.resources import files

import nh3

TAG_LIMIT = 20_000
ENTITY_LIMIT = 50_000
"""Signs written as `&amp;`; the sanitiser's time grows with their square."""
ATTRIBUTE_LIMIT = 1_000
"""Words within one tag; a tag with more is no tag that a mail program writes."""
CHARACTER_LIMIT = 4 * 1024 * 1024

ALLOWED = tomllib.loads(files("connectors.email").joinpath("allowed.toml").read_text(encoding="utf-8"))
ATTRIBUTES = {tag: set(names) for tag, names in ALLOWED["attributes"].items()}
MARKS = frozenset(ALLOWED["marks"])
IDS = frozenset(ALLOWED["ids"])
SIGNATURES = frozenset({"gmail_signature", "moz-signature", "protonmail_signature_block"}) | {
    one for one in IDS if one.lower().endswith("signature")
}
HISTORY = "divRplyFwdMsg"
"""What Outlook on the web calls the head of the mail that is answered, in every language."""
OUTLOOK_RULE = "_" * 32
"""What Outlook writes above that head in plain text."""
DANGEROUS_STYLE = re.compile(r"url\s*\(|expression|@|\\|position|behavior|image", re.IGNORECASE)
INLINE_PICTURE = re.compile(r"cid:|data:image/(?:png|gif|jpe?g|webp);base64,", re.IGNORECASE)

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
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*/?>')
IMAGE = re.compile(r'<img((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*/?>')


class TooComplex(ValueError):
    """HTML beyond the caps: to be shown as plain text."""


def sanitise(markup: str) -> str:
    """HTML that can do nothing: no scripts, forms or foreign styles; remote pictures wait in `data-remote-src`. Raises TooComplex."""
    check_size(markup)
    clean = nh3.clean(
        markup,
        tags=set(ALLOWED["tags"]),
        clean_content_tags=set(ALLOWED["dropped"]),
        attributes=ATTRIBUTES,
        attribute_filter=_filter_attribute,
        filter_style_properties=set(ALLOWED["styles"]),
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return IMAGE.sub(_hold_back_remote, _without_bare_spans(clean))


def text_of(clean: str) -> str:
    """The text of sanitised HTML: blocks on lines of their own, quotations with `> `, signatures marked by `-- `."""
    return _Writer().write(clean)


def text_without_tags(markup: str) -> str:
    """The words of HTML that is too complex to be read as such."""
    pieces, at = [], 0
    while (begin := markup.find("<", at)) >= 0:
        pieces.append(markup[at:begin])
        end = markup.find(">", begin)
        if end < 0:
            break
        at = end + 1
    else:
        pieces.append(markup[at:])
    return html.unescape(" ".join(piece for piece in pieces if piece.strip()))


def check_size(markup: str) -> None:
    """Raise TooComplex for HTML beyond the caps."""
    if len(markup) > CHARACTER_LIMIT:
        raise TooComplex(f"{len(markup)} characters of HTML, at most {CHARACTER_LIMIT}")
    if markup.count("<") > TAG_LIMIT:
        raise TooComplex(f"more than {TAG_LIMIT} tags")
    if markup.count("&") > ENTITY_LIMIT:
        raise TooComplex(f"more than {ENTITY_LIMIT} entities")
    at = 0
    while (begin := markup.find("<", at)) >= 0:
        end = markup.find(">", begin)
        end = len(markup) if end < 0 else end
        if end - begin > 4 * ATTRIBUTE_LIMIT and len(re.findall(r"[\s/]+", markup[begin:end])) > ATTRIBUTE_LIMIT:
            raise TooComplex(f"a tag with more than {ATTRIBUTE_LIMIT} attributes")
        at = end + 1


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    match name:
        case "class":
            return " ".join(one for one in value.split() if one in MARKS) or None
        case "id":
            own = re.sub(r"^(?:x_)+", "", value)  # Outlook's mark of what was in an earlier mail
            return own if own in IDS else None
        case "style":
            return None if DANGEROUS_STYLE.search(value) else value
        case "href":
            return None if value.strip().lower().startswith(("data:", "cid:")) else value
        case "src":
            return value if INLINE_PICTURE.match(value) or value.lower().startswith(("http:", "https:")) else None
    return value


def _without_bare_spans(clean: str) -> str:
    """Without the spans that say nothing any more since their attributes are gone: programs leave thousands of them."""
    kept: list[bool] = []

    def needed(found: re.Match[str]) -> str:
        if found[2] not in ("span", "font"):
            return found[0]
        if not found[1]:
            kept.append(bool(found[3]))
            return found[0] if kept[-1] else ""
        return found[0] if not kept or kept.pop() else ""

    return TAG.sub(needed, clean)


def _hold_back_remote(image: re.Match[str]) -> str:
    def held(attribute: re.Match[str]) -> str:
        name, value = attribute[1], attribute[2]
        return f' data-remote-src="{value}"' if name == "src" and not INLINE_PICTURE.match(value) else attribute[0]

    return f"<img{ATTRIBUTE.sub(held, image[1])}>"


class _Writer:
    """Walks over tokens of sanitised HTML and writes lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.quotes = 0
        self.preformatted = 0
        self.links: list[tuple[str, int]] = []

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
        elif tag == "li" and not end:
            self.line = "- "
        if not end and attributes.get("id") == HISTORY:
            self.lines.append(self._prefix() + OUTLOOK_RULE)
        if not end and not SIGNATURES.isdisjoint((*attributes.get("class", "").split(), attributes.get("id", ""))):
            self.lines.append(self._prefix() + "-- ")

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
