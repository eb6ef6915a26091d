"""What a person types first: make says what there is and, in one sentence, what is missing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.source import ROOT


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def an_old_python(folder: Path) -> Path:
    """A program that answers as Python 3.9 does."""
    program = folder / "python3.9"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    program.chmod(0o755)
    return program


def test_help_lists_every_command_that_the_documents_name() -> None:
    listed = set(re.findall(r"^  make ([a-z-]+) +\S", make("help").stdout, re.MULTILINE))
    pages = "\n".join((ROOT / page).read_text() for page in ("README.md", "CONTRIBUTING.md", "docs/install.md"))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z-]+)", pages, re.MULTILINE))
    assert {"setup", "run", "test", "test-long", "check", "bench", "lock"} <= listed
    assert named
    assert named <= listed


def test_an_old_python_is_named_with_what_is_needed(tmp_path: Path) -> None:
    done = make("setup", f"VENV={tmp_path}/venv", f"PYTHON={an_old_python(tmp_path)}")
    assert done.returncode == 2
    assert "Hilo needs Python 3.11 or newer" in done.stderr
    assert "is Python 3.9.2" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_missing_python_is_named(tmp_path: Path) -> None:
    done = make("setup", f"VENV={tmp_path}/venv", "PYTHON=python-that-is-not-there")
    assert done.returncode == 2
    assert "there is no 'python-that-is-not-there' here" in done.stderr


@pytest.mark.parametrize(("present", "missing"), [((), "chromium redis-server"), (("chromium",), "redis-server")])
def test_missing_programs_of_the_tests_are_named_where_they_cannot_be_installed(
    present: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    for program in ("bash", "id"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    for program in present:
        (tmp_path / program).symlink_to("/bin/true")
    command = [str(shutil.which("bash")), str(ROOT / ".ci" / "system-packages")]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"sudo apt-get install {missing}." in done.stderr


def test_continuous_integration_runs_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make --no-print-directory test"
