"""The gallery: which kinds of channel there are, what each can do, its form and its guide."""

import logging
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import nh3
from markdown_it import MarkdownIt

from connectors.manifest import Manifest
from connectors.registry import load, packages
from connectors.settings import FormField, form
from hub.channels.shapes import Capabilities, ConnectorView, FieldView, Gallery, Guide, words_of
from hub.errors import NotFound
from hub.kernel.limits import limits_of

log = logging.getLogger(__name__)

SECTIONS = {"es": "espanol", "en": "english"}
"""How the heading of a README's part in a language begins, without accents and capitals."""
HEADING = re.compile(r"^##? +(.+?) *$", re.MULTILINE)
USUAL_GROUPS: Mapping[str, Mapping[str, str]] = {"advanced": {"es": "Avanzado", "en": "Advanced"}}
GUIDE_LENGTH = 200_000
TAGS = frozenset(
    [
        "h2",
        "h3",
        "h4",
        "h5",
        "p",
        "ul",
        "ol",
        "li",
        "strong",
        "em",
        "code",
        "pre",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
        "blockquote",
        "br",
        "hr",
    ]
)


@cache
def gallery() -> Gallery:
    """Every kind that is installed and can be imported, by title. The first call imports them all: not on the event loop."""
    found = [view for name in sorted(packages()) if (view := _connector(name)) is not None]
    return Gallery(items=sorted(found, key=lambda one: one.title.en.casefold()))


def _connector(name: str) -> ConnectorView | None:
    try:
        kind = load(name)
    except Exception:
        log.exception("the connector %s cannot be used", name)
        return None
    return connector_view(kind.manifest, form(kind.settings))


def connector_view(manifest: Manifest, fields: list[FormField]) -> ConnectorView:
    """A manifest and its form, as people see them."""
    return ConnectorView(
        id=manifest.id,
        title=words_of(manifest.title, manifest.id),
        summary=words_of(manifest.summary, ""),
        kind=manifest.kind,
        icon=manifest.icon,
        receives=manifest.receives,
        address=manifest.address,
        capabilities=limits_of(Capabilities, manifest),
        sandbox=manifest.sandbox,
        form=[_field(one) for one in fields],
        groups={name: words_of(title, name) for name, title in {**_usual_groups(fields), **manifest.groups}.items()},
    )


def _usual_groups(fields: list[FormField]) -> dict[str, Mapping[str, str]]:
    """Titles of groups that every connector may use without naming them."""
    used = {one.group for one in fields}
    return {name: title for name, title in USUAL_GROUPS.items() if name in used}


def _field(one: FormField) -> FieldView:
    return FieldView(
        name=one.name,
        kind=one.kind,
        label=words_of(one.label, one.name),
        help=words_of(one.help, ""),
        group=one.group,
        secret=one.secret,
        required=one.required,
        default=None if one.secret else one.default,
        choices=list(one.choices),
        shape=one.shape,
        generated=one.generated,
        shown_if=list(one.shown_if) if one.shown_if else None,
        low=one.low,
        high=one.high,
        max_length=one.max_length,
        example=one.example,
    )


@cache
def guide(name: str, language: str) -> Guide:
    """The part of a connector's README in a language; the whole of it when it has no such part. Raises NotFound."""
    return Guide(lang=language, html=rendered(guide_text(name, language)))


def guide_text(name: str, language: str) -> str:
    """The same as it was written. Raises NotFound."""
    text = _readme(name)
    return _parts(text).get(SECTIONS[language], text)


def _readme(name: str) -> str:
    if name not in packages():
        raise NotFound("not_found", f"there is no connector {name!r}")
    try:
        return files(packages()[name]).joinpath("README.md").read_text(encoding="utf-8")[:GUIDE_LENGTH]
    except (OSError, UnicodeDecodeError):
        raise NotFound("no_guide", f"the connector {name} brings no guide") from None


def _parts(text: str) -> dict[str, str]:
    """Beginning of a language's heading -> what stands below it, up to the other one's."""
    headings = [(one, _bare(one.group(1))) for one in HEADING.finditer(text)]
    found = [(one, key) for one, bare in headings for key in SECTIONS.values() if bare.startswith(key)]
    ends = [one.start() for one, _ in found[1:]] + [len(text)]
    return {key: text[one.end() : end].strip() for (one, key), end in zip(found, ends, strict=True)}


def rendered(markdown: str) -> str:
    """Markdown as HTML: no HTML of its own, no pictures, and links only to https."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image").render(markdown)
    return nh3.clean(html, tags=set(TAGS), attributes={"a": {"href"}}, url_schemes={"https"}, link_rel="noopener noreferrer")


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()
