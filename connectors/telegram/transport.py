"""The library's requests, sent through the hub's only way out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import aiohttp
from telegram.request import BaseRequest, RequestData

from connectors.answers import broken
from connectors.egress import Answer, Egress
from connectors.errors import Ambiguous, ConnectorError, RateLimited

TIMEOUT_S = 15.0
UPLOAD_TIMEOUT_S = 90.0
PATIENCE_S = 5.0
"""How long to wait when Telegram wants patience and does not say how much."""


@contextmanager
def unnamed() -> Iterator[None]:
    """Keep the cause of an error out of every log: it may name the address that was asked, of which the bot's token is a part."""
    try:
        yield
    except ConnectorError as error:
        raise error from None


class Transport(BaseRequest):
    """Asks the Bot API. What gave no answer, and what asks for patience, is raised as the contract's errors, inside the library's own."""

    def __init__(self, egress: Egress, *, timeout_s: float = TIMEOUT_S) -> None:
        self._egress = egress
        self._timeout_s = timeout_s

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return self._timeout_s

    async def initialize(self) -> None:
        """Nothing to open: the egress client is the hub's."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises as `Egress.request`, RateLimited, and Ambiguous for a broken server and for an answer that is none
        of Telegram's; who only asks takes that for Unavailable."""
        usual = UPLOAD_TIMEOUT_S if request_data and request_data.contains_files else self._timeout_s
        timeout = read_timeout if isinstance(read_timeout, int | float) else usual
        with unnamed():
            answer = await self._egress.request(method, url, data=_form(request_data), timeout_s=timeout)
        if answer.status == 429:
            raise RateLimited("Telegram asks for patience", retry_after=_patience(answer))
        if answer.status >= 500:
            raise broken(answer.status, f"Telegram answered {answer.status}", again=False)
        if 200 <= answer.status < 300 and not _is_result(answer.body):
            raise Ambiguous(f"the answer is none of Telegram's: {answer.body[:100]!r}")
        return answer.status, answer.body


def _form(data: RequestData | None) -> Any:
    """The parameters, with the files beside them where there are some."""
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file, content, content_type) in data.multipart_data.items():
        form.add_field(name, BytesIO(content) if isinstance(content, bytes) else content, filename=file, content_type=content_type)
    return form


def _patience(answer: Answer) -> float:
    try:
        return float(json.loads(answer.body)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        after = answer.headers.get("retry-after", "")
        return float(after) if after.isascii() and after.isdigit() else PATIENCE_S


def _is_result(body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("ok") is True and "result" in answer
