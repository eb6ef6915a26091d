"""Asks another system that has a history what was missed, and what became of messages: its answers hold the events of its webhooks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from connectors.answers import accepted
from connectors.contract import Answer, Batch, Delivery
from connectors.errors import Ambiguous, MalformedPayload, Unavailable
from connectors.http import leaving, payloads
from connectors.http.leaving import without_body

PAGES = 1000
"""Of one sweep; a history that has more is going round in circles."""


class History:
    """One system's. `ask` posts words to it, signed."""

    def __init__(self, ask: Callable[[leaving.Leaving], Awaitable[Answer]]) -> None:
        self._ask = ask

    async def since(self, moment: float) -> AsyncIterator[Batch]:
        """All from then on, page by page. Raises Unavailable, AuthFailed, Rejected."""
        after = ""
        for _ in range(PAGES):
            deliveries, after = await self._told(leaving.SentSweep(since=moment, after=after))
            yield Batch(deliveries)
            if not after:
                return
        raise Unavailable(f"the history has no end: {PAGES} pages, and there are more")

    async def fates(self, external_ids: Sequence[str]) -> Sequence[Delivery]:
        """What became of these. Raises as `since`."""
        deliveries, _ = await self._told(leaving.SentTrace(list(external_ids)))
        return deliveries

    async def _told(self, words: leaving.Leaving) -> tuple[tuple[Delivery, ...], str]:
        """Nothing is changed by asking, so no answer is no doubt."""
        try:
            answer = await self._ask(words)
        except Ambiguous as error:
            raise Unavailable(str(error)) from error
        accepted(without_body(answer))
        try:
            return payloads.listed(answer.body)
        except MalformedPayload as error:
            raise Unavailable(f"the answer cannot be read: {error}") from error
