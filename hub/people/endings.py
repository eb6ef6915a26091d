"""Tells whoever must know that a session, a token or a colleague is at an end: on this node at once, on others by the ledger."""

from collections.abc import Awaitable, Callable, Sequence

from hub.kernel.ledger import EventRow

Ended = Callable[[str, str | None, str], Awaitable[None]]
"""agent, the session's or token's name (None: all of them), reason. May be told twice."""


class Endings:
    """Append to `on_ended` to be told; let `heard` follow the ledger. `written` wakes its publisher."""

    def __init__(self, written: Callable[[], None]) -> None:
        self.on_ended: list[Ended] = []
        self._written = written

    async def tell(self, agent: str, session: str | None, reason: str) -> None:
        """Something ended here."""
        self._written()
        await self._call(agent, session, reason)

    async def _call(self, agent: str, session: str | None, reason: str) -> None:
        for told in self.on_ended:
            await told(agent, session, reason)

    async def heard(self, events: Sequence[EventRow]) -> None:
        """Something may have ended on any node: a follower for `Ledger.follow`.

        By name only, never all of a colleague's: who signs in again at once must not be thrown out by the news of the ending before.
        """
        for event in events:
            if event.agent is None:
                continue
            if event.type == "agent.signed_out":
                await self._call(str(event.agent), event.data["session"], event.data["reason"])
            elif event.type == "token.revoked":
                await self._call(str(event.agent), event.data["token"], "revoked")
            elif event.type == "agent.changed":
                for token in event.data.get("tokens", ()):
                    await self._call(str(event.agent), token, "role")
