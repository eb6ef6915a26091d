"""A connector to begin with: the folder `hilo_parrot` beside this file, written out under another name."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from connectors.conformance.subject import Unfit
from connectors.registry import packages

NAME = re.compile(r"[a-z][a-z0-9]{1,30}")


def write_skeleton(name: str, place: Path) -> Path:
    """Write a working connector into `place/hilo-NAME`, and say where. Raises Unfit."""
    if not NAME.fullmatch(name):
        raise Unfit(f"{name!r} is no name for a connector: small letters and digits, a letter first")
    if name in packages():
        raise Unfit(f"there is a connector {name!r} already")
    folder = place / f"hilo-{name}"
    if folder.exists():
        raise Unfit(f"{folder} is there already")
    _write(files(__package__), folder, name, top=True)
    return folder


def _write(there: Traversable, here: Path, name: str, *, top: bool) -> None:
    here.mkdir(parents=True)
    for one in there.iterdir():
        if one.name == "__pycache__" or (top and one.name == "__init__.py"):
            continue
        if one.is_dir():
            _write(one, here / _renamed(one.name, name), name, top=False)
        else:
            (here / one.name).write_text(_renamed(one.read_text(encoding="utf-8"), name), encoding="utf-8")


def _renamed(text: str, name: str) -> str:
    return text.replace("parrot", name).replace("Parrot", name.capitalize())
