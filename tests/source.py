"""The project's own files, as the tests about the project read them."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file of the project."""

    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        """What the interpreter sees."""
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    @property
    def name(self) -> str:
        """Its path from the top of the project."""
        return self.path.relative_to(ROOT).as_posix()

    def functions(self) -> Iterator[Function]:
        """Every function and method, also nested ones."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def tests(self) -> Iterator[Function]:
        """Every test function."""
        return (one for one in self.functions() if one.name.startswith("test_"))


def project_files() -> list[Path]:
    """Every file that is written by people: under version control, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in sorted(listed.stdout.split("\0")) if name and (ROOT / name).is_file()]


def python_files() -> list[Source]:
    """Every Python file."""
    return [Source(path) for path in project_files() if path.suffix == ".py"]


def files_with_tests() -> list[Source]:
    """Every file with tests."""
    return [one for one in python_files() if one.path.name.startswith("test_")]


def text_of(path: Path) -> str | None:
    """The file as text, or None when it is a picture or the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
