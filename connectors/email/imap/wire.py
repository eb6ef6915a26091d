"""The bytes under an IMAP session: nothing is waited for beyond its time, nothing is read beyond its allowance."""

import contextlib
import imaplib
import selectors
import socket
import ssl
import time
from typing import Any

LINE_LIMIT = 1024 * 1024
CHUNK = 256 * 1024
STALL_S = 30.0
"""Seconds without a single byte, in the middle of an answer, after which the other side is taken to be gone."""
KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3))
"""A line that is dead is noticed within two minutes, also while nobody says anything."""


class Wire(imaplib.IMAP4):
    """The library's protocol over a socket of ours, with a buffer of its own: the library's reads as much as a server announces.

    Not safe for threads; `cut` of its socket ends whatever a thread waits for.
    """

    def __init__(self, connected: socket.socket, host: str, port: int, *, seconds: float) -> None:
        self._connected = connected
        self._buffer = bytearray()
        self._until = time.monotonic() + seconds
        self._allowance = LINE_LIMIT
        super().__init__(host, port)

    def expect(self, seconds: float, size: int) -> None:
        """From here on: so much time, and so many bytes of the other side's."""
        self._until = time.monotonic() + seconds
        self._allowance = size

    def wait(self, seconds: float) -> bool:
        """Whether the other side says something within this time, or leaves."""
        if self._buffer or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(seconds))

    # ── What the library calls ───────────────────────────────────────────────────────────────────────────────────────

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port, self.sock = host, port, self._connected

    def read(self, size: int) -> bytes:
        if size > self._allowance:
            raise self.abort(f"{size} bytes were announced where at most {max(self._allowance, 0)} fit")
        while len(self._buffer) < size:
            if not self._more():
                raise self.abort("the connection ended inside a literal")
        return self._taken(size)

    def readline(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LINE_LIMIT:
                raise self.abort(f"a line of more than {LINE_LIMIT} bytes")
            if not self._more():
                return self._taken(len(self._buffer))
        return self._taken(end + 1)

    def send(self, data: Any) -> None:
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def shutdown(self) -> None:
        self.sock.close()

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        answer = super().starttls(ssl_context)
        if self._buffer:
            raise self.abort("the server said something between STARTTLS and the encryption")
        return answer

    # ── Bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise self.abort("no answer in time")
        return min(left, STALL_S)

    def _more(self) -> bool:
        self.sock.settimeout(self._left())
        piece = self.sock.recv(CHUNK)
        self._buffer += piece
        self._allowance -= len(piece)
        if self._allowance < 0:
            raise self.abort("the server says more than was asked for")
        return bool(piece)

    def _taken(self, size: int) -> bytes:
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece


def connected(host: str, port: int, *, seconds: float) -> socket.socket:
    """A connection that notices when its other side is gone. Raises OSError."""
    found = socket.create_connection((host, port), seconds)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return found


def cut(one: socket.socket) -> None:
    """End a connection from outside. Encryption is not told: another thread may be inside it."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(one, socket.SHUT_RDWR)


def encrypted(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The same connection under TLS, when the certificate is the host's and a known authority signed it. Raises ssl.SSLError, OSError."""
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
