"""Logs: one form for all libraries, and no secret in it."""

import json
import logging
from collections.abc import Iterator

import pytest

from hub.log import about, hidden, set_up
from hub.settings import Log

log = logging.getLogger("hub.tests")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = before


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What was written, line by line."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_logger(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log(level="info", format="json"))
    log.info("channel %s is up", "support")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["logger"]) == ("channel support is up", "info", "hub.tests")
    assert str(line["timestamp"]).endswith("Z")


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log(level="warning", format="json"))
    log.info("nothing")
    assert lines(capsys) == []


def test_setting_up_twice_writes_every_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log(level="info", format="json"))
    set_up(Log(level="info", format="json"))
    log.info("once")
    assert len(lines(capsys)) == 1


def test_lines_carry_the_reference_of_their_request(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log(level="info", format="json"))
    with about(reference="4F2-81C0A"):
        log.info("inside")
    log.info("outside")
    inside, outside = lines(capsys)
    assert inside["reference"] == "4F2-81C0A"
    assert "reference" not in outside


def test_secret_fields_are_blanked(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log(level="info", format="json"))
    log.info("signed in", extra={"password": "hunter2", "agent": "7"})
    (line,) = lines(capsys)
    assert (line["password"], line["agent"]) == ("…", "7")


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("connecting to postgresql://hilo:hunter2@db/x", "hunter2"),
        ("connecting to redis://:hunter2@cache/0", "hunter2"),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("token hilo_0123456789abcdefghijABCDEFGHIJ was used", "0123456789"),
        ("IntegrityConstraintViolationError: …\nDETAIL:  Failing row contains (7, My aunt is ill).", "aunt"),
    ],
)
def test_secrets_inside_text_are_blanked(text: str, without: str) -> None:
    assert without not in hidden(text)
    assert hidden(text) != text


def _refuse(row: str) -> None:
    """Fail as the database does."""
    raise ValueError(f"refused\nDETAIL:  Failing row contains ({row}).")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_is_written_without_the_row_that_failed(capsys: pytest.CaptureFixture[str], form: str) -> None:
    set_up(Log(level="info", format="console" if form == "console" else "json"))
    row = "My " + "aunt is ill"
    try:
        _refuse(row)
    except ValueError:
        log.exception("a write failed")
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "ValueError" in said
    assert "aunt" not in said


def test_people_read_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(Log(level="info", format="console"))
    log.info("hilo is ready")
    assert "hilo is ready" in capsys.readouterr().err
