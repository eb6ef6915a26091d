"""The SDK's way out: every call of it goes through the hub's egress client, and what is no proper answer becomes an error of ours."""

import json
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from connectors.answers import broken
from connectors.contract import Answer, Egress
from connectors.egress import SAFE
from connectors.errors import Ambiguous, Unavailable
from connectors.twilio_api.refusals import overloaded, refusal

log = logging.getLogger(__name__)


class EgressHttpClient(AsyncHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's HTTP client. Asks once: what happens after a failure is the hub's business."""

    def __init__(self, egress: Egress, *, timeout_s: float = 15.0) -> None:
        super().__init__(log, is_async=True, timeout=timeout_s)
        self._egress = egress
        self._timeout_s = timeout_s

    async def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One call. Raises from the connectors' tree of errors; the SDK never sees a refusal."""
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = basic(*auth)
        answer = await self._egress.request(
            method.upper(), _with_query(url, params), headers=sent, data=_body(data, sent), timeout_s=timeout or self._timeout_s
        )
        _judge(method.upper(), answer)
        return Response(answer.status, answer.body.decode(errors="replace"), answer.headers)


def basic(user: str, password: str) -> str:
    """The header that signs in."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _with_query(url: str, params: Mapping[str, object] | None) -> str:
    query = urlencode({name: value for name, value in (params or {}).items() if value is not None}, doseq=True)
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _body(data: Mapping[str, object] | None, headers: Mapping[str, str]) -> bytes | None:
    if not data:
        return None
    if headers.get("Content-Type") == "application/json":
        return json.dumps(data).encode()
    return urlencode(data, doseq=True).encode()


def _judge(method: str, answer: Answer) -> None:
    """Let only an answer pass that the SDK can read. Raises Unavailable, RateLimited, AuthFailed, Rejected, WindowClosed, Ambiguous."""
    said = _json(answer)
    if answer.status == 429:
        raise overloaded(answer.headers, said)
    if answer.status >= 500:
        raise broken(answer.status, f"Twilio answered {answer.status}: {_shown(answer, said)}", again=method in SAFE)
    if answer.status >= 400:
        raise refusal(answer.status, said)
    if answer.status == 204 or isinstance(said, dict):
        return
    if method in SAFE:
        raise Unavailable(f"Twilio's answer cannot be read: {_shown(answer, said)}")
    raise Ambiguous(f"Twilio's answer cannot be read: {_shown(answer, said)}")


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _shown(answer: Answer, said: Any) -> str:
    if isinstance(said, dict) and said.get("message"):
        return str(said["message"])[:300]
    return answer.body[:200].decode(errors="replace")
