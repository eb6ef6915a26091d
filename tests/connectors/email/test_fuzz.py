"""Mails that a program damaged on purpose, always towards what the parser has not done yet: it neither breaks nor takes long."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.counts import rounds
from tests.source import ROOT

SECONDS = rounds(5, 600)


@pytest.mark.timeout(SECONDS + 120)
def test_no_damage_that_a_fuzzer_finds_breaks_the_parser(tmp_path: Path) -> None:
    limits = [f"-max_total_time={SECONDS}", "-max_len=20000", f"-artifact_prefix={tmp_path}/broken-"]
    command = [sys.executable, "-m", "tests.connectors.email.fuzz", str(tmp_path), *limits]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    broken = [path.read_bytes() for path in tmp_path.glob("broken-*")]
    assert (done.returncode, broken) == (0, []), done.stderr[-4000:]
