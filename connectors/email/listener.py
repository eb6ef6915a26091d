"""The inbound mail server: one per (host, port) for all mail channels, each with a mailbox of its own.

A mail is answered 250 only when every channel that it is for has stored it; otherwise 451, and the sender's server tries
again. An address whose channel pauses answers 451 too, so that a restart refuses nobody for good.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, ip_address
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Greeting

from connectors.contract import Delivery
from connectors.email import ids
from connectors.email.charsets import storable
from connectors.email.judging import Glance, Judge
from connectors.email.mailbox import Mailbox
from connectors.email.marks import tell_arrival
from connectors.email.payloads import KIND, identified
from connectors.email.sessions import Session, Sessions
from connectors.email.settings import Network
from connectors.errors import Unavailable

RECIPIENTS = 100
GREETING = b"220 hilo ready"
"""The first words of our own server."""
STORE_TIMEOUT = 120.0
AWAY = 3600.0
"""Seconds in which the address of a channel that stopped listening is 'try again' and not 'unknown'."""

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_mailbox(
    host: str, port: int, address: str, *, protocol: str = "smtp", relays: tuple[Network, ...] = (), judge: Judge | None = None
) -> AsyncIterator[Mailbox]:
    """A mailbox on the server of that host and port, which runs as long as it has one. `protocol` is smtp or lmtp; `relays` may open as
    many sessions as there are; `judge` says of each mail whether it comes from the domain that it names.

    Raises Unavailable when the port or the address is taken.
    """
    key = _key(host, port)
    listener = _listeners.setdefault(key, Listener(host, port, protocol))
    mailbox = listener.add(Mailbox(ids.normal_address(address), judge or Judge()), protocol, relays)
    try:
        await listener.start()
        yield mailbox
    finally:
        if listener.remove(mailbox):
            _listeners.pop(key, None)
            await listener.stop()


def is_open(host: str, port: int, address: str) -> bool:
    """Whether a server of this process takes mail for this address there."""
    found = _listeners.get(_key(host, port))
    return found is not None and found.takes(ids.normal_address(address))


async def try_port(host: str, port: int) -> None:
    """Whether mail can be listened for there: the port is free, or a server of ours has it, here or elsewhere. Raises Unavailable."""
    if _key(host, port) in _listeners:
        return
    try:
        (await _bound(asyncio.Protocol, host, port)).close()
    except Unavailable:
        if not await _greets_like_us(host, port):
            raise


async def _greets_like_us(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return (await reader.readline()).startswith(GREETING)
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False


class Listener:
    """One server and its mailboxes."""

    def __init__(self, host: str, port: int, protocol: str) -> None:
        self._host = host
        self._port = port
        self._protocol = protocol
        self._mailboxes: dict[str, Mailbox] = {}
        self._relays: dict[str, tuple[Network, ...]] = {}
        self._sessions = Sessions(self, protocol, self._is_relay)
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()

    def add(self, mailbox: Mailbox, protocol: str, relays: tuple[Network, ...]) -> Mailbox:
        address = mailbox.address
        if address in self._mailboxes:
            raise Unavailable(f"another channel receives the mail for {address}", code="address_taken")
        if protocol != self._protocol:
            raise Unavailable(f"another channel listens on port {self._port} in {self._protocol}, not {protocol}", code="port_taken")
        self._relays[address] = relays
        return self._mailboxes.setdefault(address, mailbox)

    def remove(self, mailbox: Mailbox) -> bool:
        """Close a mailbox. True when it was the last one."""
        mailbox.close()
        self._mailboxes.pop(mailbox.address, None)
        self._relays.pop(mailbox.address, None)
        _away[mailbox.address] = asyncio.get_running_loop().time() + AWAY
        return not self._mailboxes

    def _is_relay(self, address: str) -> bool:
        """Whether any channel here names it as a mail server of one's own."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return True  # a socket file: whoever can open it is on this machine
        mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
        return any((mapped or parsed) in network for networks in self._relays.values() for network in networks)

    def takes(self, address: str) -> bool:
        """Whether it has a mailbox of this address."""
        return address in self._mailboxes

    async def start(self) -> None:
        async with self._starting:
            if self._server is None:
                self._server = await _bound(self._sessions.begin, self._host, self._port)

    async def stop(self) -> None:
        async with self._starting:
            if self._server is not None:
                self._server.close()
                self._server = None
                await self._sessions.end()

    # ── What the library calls ───────────────────────────────────────────────────────────────────────────────────────

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Greeting, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        ours = _channel_address(address)
        if ours not in self._mailboxes:
            return f"451 4.3.0 {ours} is not listening now, try again" if _is_away(ours) else f"550 5.1.1 no mailbox {ours} here"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return f"452 4.5.3 at most {RECIPIENTS} recipients a mail"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Session, session: Greeting, envelope: Envelope) -> str:  # noqa: N802
        server.answering = True
        raw = envelope.original_content or b""
        by_channel = _by_channel(envelope.rcpt_tos)
        judges = {address: self._mailboxes[address].judge for address in by_channel if address in self._mailboxes}
        identity, glances = await asyncio.to_thread(_look_at, raw, judges, by_own=self._is_relay(_host(session)))
        answers = {}
        for address, glance in glances.items():
            told = await judges[address].word(raw, envelope.mail_from or "", glance)
            if mailbox := self._mailboxes.get(address):
                answers[address] = mailbox.put(Delivery(KIND, identity, raw, _envelope(session, envelope, by_channel[address], told)))
        tell_arrival(raw)
        if answers:
            await asyncio.wait(answers.values(), timeout=STORE_TIMEOUT)
        stored = {address for address, answer in answers.items() if answer.done() and answer.result()}
        return server.answer([_channel_address(one) in stored for one in envelope.rcpt_tos])

    async def handle_exception(self, error: Exception) -> str:
        log.error("a mail session failed", exc_info=error)
        return "451 4.3.0 something went wrong here, try again"


_listeners: dict[tuple[int, str, int], Listener] = {}
"""The servers of this process, by event loop, host and port."""

_away: dict[str, float] = {}
"""Addresses that were listened for, and the loop's time until which they are taken to come back."""


def _look_at(raw: bytes, judges: Mapping[str, Judge], *, by_own: bool) -> tuple[str, dict[str, Glance]]:
    """The mail's identity, and what each channel must know before it asks anybody."""
    identity, headers = identified(raw)
    return identity, {address: judge.glance(raw, headers, by_own=by_own) for address, judge in judges.items()}


def _key(host: str, port: int) -> tuple[int, str, int]:
    return id(asyncio.get_running_loop()), host, port


def _is_away(address: str) -> bool:
    return _away.get(address, 0.0) > asyncio.get_running_loop().time()


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


def _host(session: Greeting) -> str:
    """Whence a mail comes; empty for a socket file."""
    peer: Any = session.peer
    return str(peer[0]) if isinstance(peer, tuple) else ""


def _envelope(session: Greeting, envelope: Envelope, recipients: list[str], authentication: str) -> Mapping[str, str]:
    told = {
        "mail_from": (envelope.mail_from or "").replace("<>", ""),
        "rcpt_to": "\n".join(recipients),
        "remote": _host(session),
        "helo": session.host_name or "",
        **({"authentication": authentication} if authentication else {}),
    }
    return {name: storable(value) for name, value in told.items()}
