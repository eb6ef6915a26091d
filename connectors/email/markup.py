"""HTML from outside: made harmless by an allow-list, and turned into text. Both stay linear on hostile input by caps."""

import html
import re
import tomllib
from importlib.resources import files

import nh3

from connectors import plain
from connectors.plain import ATTRIBUTE

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
DANGEROUS_STYLE = re.compile(r"url\s*\(|expression|@|\\|position|behavior|image", re.IGNORECASE)
INLINE_PICTURE = re.compile(r"cid:|data:image/(?:png|gif|jpe?g|webp);base64,", re.IGNORECASE)

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
    return plain.text_of(clean, SIGNATURES)


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
