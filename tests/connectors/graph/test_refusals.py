"""Meta's error codes: the class says what happens next, the word is for the agent."""

import json

import pytest

from connectors.contract import Answer
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed
from connectors.graph.refusals import NEVER, NEVER_SUB, STOPPED, error_of, reason_of
from tests.source import ROOT


def answered(code: int, sub: int | None = None, status: int = 400, **headers: str) -> ConnectorError:
    error = {"message": f"(#{code}) words", "code": code, **({"error_subcode": sub} if sub else {})}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_of(Answer(status, named, b""), {"error": error})


@pytest.mark.parametrize(
    ("code", "sub", "kind", "word"),
    [
        (10, 2018278, WindowClosed, "window_closed"),
        (10, 2534022, WindowClosed, "window_closed"),
        (131047, None, WindowClosed, "window_closed"),
        (551, None, Rejected, "blocked"),
        (200, 1545041, Rejected, "blocked"),
        (10, 2018108, Rejected, "blocked"),
        (100, 2018001, Rejected, "unknown_recipient"),
        (10, 2018300, Rejected, "other_app"),
        (4, 2018109, Rejected, "too_large"),
        (131026, None, Rejected, "undeliverable"),
        (130472, None, Rejected, "experiment"),
        (131049, None, Rejected, "withheld"),
        (131053, None, Rejected, "invalid_file"),
        (132001, None, Rejected, "unknown_template"),
        (132005, None, Rejected, "template"),
        (100, None, Rejected, "invalid"),
        (190, None, AuthFailed, "token"),
        (10, None, AuthFailed, "permission"),
        (230, None, AuthFailed, "permission"),
        (368, None, AuthFailed, "policy"),
        (131031, None, AuthFailed, "account_locked"),
        (2, None, Unavailable, "provider"),
        (131016, None, Unavailable, "provider"),
        (131000, None, Unavailable, "provider"),
        (1, 1357046, Ambiguous, "provider"),
        (1, None, Ambiguous, "provider"),
        (613, None, RateLimited, "rate_limited"),
        (80007, None, RateLimited, "rate_limited"),
    ],
)
def test_a_code_has_its_class_and_its_word(code: int, sub: int | None, kind: type[ConnectorError], word: str) -> None:
    error = answered(code, sub)
    assert (type(error), error.code) == (kind, word)
    assert f"({code}" in str(error)


WHATSAPP = {
    (0, 401): (AuthFailed, "token"),
    (3, 500): (AuthFailed, "permission"),
    (10, 403): (AuthFailed, "permission"),
    (190, 401): (AuthFailed, "token"),
    (200, 403): (AuthFailed, "permission"),
    (299, 403): (AuthFailed, "permission"),
    (4, 400): (RateLimited, "rate_limited"),
    (80007, 400): (RateLimited, "rate_limited"),
    (130429, 400): (RateLimited, "rate_limited"),
    (131048, 400): (Rejected, "spam_limit"),
    (131056, 400): (RateLimited, "rate_limited"),
    (368, 403): (AuthFailed, "policy"),
    (130497, 403): (Rejected, "country"),
    (131031, 403): (AuthFailed, "account_locked"),
    (1, 400): (Ambiguous, "provider"),
    (2, 503): (Unavailable, "provider"),
    (33, 400): (AuthFailed, "not_registered"),
    (100, 400): (Rejected, "invalid"),
    (130472, 400): (Rejected, "experiment"),
    (131000, 500): (Unavailable, "provider"),
    (131005, 403): (AuthFailed, "permission"),
    (131008, 400): (Rejected, "invalid"),
    (131009, 400): (Rejected, "invalid"),
    (131016, 500): (Unavailable, "provider"),
    (131021, 400): (Rejected, "same_number"),
    (131026, 400): (Rejected, "undeliverable"),
    (131030, 400): (Rejected, "not_allowed"),
    (131037, 400): (AuthFailed, "display_name"),
    (131042, 400): (Rejected, "payment"),
    (131045, 500): (AuthFailed, "not_registered"),
    (131047, 400): (WindowClosed, "window_closed"),
    (131049, 400): (Rejected, "withheld"),
    (131050, 400): (Rejected, "opted_out"),
    (131051, 400): (Rejected, "unsupported_content"),
    (131052, 400): (Rejected, "invalid_file"),
    (131053, 400): (Rejected, "invalid_file"),
    (131057, 500): (Unavailable, "provider"),
    (132000, 400): (Rejected, "template_variables"),
    (132001, 404): (Rejected, "unknown_template"),
    (132005, 400): (Rejected, "template"),
    (132007, 400): (Rejected, "template"),
    (132012, 400): (Rejected, "template_variables"),
    (132015, 400): (Rejected, "template_paused"),
    (132016, 400): (Rejected, "template"),
    (132068, 400): (Rejected, "template"),
    (132069, 400): (Rejected, "template"),
    (133004, 503): (Unavailable, "provider"),
    (133005, 400): (Rejected, "invalid"),
    (133010, 400): (AuthFailed, "not_registered"),
    (134011, 400): (Rejected, "invalid"),
    (135000, 400): (Rejected, "invalid"),
}
"""Every code and HTTP status of Meta's page of errors that sending a message can meet."""


