"""The HTML of messages: what a colleague writes is cleaned, what a customer wrote is framed so that it can do nothing."""

import asyncio
import base64
import re
from collections.abc import Mapping, Sequence
from html import unescape
from urllib.parse import unquote

import nh3

from hub.errors import Invalid

TAGS_AT_MOST = 2000
"""The time of cleaning grows with the square of nesting; a reply that somebody typed has far fewer."""
PICTURES_AT_MOST = 10 * 1024 * 1024
"""Bytes of pictures that are put into one page."""
SAFE_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"})
"""Pixels and nothing else: no picture of these types can run anything."""

SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})
INLINE_SOURCE = re.compile(r'(\ssrc=")cid:([^"]*)(")')
HELD_BACK = re.compile(r'\sdata-remote-src="')
STYLE = "body{margin:0;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}table{max-width:100%}"


async def clean_html(markup: str) -> str:
    """A colleague's HTML by an allow-list. Raises Invalid when it is more than somebody types."""
    if markup.count("<") > TAGS_AT_MOST:
        raise Invalid("invalid", f"html: more than {TAGS_AT_MOST} tags", fields={"html": f"at most {TAGS_AT_MOST} tags"})
    return await asyncio.to_thread(nh3.clean, markup, url_schemes=set(SCHEMES), link_rel="noopener noreferrer")


def inline_ids(clean: str) -> list[str]:
    """The content ids of the pictures that cleaned HTML shows from beside the message, each once."""
    return list(dict.fromkeys(_content_id(found[2]) for found in INLINE_SOURCE.finditer(clean)))


def security_policy(images: bool) -> str:
    """What the frame may fetch: nothing; with `images` pictures from anywhere. No scripts, no forms, an origin of its own."""
    sources = "data: https: http:" if images else "data:"
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src {sources}; form-action 'none'"


def headers(images: bool) -> dict[str, str]:
    """Of the answer that carries a message's HTML."""
    sandbox = "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
    return {
        "Content-Security-Policy": f"{sandbox}; {security_policy(images)}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }


def framed(markup: str, images: bool, pictures: Mapping[str, str]) -> str:
    """A page around a message's HTML. `pictures`: content id -> data URI. The policy stands inside too, for frames made by `srcdoc`."""
    shown = INLINE_SOURCE.sub(lambda found: found[1] + pictures.get(_content_id(found[2]), "") + found[3], markup)
    if images:
        shown = HELD_BACK.sub(' src="', shown)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{security_policy(images)}">'
        f'<meta name="referrer" content="no-referrer"><base target="_blank"><style>{STYLE}</style></head><body>{shown}</body></html>'
    )


def data_uris(pictures: Sequence[tuple[str, str, bytes]]) -> dict[str, str]:
    """(content id, type, bytes) of safe pictures as data URIs, by content id."""
    return {
        content_id: f"data:{content_type};base64,{base64.b64encode(data).decode()}"
        for content_id, content_type, data in pictures
        if content_type in SAFE_PICTURES
    }


def _content_id(written: str) -> str:
    return unquote(unescape(written)).strip("<>")
