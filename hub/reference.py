"""Writes docs/reference/*.md from what the program itself knows: `python -m hub.reference settings`. A test fails when a page is stale."""

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.config import KNOWN, SHORT_NAMES, allowed, defaults_file

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
SECTION = re.compile(r"^\[(\w+)\]$")
KEY = re.compile(r"^(\w+) *=")


def comments(text: str) -> dict[tuple[str, str], str]:
    """(section, key) → the comment that stands above it in config.toml; "" where there is none."""
    found, section, lines = {}, "", list[str]()
    for line in text.splitlines():
        if line.startswith("#"):
            lines.append(line.removeprefix("#").strip())
            continue
        if match := SECTION.match(line):
            section = match.group(1)
        elif match := KEY.match(line):
            found[section, match.group(1)] = " ".join(lines)
        lines = []
    return found


def settings_page() -> str:
    """Every setting: default, meaning, what is allowed, variable."""
    text = defaults_file().read_text(encoding="utf-8")
    defaults, meanings = tomllib.loads(text), comments(text)
    parts = [SETTINGS_HEAD]
    for section, keys in KNOWN.items():
        parts.append(f"\n## [{section}]\n\n| key | default | meaning | allowed | variable |\n| --- | --- | --- | --- | --- |\n")
        parts.extend(_setting(section, key, kind, defaults[section][key], meanings[section, key]) for key, kind in keys.items())
    return "".join(parts)


SETTINGS_HEAD = """# Settings

Hilo reads its defaults, then one `config.toml` (named by `--config` or `HILO_CONFIG`, otherwise the one in the folder where it is
started), then the environment. What is wrong is named with what is allowed, and the hub does not start. Written by
`python -m hub.reference settings` from `config.toml`.

The key that protects channels' passwords is not a setting: it lies in `<data folder>/key`, made at the first start, or is given as
`HILO_KEY` (base64url text of 32 bytes).
"""


def _setting(section: str, key: str, kind: Any, default: Any, meaning: str) -> str:
    names = [f"HILO_{section}_{key}".upper(), *(name for name, where in SHORT_NAMES.items() if where == (section, key))]
    shown = f'"{default}"' if isinstance(default, str) else str(default)
    cells = (f"`{key}`", f"`{shown}`", meaning, allowed(kind), " ".join(f"`{name}`" for name in names))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


PAGES: dict[str, Callable[[], str]] = {"settings": settings_page}
"""Page → what writes it."""


def main(arguments: list[str]) -> int:
    """Write the pages named, or all. Returns the exit code."""
    unknown = [name for name in arguments if name not in PAGES]
    if unknown:
        sys.stderr.write(f"there is no page {unknown[0]!r}; there are: {', '.join(PAGES)}\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in arguments or PAGES:
        (FOLDER / f"{name}.md").write_text(PAGES[name](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
