"""The class of an error is the instruction."""

import math
from dataclasses import replace

import pytest

from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable, WindowClosed
from connectors.manifest import Manifest
from hub.outbound.fates import AUTH_PAUSE_S, fate_of
from tests.outbound.conftest import SMS

AGAIN = replace(SMS, idempotent=True)


@pytest.mark.parametrize(("error", "manifest", "attempts", "what", "wait_s", "code"), [
    (Unavailable("502"), SMS, 1, "later", 2.0, "provider"),
    (Unavailable("502"), SMS, 3, "later", 15.0, "provider"),
    (Unavailable("502"), SMS, 100, "failed", 0.0, "gave_up"),
    (RateLimited("429", retry_after=7), SMS, 100, "hold", 7.0, "rate_limited"),
    (RateLimited("429", retry_after=0), SMS, 1, "hold", 0.1, "rate_limited"),
    (RateLimited("429", retry_after=1e15), SMS, 1, "hold", 3600.0, "rate_limited"),
    (RateLimited("429", retry_after=math.inf), SMS, 1, "hold", 30.0, "rate_limited"),
    (RateLimited("429", retry_after=math.nan), SMS, 1, "hold", 30.0, "rate_limited"),
    (AuthFailed("401"), SMS, 100, "hold", AUTH_PAUSE_S, "provider"),
    (Rejected("no", code="blocked"), SMS, 1, "failed", 0.0, "blocked"),
    (WindowClosed("131047"), SMS, 1, "failed", 0.0, "window_closed"),
    (Ambiguous("cut"), SMS, 1, "unknown", 0.0, "provider"),
    (Ambiguous("cut"), AGAIN, 1, "later", 2.0, "provider"),
    (Ambiguous("cut"), AGAIN, 100, "unknown", 0.0, "provider"),
    (ConnectorError("?"), SMS, 1, "later", 2.0, "provider"),
])  # fmt: skip
def test_each_class_says_what_follows(
    error: ConnectorError, manifest: Manifest, attempts: int, what: str, wait_s: float, code: str
) -> None:
    fate = fate_of(error, manifest, attempts)
    assert (fate.what, fate.wait_s, fate.error["code"]) == (what, wait_s, code)


def test_what_nobody_may_read_is_taken_out_before_the_words_are_cut() -> None:
    said = "x" * 495 + "my-secret"
    detail = fate_of(Rejected(said), SMS, 1, lambda words: words.replace("my-secret", "•••")).error["detail"]
    assert detail == "x" * 495 + "•••"
