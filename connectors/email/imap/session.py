"""A signed-in IMAP session, blocking, for one thread: folders, sizes, bytes of mails, what happens to them afterwards, waiting.

Errors are ours: AuthFailed, `Declined` (the server says no to this one thing), Unavailable (all else: the session is over).
"""

import contextlib
import datetime
import imaplib
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError
from imapclient.imap_utf7 import decode as decoded_name
from imapclient.response_parser import parse_fetch_response

from connectors.email.imap.place import Folder, Found
from connectors.email.imap.wire import Wire, connected, cut, encrypted
from connectors.errors import AuthFailed, ConnectorError, Unavailable

ANSWER_BYTES = 4 * 1024 * 1024
CONNECT_S, GOODBYE_S = 10.0, 2.0
SLACK = 1024 * 1024
"""Bytes beside the mails themselves; servers guess their sizes too."""
SLOWEST = 50_000
"""Bytes a second: the slowest line on which a big mail is still waited for."""
TEMPORARY = re.compile(r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\b|too many|temporar|try again|rate limit", re.IGNORECASE)
"""Refusals of a sign-in that say nothing of the password (RFC 5530, and what big providers say)."""

logging.getLogger("imapclient").setLevel(logging.ERROR)  # the library tells every line of every session


class Declined(Unavailable):
    """The server understood and said no, to one thing; the session goes on."""


class Session:
    """One connection. `seconds`: how long an answer may take. `cut` alone may be called from another thread."""

    def __init__(self, host: str, port: int, tls: str, *, seconds: float) -> None:
        self._host, self._port, self._tls, self._seconds = host, port, tls, seconds
        self._socket: Any = None
        self._wire: Wire | None = None
        self._client: IMAPClient | None = None
        self._over = False
        self.certificate: dict[str, Any] = {}

    # ── Beginning and end ────────────────────────────────────────────────────────────────────────────────────────────

    def connect(self) -> None:
        """Everything up to a greeting over an encrypted line. Raises Unavailable."""
        for _, act in self.opening():
            act()

    def opening(self) -> list[tuple[str, Callable[[], None]]]:
        """The same, step by step, in the order that the kind of encryption asks for."""
        reach, greet, encrypt = ("connect", self._reach), ("greet", self._greet), ("encrypt", self._encrypt)
        return {"tls": [reach, encrypt, greet], "starttls": [reach, greet, encrypt]}.get(self._tls, [reach, greet])

    def _reach(self) -> None:
        with _translated("the mailbox's server cannot be reached"):
            self._socket = connected(self._host, self._port, seconds=min(self._seconds, CONNECT_S))
            self._socket.settimeout(self._seconds)
            if self._over:
                raise Unavailable("not waited for any more")

    def _encrypt(self) -> None:
        assert self._socket is not None, "reach comes first"
        with _translated("the encryption failed", code="tls"):
            if self._client is None or self._wire is None:
                self._socket = encrypted(self._socket, self._host)
            else:
                self._client.starttls()
                self._socket = self._wire.sock
            self.certificate = self._socket.getpeercert() or {}

    def _greet(self) -> None:
        assert self._socket is not None, "reach comes first"
        with _translated("the mailbox's server does not greet"):
            self._wire = Wire(self._socket, self._host, self._port, seconds=self._seconds)
            self._client = _Client(self._wire, self._tls)

    def sign_in(self, user: str, password: str, token: str = "") -> None:
        """By password, or with an access token (XOAUTH2). Raises AuthFailed; Unavailable when the refusal says nothing of the account."""
        client, wire = self._opened()
        if wire.state == "AUTH":
            return
        with _translated("the sign-in broke off"):
            try:
                if token:
                    client.oauth2_login(user, token)
                elif client.has_capability("AUTH=PLAIN"):
                    client.plain_login(user, password)
                else:
                    client.login(user, password)
            except LoginError as error:
                _refused(error)
            except UnicodeError as error:
                raise AuthFailed("this server takes only ASCII in a password", code="auth") from error
            client._cached_capabilities = None  # they are others for those who are signed in

    def close(self) -> None:
        """Say goodbye if that can be done at once."""
        with contextlib.suppress(Exception):
            if self._client is not None and self._wire is not None and not self._over:
                self._wire.expect(GOODBYE_S, ANSWER_BYTES)
                self._client.logout()
        if self._wire is not None:
            self._wire.shutdown()
        if self._socket is not None:
            self._socket.close()

    def cut(self) -> None:
        """End it from outside: whoever waits in it gets Unavailable."""
        self._over = True
        if self._socket is not None:
            cut(self._socket)

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def open_folder(self, name: str, *, write: bool = False) -> Folder:
        """Open a folder, to look or also to mark and move. Raises Declined when it is not there."""
        client, wire = self._opened()
        with _translated(f"the folder {name!r} cannot be opened"):
            told = client.select_folder(name, readonly=not write)
            count = int(told.get(b"EXISTS", 0))
            next_uid = int(told.get(b"UIDNEXT", 0)) or self._last_uid(count) + 1
            wire.untagged_responses.clear()
            return Folder(int(told.get(b"UIDVALIDITY", 0)), next_uid, count)

    def sizes(self, first: int, last: int) -> list[Found]:
        """The mails with UIDs from `first` to `last`, oldest first. A server may answer with others; those are left out."""
        _, wire = self._opened()
        if last < first:
            return []
        with _translated("the mails cannot be listed"):
            typ, data = wire.uid("FETCH", f"{first}:{last}", "(UID RFC822.SIZE INTERNALDATE)")
            if typ != "OK":
                raise imaplib.IMAP4.error(data[0])
            told = parse_fetch_response(data, normalise_times=False)
            inside = {uid: one for uid, one in told.items() if first <= uid <= last and b"RFC822.SIZE" in one}
            return [Found(uid, int(one[b"RFC822.SIZE"]), _seconds(one.get(b"INTERNALDATE"))) for uid, one in sorted(inside.items())]

    def bodies(self, uids: Sequence[int], size: int, *, only: int = 0) -> dict[int, bytes]:
        """The bytes of mails that are still there, unmarked. `size`: as announced, all together; `only`: no more than so many of each."""
        client, wire = self._opened()
        wire.expect(self._seconds + size / SLOWEST, size + size // 4 + SLACK)
        with _translated("the mails cannot be fetched"):
            told = client.fetch(list(uids), [f"BODY.PEEK[]<0.{only}>" if only else "BODY.PEEK[]"])
            return {uid: body for uid, one in told.items() if (body := _body(one)) is not None}

    def junk(self) -> str:
        """The name of the folder for junk; empty when the server does not say which one that is."""
        client, _ = self._opened()
        with _translated("the folders cannot be listed"):
            client.folder_encode = False  # one name that cannot be decoded must not hide the others
            try:
                listed = client.list_folders()
            finally:
                client.folder_encode = True
            return next((str(decoded_name(name)) for flags, _, name in listed if rb"\Junk" in flags), "")

    def idle(self, seconds: float, poll_seconds: float) -> None:
        """Return when the server has news of the open folder, after `seconds` at the latest; `poll_seconds` where it cannot tell."""
        client, wire = self._opened()
        with _translated("waiting for mail broke off"):
            if not client.has_capability("IDLE"):
                wire.wait(poll_seconds)
                return
            tag, told = wire._command("IDLE"), False
            while wire._get_response() is not None:
                told = True
                if wire.tagged_commands.get(tag):
                    raise Declined(f"the server does not wait: {wire.tagged_commands[tag]}")
            if not told:
                wire.wait(seconds)
            wire.expect(self._seconds, ANSWER_BYTES)
            wire.send(b"DONE\r\n")
            wire._command_complete("IDLE", tag)

    def can(self, capability: str) -> bool:
        """Whether the server says that it can."""
        client, _ = self._opened()
        with _translated("the server does not say what it can"):
            return bool(client.has_capability(capability))

    def quota(self) -> str:
        """How full the mailbox is, in the server's numbers; empty when it does not say."""
        client, _ = self._opened()
        with _translated("the quota cannot be asked"):
            if not client.has_capability("QUOTA"):
                return ""
            stored = [one for one in client.get_quota("INBOX") if one.resource == "STORAGE" and one.limit]
            return f"{stored[0].usage / 1024:.0f} / {stored[0].limit / 1024:.0f} MB" if stored else ""

    # ── Afterwards ───────────────────────────────────────────────────────────────────────────────────────────────────

    def mark_read(self, uids: Sequence[int]) -> None:
        client, _ = self._opened()
        with _translated("the mails cannot be marked"):
            client.add_flags(list(uids), [rb"\Seen"], silent=True)

    def move(self, uids: Sequence[int], to: str) -> None:
        """Into another folder, which is made if it is not there."""
        with _translated(f"the mails cannot be moved to {to!r}"):
            try:
                self._move(uids, to)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                self._opened()[0].create_folder(to)
                self._move(uids, to)

    def delete(self, uids: Sequence[int]) -> None:
        """Remove these for good, where the server can do that without removing others too."""
        client, _ = self._opened()
        with _translated("the mail cannot be removed"):
            if uids and client.has_capability("UIDPLUS"):
                client.add_flags(list(uids), [rb"\Deleted"], silent=True)
                client.uid_expunge(list(uids))

    def _move(self, uids: Sequence[int], to: str) -> None:
        client, _ = self._opened()
        if client.has_capability("MOVE"):
            client.move(list(uids), to)
            return
        client.copy(list(uids), to)
        client.add_flags(list(uids), [rb"\Deleted"], silent=True)
        if client.has_capability("UIDPLUS"):  # without it, what others marked as deleted would go too
            client.uid_expunge(list(uids))

    # ── Within ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _opened(self) -> tuple[IMAPClient, Wire]:
        if self._client is None or self._wire is None:
            raise Unavailable("not connected")
        self._wire.expect(self._seconds, ANSWER_BYTES)
        return self._client, self._wire

    def _last_uid(self, count: int) -> int:
        assert self._wire is not None
        typ, data = self._wire.uid("FETCH", "*", "(UID)")
        return max(parse_fetch_response(data), default=0) if count and typ == "OK" else 0


class _Client(IMAPClient):  # type: ignore[misc]
    """The library's client on a wire of ours."""

    def __init__(self, wire: Wire, tls: str) -> None:
        self._given = wire
        super().__init__(wire.host, wire.port, ssl=tls == "tls", timeout=SocketTimeout(None, None))
        self.normalise_times = False
        wire.debug = 0

    def _create_IMAP4(self) -> Wire:  # noqa: N802
        return self._given


@contextlib.contextmanager
def _translated(doing: str, *, code: str = "unreachable") -> Iterator[None]:
    """The library's errors as ours. What it cannot understand of a server's bytes is the server's fault, whatever it raises."""
    try:
        yield
    except ConnectorError:
        raise
    except imaplib.IMAP4.abort as error:
        raise Unavailable(f"{doing}: {_said(error)}", code="unreachable") from error
    except imaplib.IMAP4.error as error:
        raise Declined(f"{doing}: {_said(error)}", code=code) from error
    except OSError as error:
        raise Unavailable(f"{doing}: {_said(error)}", code="unreachable") from error
    except Exception as error:
        raise Unavailable(f"{doing}: an answer that cannot be understood ({type(error).__name__})", code="unreachable") from error


def _refused(error: LoginError) -> NoReturn:
    """The library makes one error of every end of a sign-in, a lost connection too."""
    if isinstance(error.__context__, imaplib.IMAP4.abort) or TEMPORARY.search(_said(error)):
        raise Unavailable(f"the sign-in was put off: {_said(error)}", code="unreachable") from error
    raise AuthFailed(f"the mailbox's server says: {_said(error)}", code="auth") from error


def _said(error: Exception) -> str:
    said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:300] or type(error).__name__


def _seconds(at: object) -> float | None:
    return at.timestamp() if isinstance(at, datetime.datetime) else None


def _body(told: dict[bytes, Any]) -> bytes | None:
    found = next((value for key, value in told.items() if key.startswith(b"BODY[")), None)
    return found if isinstance(found, bytes) else None
