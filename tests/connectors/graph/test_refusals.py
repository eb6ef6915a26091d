"""Meta's error codes: the class says what happens next, the word is for the agent."""

import pytest

from connectors.contract import Answer
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed
from connectors.graph.refusals import error_of, reason_of


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
