"""Conversations with other mail servers, in SMTP or LMTP, few enough at a time to bound their memory."""

import asyncio
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, AnyStr

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from connectors.email.mime import RAW_LIMIT
from connectors.email.transfer import TooMuch, read_transfer

SESSIONS = 32
EACH = 4
"""How many of them one address may have, unless it is a mail server of one's own."""
LINE_LIMIT = 256 * 1024
"""Octets in one line: more than RFC 5321 grants, since real programs write longer ones."""
IDLE_TIMEOUT = 300.0
PLAIN_PATH = re.compile(r"<([A-Za-z0-9_+=-]+(?:\.[A-Za-z0-9_+=-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)>(.*)")
"""An address without quotation marks or comments, and what follows it."""
LAST_ANSWERS = 2.0
"""Seconds in which those who handed over a mail still hear its answer when the server stops."""

logging.getLogger("mail.log").setLevel(logging.WARNING)  # the library tells every line of every session


class Sessions:
    """The open conversations of one server. `handler` gets the library's hooks; `is_relay` knows the addresses without bounds."""

    def __init__(self, handler: object, protocol: str, is_relay: Callable[[str], bool]) -> None:
        self._handler = handler
        self._is_relay = is_relay
        self._kind = LocalSession if protocol == "lmtp" else Session
        self.open: set[Session] = set()
        self.answered = asyncio.Event()

    def begin(self) -> asyncio.Protocol:
        """The protocol for a new connection."""
        return Arrival(self)

    def admit(self, address: str) -> asyncio.Protocol:
        """The conversation with an address, or a short one that asks to come again."""
        theirs = sum(one.address == address for one in self.open)
        if len(self.open) >= SESSIONS or (theirs >= EACH and not self._is_relay(address)):
            return Busy()
        return self._kind(self, self._handler, address)

    async def end(self) -> None:
        """Let the last answers out, then hang up."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWERS):
                while any(one.answering for one in self.open):
                    self.answered.clear()
                    await self.answered.wait()
        for one in list(self.open):
            one.hang_up()


class Session(SMTP):
    """One conversation. `answering` while the other side has handed over a mail and waits for the answer."""

    line_length_limit = LINE_LIMIT

    def __init__(self, sessions: Sessions, handler: object, address: str) -> None:
        super().__init__(
            handler,
            data_size_limit=RAW_LIMIT,
            enable_SMTPUTF8=True,
            hostname="hilo",
            ident="ready",
            timeout=IDLE_TIMEOUT,
            loop=asyncio.get_running_loop(),
        )
        self._sessions = sessions
        self.address = address
        self.answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sessions.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.open.discard(self)
        self._answer_over()
        super().connection_lost(error)

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        self._answer_over()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The library's way is for every form that an address may have, and takes most of the time of a command; this is for nearly all."""
        if found := PLAIN_PATH.fullmatch(arg):
            return found[1], found[2]
        return super()._getaddr(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """As the library's, but read as `transfer` does."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos or arg:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            raw = await read_transfer(self._reader, RAW_LIMIT, self._reset_timeout)
        except TooMuch:
            status = f"552 5.3.4 at most {RAW_LIMIT} bytes"
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hang_up()
            return
        else:
            self.envelope.content = self.envelope.original_content = raw
            status = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(status)

    def answer(self, stored: list[bool]) -> str:
        """The answer to a mail, given for each recipient in order whether it was stored."""
        return _line(stored=all(stored))

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def _answer_over(self) -> None:
        self.answering = False
        self._sessions.answered.set()


class LocalSession(Session, LMTP):
    """One conversation in LMTP (RFC 2033), which answers for each recipient."""

    def answer(self, stored: list[bool]) -> str:
        return "\r\n".join(_line(stored=one) for one in stored)


class Arrival(asyncio.Protocol):
    """A connection whose address is not known yet."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def connection_made(self, transport: Any) -> None:
        peer = transport.get_extra_info("peername")
        protocol = self._sessions.admit(str(peer[0]) if isinstance(peer, tuple) and peer else "")
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


class Busy(asyncio.Protocol):
    """Asks one sender too many to come again."""

    def connection_made(self, transport: Any) -> None:
        transport.write(b"421 4.3.2 too many connections, try again\r\n")
        transport.close()


def _line(*, stored: bool) -> str:
    return "250 2.0.0 kept" if stored else "451 4.3.0 not stored, try again"
