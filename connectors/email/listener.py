"""The inbound SMTP server: one per (host, port) for all mail channels, each with a mailbox of its own.

A mail is answered 250 only when every channel that it is for has stored it; otherwise 451, and the sender's server tries
again. An address whose channel pauses answers 451 too, so that a restart refuses nobody for good.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.contract import Delivery
from connectors.email import ids
from connectors.email.charsets import storable
from connectors.email.mime import RAW_LIMIT
from connectors.email.payloads import KIND, external_id
from connectors.errors import Unavailable

BATCH = 16
SESSIONS = 32
RECIPIENTS = 100
LINE_LIMIT = 256 * 1024
"""Octets in one line: more than RFC 5321 grants, since real programs write longer ones."""
IDLE_TIMEOUT = 300.0
STORE_TIMEOUT = 120.0
LAST_ANSWERS = 2.0
AWAY = 3600.0
"""Seconds in which the address of a channel that stopped listening is 'try again' and not 'unknown'."""

log = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.WARNING)  # the library tells every line of every session


@dataclass(slots=True, eq=False)
class Waiting:
    """A delivery whose sender waits for the answer: `stored` says whether it may be yes."""

    delivery: Delivery
    stored: "asyncio.Future[bool]"

    def settle(self, stored: bool) -> None:
        if not self.stored.done():
            self.stored.set_result(stored)


@dataclass(slots=True, eq=False)
class Mailbox:
    """What has arrived for one channel and is not stored yet."""

    address: str
    waiting: deque[Waiting] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    open: bool = True

    def put(self, delivery: Delivery) -> "asyncio.Future[bool]":
        """Queue a delivery; the future tells whether it was stored."""
        one = Waiting(delivery, asyncio.get_running_loop().create_future())
        if self.open:
            self.waiting.append(one)
            self.arrived.set()
        else:
            one.settle(stored=False)
        return one.stored

    async def next_batch(self) -> list[Waiting]:
        """All that waits, at most BATCH; waits for the first. The taker settles each."""
        while not self.waiting:
            self.arrived.clear()
            await self.arrived.wait()
        return [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]

    def close(self) -> None:
        self.open = False
        while self.waiting:
            self.waiting.popleft().settle(stored=False)


@asynccontextmanager
async def open_mailbox(host: str, port: int, address: str) -> AsyncIterator[Mailbox]:
    """A mailbox on the server of that host and port, which runs as long as it has one. Raises Unavailable when one of them is taken."""
    key = (id(asyncio.get_running_loop()), host, port)
    listener = _listeners.setdefault(key, Listener(host, port))
    mailbox = listener.add(ids.normal_address(address))
    try:
        await listener.start()
        yield mailbox
    finally:
        if listener.remove(mailbox):
            _listeners.pop(key, None)
            await listener.stop()


async def try_port(host: str, port: int) -> None:
    """Whether mail can be listened for there: our server runs already, or the port is free. Raises Unavailable."""
    if (id(asyncio.get_running_loop()), host, port) not in _listeners:
        (await _bound(asyncio.Protocol, host, port)).close()


class Listener:
    """One SMTP server and its mailboxes."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._mailboxes: dict[str, Mailbox] = {}
        self._away: dict[str, float] = {}
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()
        self.sessions: set[_Session] = set()
        self.answered = asyncio.Event()

    def add(self, address: str) -> Mailbox:
        if address in self._mailboxes:
            raise Unavailable(f"another channel receives the mail for {address}", code="address_taken")
        self._away.pop(address, None)
        return self._mailboxes.setdefault(address, Mailbox(address))

    def remove(self, mailbox: Mailbox) -> bool:
        """Close a mailbox. True when it was the last one."""
        mailbox.close()
        self._mailboxes.pop(mailbox.address, None)
        self._away[mailbox.address] = asyncio.get_running_loop().time() + AWAY
        return not self._mailboxes

    async def start(self) -> None:
        async with self._starting:
            if self._server is None:
                self._server = await _bound(self._session, self._host, self._port)

    async def stop(self) -> None:
        async with self._starting:
            if self._server is None:
                return
            self._server.close()
            with suppress(TimeoutError):
                await self._last_answers()
            for session in list(self.sessions):
                session.hang_up()
            self._server = None

    async def _last_answers(self) -> None:
        """Let those who wait for the answer to their mail hear it."""
        async with asyncio.timeout(LAST_ANSWERS):
            while any(one.answering for one in self.sessions):
                self.answered.clear()
                await self.answered.wait()

    def _session(self) -> asyncio.Protocol:
        return _Session(self) if len(self.sessions) < SESSIONS else _Busy()

    def is_away(self, address: str) -> bool:
        return self._away.get(address, 0.0) > asyncio.get_running_loop().time()

    def mailbox(self, address: str) -> Mailbox | None:
        return self._mailboxes.get(address)

    # ── What the library calls ───────────────────────────────────────────────────────────────────────────────────────

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        ours = _channel_address(address)
        if self.mailbox(ours) is None:
            return f"451 4.3.0 {ours} is not listening now, try again" if self.is_away(ours) else f"550 5.1.1 no mailbox {ours} here"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return f"452 4.5.3 at most {RECIPIENTS} recipients a mail"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "_Session", session: Session, envelope: Envelope) -> str:  # noqa: N802
        server.answering = True
        raw = envelope.original_content or b""
        identity = await asyncio.to_thread(external_id, raw)
        wanted = _by_channel(envelope.rcpt_tos)
        answers = []
        for address, recipients in wanted.items():
            mailbox = self.mailbox(address)
            if mailbox is not None:
                answers.append(mailbox.put(Delivery(KIND, identity, raw, _envelope(session, envelope, recipients))))
        return await _reply(answers, len(wanted))

    async def handle_exception(self, error: Exception) -> str:
        log.error("an SMTP session failed", exc_info=error)
        return "451 4.3.0 something went wrong here, try again"


