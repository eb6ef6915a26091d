"""What a provider's answer means, where it keeps to the usual words of HTTP; and one step of a check."""

import json
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any

from connectors.egress import Answer
from connectors.errors import Ambiguous, AuthFailed, ConnectorError, RateLimited, Rejected, Unavailable
from connectors.leaving import Step

RETRY_AFTER_S = 30.0
LONGEST_S = 3600.0
NOT_NOW = 503
"""The one 5xx that says that nothing was done."""


def accepted(answer: Answer) -> None:
    """Let only a 2xx pass. Raises RateLimited (429), AuthFailed (401, 403), Unavailable (5xx), Rejected (all else)."""
    if 200 <= answer.status < 300:
        return
    words = answer.body[:300].decode(errors="replace")
    said = f"answered {answer.status}: {words}".removesuffix(": ")
    if answer.status == 429:
        raise RateLimited(said, retry_after=retry_after(answer.headers))
    if answer.status in (401, 403):
        raise AuthFailed(said)
    if answer.status >= 500:
        raise Unavailable(said)
    raise Rejected(said)


def broken(status: int, said: str, *, again: bool) -> Unavailable | Ambiguous:
    """What a 5xx stands for. `again`: asking twice does no harm. Else it may have been done before something broke; only 503 says that
    nothing was."""
    return Unavailable(said) if again or status == NOT_NOW else Ambiguous(said)


def taken(answer: Answer) -> dict[str, Any]:
    """The object in the answer to something that was sent. Raises as `accepted`, and Ambiguous when it cannot be read or the server
    broke: it may have been sent before."""
    if answer.status >= 500:
        raise broken(answer.status, f"answered {answer.status}: {answer.body[:300].decode(errors='replace')}", again=False)
    accepted(answer)
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise Ambiguous(f"the answer is no JSON: {answer.body[:200]!r}") from error
    if not isinstance(said, dict):
        raise Ambiguous(f"the answer is no object: {answer.body[:200]!r}")
    return said


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait: the header's, between one second and an hour; half a minute where it says nothing that can be read."""
    said = headers.get("retry-after", "")
    return min(max(float(said), 1.0), LONGEST_S) if said.isascii() and said.isdigit() else RETRY_AFTER_S


async def step(name: str, label: Mapping[str, str], todo: Mapping[str, str], ask: Callable[[], Awaitable[str]]) -> Step:
    """Ask, and time it; what `ask` returns is the detail. An error of the connectors' tree is a step that failed."""
    began = perf_counter()
    try:
        detail, ok, tried = await ask(), True, True
    except ConnectorError as error:
        detail, ok, tried = str(error), False, error.code != "not_tried"
    return Step(name, ok, (perf_counter() - began) * 1000, detail[:500], label, {} if ok else todo, tried)
