"""A session in a thread of its own, to be awaited."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from connectors.email.imap.session import Session
from connectors.errors import Unavailable

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Line:
    """A session in a thread of its own. Whoever stops waiting for it ends it."""

    def __init__(self, session: Session, limit: float) -> None:
        self.session = session
        self._limit = limit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")

    async def do(self, act: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
        """Something of the session's. Raises as it does; Unavailable when it takes longer than it may."""
        return await self.long(0.0, act, *given, **named)

    async def long(self, more: float, act: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
        """The same, with so many seconds more."""
        doing = asyncio.get_running_loop().run_in_executor(self._thread, lambda: act(*given, **named))
        try:
            async with asyncio.timeout(self._limit + more):
                return await asyncio.shield(doing)
        except (TimeoutError, asyncio.CancelledError) as error:
            self.session.cut()
            await asyncio.wait({doing}, timeout=2.0)
            if doing.done() and not doing.cancelled():
                doing.exception()  # heard
            if isinstance(error, TimeoutError):
                raise Unavailable("the mailbox's server does not answer", code="unreachable") from error
            raise

    def end(self) -> None:
        """Say goodbye in the background."""
        self._thread.submit(self.session.close)
        self._thread.shutdown(wait=False)
