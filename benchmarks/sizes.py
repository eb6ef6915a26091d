"""How much a browser fetches, compressed: the console with the face it shows Spanish and English in, its pages of administration, and
the chat bubble."""

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figure import Figure, figure

DIST = Path(__file__).resolve().parent.parent / "agent_ui" / "dist"
CONSOLE_LIMIT_KB, ADMINISTRATION_LIMIT_KB, ASKED_LIMIT_KB, WIDGET_LIMIT_KB = 250, 50, 75, 35
ADMINISTRATION = ("Administration-", "SupervisePage-")
"""How the files begin that only administrators' and supervisors' browsers fetch."""
ASKED = re.compile(r"(Asked|Aside|Writing|Editor|\w+Dialog)-")
"""How those begin that are fetched when somebody asks for them: dialogs, what writing mail takes."""
COMPRESSED = {".woff2"}
"""Kinds of files that are sent as they are."""
LANGUAGES = ("en", "es")


def console_files() -> list[Path]:
    """All that an agent's browser fetches, at once or while it has nothing else to do: page, scripts, styles, pictures, the words of one
    language and the Latin part of the face; other scripts' letters are fetched only by who needs them.
    """
    files = [
        one
        for one in DIST.rglob("*")
        if one.is_file() and not one.name.startswith((".", "widget", *ADMINISTRATION)) and not ASKED.match(one.name)
    ]
    return in_one_language(one for one in files if one.suffix != ".woff2" or "-latin-wght-" in one.name)


def administration_files() -> list[Path]:
    """What a supervisor's and an administrator's browser fetches besides: the floor, the settings of channels."""
    return in_one_language(one for one in DIST.rglob("*") if one.name.startswith(ADMINISTRATION))


def asked_files() -> list[Path]:
    """What an agent's browser fetches besides when it is asked for: dialogs, the fields of a mail, the editor of text with form."""
    return sorted(one for one in DIST.rglob("*") if ASKED.match(one.name))


def in_one_language(files: Iterable[Path]) -> list[Path]:
    """Without the words of the other languages: the largest stays."""
    every = sorted(files)
    words = [[one for one in every if f"words-{language}-" in one.name] for language in LANGUAGES]
    fetched = max(words, key=lambda found: sum(one.stat().st_size for one in found))
    return [one for one in every if one in fetched or not any(one in found for found in words)]


def widget_files() -> list[Path]:
    """The script of the shop's page and what it loads when the bubble is opened."""
    return sorted(DIST.glob("widget*.js"))


def kilobytes(files: Iterable[Path]) -> float:
    """Their size as a server sends them, in kB of 1000 bytes. Raises FileNotFoundError when there are none."""
    sizes = [len(one.read_bytes() if one.suffix in COMPRESSED else gzip.compress(one.read_bytes(), 9)) for one in files]
    if not sizes:
        raise FileNotFoundError(f"nothing is built in {DIST}: run make setup")
    return sum(sizes) / 1000


def run() -> list[Figure]:
    """The sizes."""
    console = figure("console_gzip", kilobytes(console_files()), "kB", CONSOLE_LIMIT_KB)
    administration = figure("console_administration_gzip", kilobytes(administration_files()), "kB", ADMINISTRATION_LIMIT_KB)
    asked = figure("console_asked_gzip", kilobytes(asked_files()), "kB", ASKED_LIMIT_KB)
    return [console, administration, asked, figure("widget_gzip", kilobytes(widget_files()), "kB", WIDGET_LIMIT_KB)]
