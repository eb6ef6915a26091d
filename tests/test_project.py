"""The project keeps its own rules: names, sizes, addresses, locks, tests that can fail."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source import ROOT, Function, Source, files_with_tests, project_files, python_files, text_of

TOP = {
    *("hub", "connectors", "routing", "agent_ui", "migrations", "tests", "config.toml", "pyproject.toml"),
    *("README.md", "Makefile", "docs", "benchmarks", "sandbox", ".ci", "changelog.d", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md"),
    *("examples", "requirements", "deploy", "hatch_build.py", ".gitignore"),
}
REGISTRIES = re.compile(
    "|".join(("pypi" + r"\.org", "python" + "hosted", "registry\\.npm" + "js", "npm" + r"js\.org", "deb" + r"ian\.org"))
)
MACHINE_PATHS = re.compile(r"(?<![\w.:/-])/(home|root|work|Users)/\w")
FRAGMENT = re.compile(r"^\+?[\w-]+\.(added|changed|fixed|removed|security)(\.\d+)?\.md$")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
LOCKED = re.compile(r"^[\w.-]+(\[[\w,-]+\])?==\S+( ; [^\\]+)? \\$")
CODE = (".py", ".ts", ".svelte", ".js", ".sql", ".css", ".html")
CHECKING_CALLS = ("assert_", "check", "expect", "run_state_machine", "raises", "fails_with")


def long_files() -> Iterator[str]:
    """Those that somebody wrote: what the hub writes of its own shapes (`hub.ts`) is as long as they are many."""
    for path in project_files():
        if path.suffix in CODE and path.name != "hub.ts" and (lines := len((text_of(path) or "").splitlines())) > LONGEST_FILE:
            yield f"{path.relative_to(ROOT)} has {lines} lines"


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def can_fail(test: Function) -> bool:
    """Whether the body holds an assertion, or calls something that is named for making one."""
    return any(isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and is_check(node.func)) for node in ast.walk(test))


def is_check(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.startswith(CHECKING_CALLS)


def passed_over(source: Source) -> Iterator[str]:
    """Marks and calls that would let a test not count."""
    names = {"skip", "skipif", "xfail", "importorskip", "SkipTest"}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            yield f"{source.name}:{node.lineno} {node.attr}"


def matches(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in project_files():
        for number, line in enumerate((text_of(path) or "").splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {match.group()}")
    return found


def check_passes(program: str, *arguments: str) -> None:
    """Run a program of this environment; what it says is shown when it finds something."""
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_agreed_names_stand_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} <= TOP


def test_no_file_names_a_package_registry() -> None:
    assert matches(REGISTRIES) == []


def test_no_file_names_a_folder_of_someones_machine() -> None:
    assert matches(MACHINE_PATHS) == []


def test_every_module_opens_with_a_line_that_says_its_job() -> None:
    assert [one.name for one in python_files() if one.tree.body and not ast.get_docstring(one.tree)] == []


def test_no_file_is_longer_than_400_lines() -> None:
    assert list(long_files()) == []


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{source.name}:{one.lineno} {one.name}"
        for source in python_files()
        for one in source.functions()
        if lines_of(one) > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_test_is_able_to_fail() -> None:
    assert [f"{source.name} {one.name}" for source in files_with_tests() for one in source.tests() if not can_fail(one)] == []


def test_no_test_is_passed_over() -> None:
    assert [found for source in python_files() if source.name.startswith("tests/") for found in passed_over(source)] == []


def test_every_news_fragment_has_a_kind_and_one_line() -> None:
    fragments = [one for one in (ROOT / "changelog.d").iterdir() if one.name not in ("README.md", "template.md")]
    assert [one.name for one in fragments if not FRAGMENT.match(one.name)] == []
    assert [one.name for one in fragments if len(one.read_text(encoding="utf-8").strip().splitlines()) != 1] == []


def test_every_link_in_the_documentation_leads_to_a_file() -> None:
    pages = [path for path in project_files() if path.suffix == ".md"]
    links = [(page, target) for page in pages for target in LINK.findall(page.read_text(encoding="utf-8"))]
    assert links
    assert [f"{page.relative_to(ROOT)} -> {target}" for page, target in links if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", ["run", "build", "test"])
def test_every_locked_package_has_one_version_and_hashes(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    packages = [number for number, line in enumerate(lines) if not line.startswith("    --hash=sha256:")]
    assert packages
    assert [lines[number] for number in packages if not LOCKED.match(lines[number])] == []
    assert [lines[number] for number in packages if "--hash=sha256:" not in "".join(lines[number + 1 : number + 2])] == []


def test_no_lock_file_names_an_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name
    packages = json.loads((ROOT / "agent_ui" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_every_declared_package_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    assert names_of(project["project"]["dependencies"]) <= locked("run")
    assert names_of(groups["build"]) <= locked("build")
    assert names_of([*project["project"]["dependencies"], *groups["build"], *groups["test"], *groups["check"]]) <= locked("test")


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", one)[0] for one in requirements}


def locked(name: str) -> set[str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("==")[0] for line in lines if "==" in line}


def test_the_code_has_its_form_and_style() -> None:
    check_passes("ruff", "check", ".")
    check_passes("ruff", "format", "--check", ".")


@pytest.mark.timeout(400)
def test_the_types_hold_in_strict_mode() -> None:
    check_passes("mypy")


def test_every_room_imports_only_what_it_may() -> None:
    check_passes("lint-imports")
