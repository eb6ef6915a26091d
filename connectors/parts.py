"""Cuts a message into what a provider takes in one call, and turns what it cannot show into what it can. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from connectors.arriving import Media
from connectors.leaving import Outgoing
from connectors.manifest import Manifest
from connectors.text import count, cut, numbered, plain

KINDS = ("image", "audio", "video")
STICKER = "image/webp"
"""Shown as a sticker where the manifest has a limit for those."""


def plan(outgoing: Outgoing, manifest: Manifest) -> tuple[Outgoing, ...]:
    """The parts of a message in the order in which they leave; one for most. A template goes as it is."""
    if outgoing.template is not None:
        return (outgoing,)
    files, links = _files_and_links(outgoing.attachments, manifest)
    html = outgoing.html if manifest.html else ""
    text = _text(outgoing, manifest, links)
    buttons = outgoing.choices if len(outgoing.choices) <= manifest.buttons and (text.strip() or html) else ()
    lines = "" if buttons else numbered(outgoing.choices)
    whole = replace(outgoing, text="\n\n".join(filter(None, [text, lines])), html=html, choices=buttons)
    return _numbered(whole, _groups(whole, cut(whole.text, manifest.text_limit, manifest.text_unit), files, manifest))


def _groups(whole: Outgoing, texts: Sequence[str], files: Sequence[Media], manifest: Manifest) -> list[tuple[str, tuple[Media, ...]]]:
    """(text, files) of each part. Text comes before the files, unless it has buttons: those stand at the end, never below a file."""
    size = manifest.files_per_part or len(files) or 1
    groups = [tuple(files[place : place + size]) for place in range(0, len(files), size)]
    alone = [(text, ()) for text in texts if text]
    if not groups:
        return [*alone] or [("", ())]
    if whole.choices:
        return [*(("", group) for group in groups), *alone]
    if not alone or not _is_caption(alone[-1][0], manifest):
        return [*alone, *(("", group) for group in groups)]
    return [*alone[:-1], (alone[-1][0], groups[0]), *(("", group) for group in groups[1:])]


def _is_caption(text: str, manifest: Manifest) -> bool:
    """Whether a text, already short enough for a message of its own, may go with a file."""
    return manifest.caption < 0 or count(text, manifest.text_unit) <= manifest.caption


def _numbered(whole: Outgoing, groups: Sequence[tuple[str, tuple[Media, ...]]]) -> tuple[Outgoing, ...]:
    """What belongs to the message once stands in one part: the quotation in the first, the buttons in the last."""
    last = len(groups) - 1
    return tuple(
        replace(
            whole,
            text=text,
            attachments=files,
            part=part,
            parts=len(groups),
            answers=whole.answers if part == 0 else "",
            choices=whole.choices if part == last else (),
        )
        for part, (text, files) in enumerate(groups)
    )


def _text(outgoing: Outgoing, manifest: Manifest, links: Sequence[Media]) -> str:
    text = outgoing.text or ("" if manifest.html else plain(outgoing.html))
    return "\n\n".join(filter(None, [text, *(f"{one.name}: {one.url}" for one in links)]))


def _files_and_links(attachments: Sequence[Media], manifest: Manifest) -> tuple[list[Media], list[Media]]:
    """What the provider shows, and what goes as a link because it does not; without an address a file goes as it is."""
    links = [one for one in attachments if one.url and goes_as_link(one.content_type, _bytes(one), manifest)]
    return [one for one in attachments if one not in links], links


def goes_as_link(content_type: str, size: int, manifest: Manifest) -> bool:
    """Whether a file of this type (whatever its parameters) and size is more than the provider shows."""
    bare = content_type.partition(";")[0].strip().lower()
    return not (_shown(bare, manifest) and _fits(bare, size, manifest))


def _bytes(media: Media) -> int:
    return media.size if media.data is None else len(media.data)


def _shown(content_type: str, manifest: Manifest) -> bool:
    if not manifest.media_types:
        return manifest.attachments > 0
    broad = content_type.partition("/")[0] + "/*"
    return any(one in {content_type, broad, "*/*"} for one in manifest.media_types)


def _fits(content_type: str, size: int, manifest: Manifest) -> bool:
    broad = content_type.partition("/")[0]
    kind = "sticker" if content_type == STICKER and "sticker" in manifest.media_bytes else broad if broad in KINDS else "file"
    limit = manifest.media_bytes.get(kind, manifest.media_bytes.get("file", 0))
    return not limit or size <= limit
