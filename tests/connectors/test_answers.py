"""What a server's status means for what was sent."""

import pytest

from connectors.answers import accepted, broken, taken
from connectors.egress import Answer
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Ambiguous), (502, Ambiguous), (504, Ambiguous), (503, Unavailable), (429, RateLimited), (401, AuthFailed), (404, Rejected)],
)
def test_what_was_sent_before_the_server_broke_is_in_doubt_and_503_says_that_nothing_was(status: int, error: type[ConnectorError]) -> None:
    with pytest.raises(error) as raised:
        taken(Answer(status, {}, b"{}"))
    assert type(raised.value) is error


@pytest.mark.parametrize("status", [500, 502, 503])
def test_who_may_ask_again_has_no_doubt(status: int) -> None:
    assert type(broken(status, "oops", again=True)) is Unavailable
    with pytest.raises(Unavailable):
        accepted(Answer(status, {}, b""))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff"])
def test_an_answer_that_is_no_object_leaves_a_doubt(body: bytes) -> None:
    with pytest.raises(Ambiguous):
        taken(Answer(200, {}, body))