@pytest.mark.parametrize(("code", "status"), WHATSAPP)
def test_every_code_of_whatsapp_s_page_has_its_class_and_its_word(code: int, status: int) -> None:
    error = answered(code, status=status)
    assert (type(error), error.code) == WHATSAPP[code, status]


@pytest.mark.parametrize(("status", "kind"), [(400, Rejected), (500, Ambiguous), (502, Ambiguous), (503, Unavailable)])
def test_a_code_that_nobody_has_told_us_of_is_safe(status: int, kind: type[ConnectorError]) -> None:
    assert type(answered(139999, status=status)) is kind


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_console_has_a_sentence_for_every_word(language: str) -> None:
    known = json.loads((ROOT / "agent_ui" / "messages" / f"{language}.json").read_text(encoding="utf-8"))
    words = {*STOPPED.values(), *NEVER.values(), *NEVER_SUB.values(), "template", "window_closed", "rate_limited"}
    assert {word for word in words if f"undelivered_{word}" not in known} == {"invalid"}  # shown as Meta says it


def test_meta_says_how_long_to_wait_in_seconds_or_in_minutes() -> None:
    for error, seconds in (
        (answered(4, retry_after="90"), 90.0),
        (answered(80007, x_business_use_case_usage='{"1": [{"estimated_time_to_regain_access": 3}]}'), 180.0),
        (answered(131056, x_business_use_case_usage="no json"), 6.0),
        (answered(999, status=429), 30.0),
        (answered(999, status=429, retry_after="\u00b2"), 30.0),
    ):
        assert isinstance(error, RateLimited)
        assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, AuthFailed), (403, AuthFailed), (404, Rejected), (500, Ambiguous), (502, Ambiguous), (503, Unavailable)],
)
@pytest.mark.parametrize("said", [None, [], {}, {"error": "words"}, {"error": {"code": "seven"}}])
def test_without_a_code_the_status_decides(status: int, kind: type[ConnectorError], said: object) -> None:
    assert type(error_of(Answer(status, {}, b""), said)) is kind


def test_a_reason_begins_with_a_stable_word_and_ends_with_meta_s() -> None:
    told = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "The person has no WhatsApp."}}
    assert reason_of(told) == "undeliverable: The person has no WhatsApp. (131026)"
    assert reason_of({}).startswith("invalid: no reason given")


@pytest.mark.parametrize(("status", "code"), [(500, -1), (502, -1), (500, 1), (503, 1)])
def test_a_question_that_broke_is_asked_again(status: int, code: int) -> None:
    assert type(error_of(Answer(status, {}, b""), {"error": {"code": code}}, again=True)) is Unavailable