_listeners: dict[tuple[int, str, int], Listener] = {}


class _Session(SMTP):
    """One conversation with a sender's server."""

    line_length_limit = LINE_LIMIT

    def __init__(self, listener: Listener) -> None:
        super().__init__(
            listener,
            data_size_limit=RAW_LIMIT,
            enable_SMTPUTF8=True,
            hostname="hilo",
            ident="ready",
            timeout=IDLE_TIMEOUT,
            loop=asyncio.get_running_loop(),
        )
        self._listener = listener
        self.answering = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._listener.sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._listener.sessions.discard(self)
        self._answer_over()
        super().connection_lost(error)

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        self._answer_over()

    def _answer_over(self) -> None:
        self.answering = False
        self._listener.answered.set()

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()


class _Busy(asyncio.Protocol):
    """Asks one sender too many to come again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.3.2 too many connections, try again\r\n")
        transport.close()


async def _bound(protocol: Callable[[], asyncio.BaseProtocol], host: str, port: int) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(protocol, host, port)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host}:{port}: {error}", code="port_taken") from error


def _channel_address(recipient: str) -> str:
    return ids.normal_address(ids.plain_address(recipient))


def _by_channel(recipients: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in recipients:
        found.setdefault(_channel_address(one), []).append(one)
    return found


def _envelope(session: Session, envelope: Envelope, recipients: list[str]) -> Mapping[str, str]:
    peer: Any = session.peer
    told = {
        "mail_from": (envelope.mail_from or "").replace("<>", ""),
        "rcpt_to": "\n".join(recipients),
        "remote": str(peer[0]) if isinstance(peer, tuple) else "",
        "helo": session.host_name or "",
    }
    return {name: storable(value) for name, value in told.items()}


async def _reply(answers: "list[asyncio.Future[bool]]", wanted: int) -> str:
    """The answer to the final dot, once all channels have told."""
    try:
        async with asyncio.timeout(STORE_TIMEOUT):
            stored = [await one for one in answers]
    except TimeoutError:
        return "451 4.3.0 not stored in time, try again"
    return "250 2.0.0 kept" if len(stored) == wanted and all(stored) else "451 4.3.0 not stored, try again"
