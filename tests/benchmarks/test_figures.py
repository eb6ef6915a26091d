"""What `make bench` prints can be read by a program."""

import json
import subprocess
import sys

from benchmarks.figure import figure, percentile
from benchmarks.sizes import ADMINISTRATION_LIMIT_KB, ASKED_LIMIT_KB, CONSOLE_LIMIT_KB, WIDGET_LIMIT_KB
from tests.source import ROOT


def bench(*names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *names]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_figure_carries_its_share_of_the_limit() -> None:
    assert figure("start", 1.5, "s", 3) == {"name": "start", "value": 1.5, "unit": "s", "limit": 3, "ratio": 0.5}
    assert figure("start", 1.5, "s")["ratio"] is None


def test_the_99th_percentile_leaves_one_of_a_hundred_above() -> None:
    assert percentile([float(number) for number in range(100)], 0.99) == 99
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2


def test_the_console_and_the_bubble_are_within_their_sizes() -> None:
    subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True, capture_output=True)
    lines = [json.loads(line) for line in bench("sizes").stdout.splitlines()]
    assert {line["name"]: line["limit"] for line in lines} == {
        "console_gzip": CONSOLE_LIMIT_KB,
        "console_administration_gzip": ADMINISTRATION_LIMIT_KB,
        "console_asked_gzip": ASKED_LIMIT_KB,
        "widget_gzip": WIDGET_LIMIT_KB,
    }
    assert [line for line in lines if not 0 < line["value"] <= line["limit"]] == []


def test_an_unknown_benchmark_is_named_with_those_there_are() -> None:
    done = bench("nonsense")
    assert done.returncode == 2
    assert "there is no benchmark nonsense; there are intake" in done.stderr
