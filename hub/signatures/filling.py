"""Variables of a signature. Pure."""

import re
from collections.abc import Mapping
from html import escape

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
KNOWN = ("agent.name", "agent.role", "brand.name")
EMPTY_LINE = re.compile(r"<(div|p)>\s*</\1>")


def strange(html: str) -> list[str]:
    """Variables that nobody fills in."""
    return [name for name in dict.fromkeys(VARIABLE.findall(html)) if name not in KNOWN]


def filled(html: str, values: Mapping[str, str]) -> str:
    """With the values in it; a line of which nothing is left goes."""
    return EMPTY_LINE.sub("", VARIABLE.sub(lambda found: escape(values.get(found[1], ""), quote=False), html))
