"""The console's own checks and unit tests, run with the Node that the project brings."""

import subprocess
import sys

import pytest

from tests.source import ROOT


def check_script_passes(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "hatch_build.py", name], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_the_consoles_types_and_markup_hold_without_a_warning() -> None:
    check_script_passes("check")


@pytest.mark.timeout(300)
def test_the_consoles_unit_tests_pass() -> None:
    check_script_passes("test")
