"""That somebody writes: passes through between customers and colleagues, and is never kept."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from connectors.contract import Typing
from hub.channels.model import Channel
from hub.kernel.database import GONE
from hub.kernel.push import customer_room
from hub.kernel.shapes import Named
from hub.kernel.web import Principal

log = logging.getLogger(__name__)


class Colleagues(Protocol):
    """Their sockets."""

    async def push_everywhere(self, type_: str, data: Any, rooms: Iterable[str]) -> None: ...


class Visitors(Protocol):
    """The sockets of chat bubbles."""

    async def agent_typing(self, roots: Sequence[UUID], name: str, on: bool) -> None: ...


class Keystrokes:
    """Carries them both ways."""

    def __init__(
        self,
        root_of: Callable[[str, str], Awaitable[Named | None]],
        colleagues: Callable[[], Colleagues],
        to_provider: Callable[[str, bool], None],
        visitors: Callable[[], Visitors],
    ) -> None:
        self._root_of = root_of
        self._colleagues = colleagues
        self._to_provider = to_provider
        self._visitors = visitors

    def of_customer(self, channel: Channel, typing: Typing) -> None:
        """A customer writes on a channel."""
        task = asyncio.create_task(self._tell(typing), name=f"{channel.name}: typing")
        task.add_done_callback(_forget)

    async def of_visitor(self, root: str, name: str, on: bool) -> None:
        """A visitor of a site writes, or has stopped."""
        who = {"kind": "customer", "id": None, "name": name}
        await self._colleagues().push_everywhere("typing", {"root": root, "who": who, "on": on}, [customer_room(root)])

    async def of_colleague(self, root: str, principal: Principal, on: bool) -> None:
        """A colleague writes to a customer, or has stopped."""
        self._to_provider(root, on)
        await self._visitors().agent_typing([UUID(root)], principal.name, on)

    async def _tell(self, typing: Typing) -> None:
        root = await self._root_of(typing.sender.kind, typing.sender.value)
        if root is not None:
            await self.of_visitor(root.id, root.name, typing.on)


def _forget(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) and not isinstance(error, GONE):
        log.warning("telling that a customer writes failed: %r", error)
