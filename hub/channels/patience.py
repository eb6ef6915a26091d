"""The way out to the web during a check: a limit of its own for every question, and an end to asking whoever is silent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from connectors.egress import ANSWER_LIMIT, FILE_LIMIT, Answer, Egress
from connectors.errors import Unavailable

SILENCES = 2
"""After so many questions without an answer nothing more is asked: a check ends while somebody still looks at it."""


class Patience:
    """An `Egress` that waits `seconds` for each answer."""

    def __init__(self, inner: Egress, seconds: float) -> None:
        self._inner = inner
        self._seconds = seconds
        self._silences = 0

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        timeout_s: float = 15.0,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """As in the Protocol; Unavailable (`silent`) after the seconds, Unavailable (`not_tried`) after too many silences."""

        def ask() -> Awaitable[Answer]:
            return self._inner.request(method, url, headers=headers, params=params, json=json, data=data, timeout_s=timeout_s, limit=limit)

        return await self._heard(ask)

    def download(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 60.0, limit: int = FILE_LIMIT
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """As in the Protocol. No check fetches files."""
        return self._inner.download(url, headers=headers, timeout_s=min(timeout_s, self._seconds), limit=limit)

    async def _heard(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        if self._silences >= SILENCES:
            raise Unavailable("not tried: the provider gave no answer before", code="not_tried")
        try:
            async with asyncio.timeout(self._seconds):
                return await ask()
        except TimeoutError as error:
            self._silences += 1
            raise Unavailable(f"did not answer in {self._seconds:g} s", code="silent") from error
