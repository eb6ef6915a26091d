"""The check of a mailbox: each step of the way in, and the wait for the test mail."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Step
from connectors.email.imap.collector import Collector
from connectors.email.imap.line import Line
from connectors.email.imap.session import Session
from connectors.email.marks import SPAN, mark_in
from connectors.email.settings import Settings, folders_of
from connectors.email.steps import folder_step, milliseconds, step
from connectors.errors import ConnectorError, Unavailable

LOOK_S = 1.0


class Trial:
    """One check of a mailbox. `line` is open until `end`, when every step went well."""

    def __init__(self, settings: Settings, collector: Collector, *, seconds: float) -> None:
        self._settings = settings
        self._collector = collector
        self._line = Line(Session(settings.imap_host, settings.imap_port, settings.imap_tls, seconds=seconds), seconds * 1.5)
        self._next: dict[str, int] = {}

    async def steps(self) -> AsyncIterator[Step]:
        """Find, connect, encrypt, greet, sign in, open each folder. Ends at the first failure, but for the folders."""
        session = self._line.session
        acts: list[tuple[str, Callable[[], Awaitable[str]]]] = [
            ("imap_resolve", self._resolve),
            *((f"imap_{name}", lambda act=act: self._opened(act)) for name, act in session.opening()),
            ("imap_sign_in", lambda: self._said(self._collector.sign_in(self._line))),
        ]
        for name, act in acts:
            ok, ms, detail = await tried(act)
            yield step(name, ok=ok, ms=ms, detail=detail)
            if not ok:
                return
        for folder in [*folders_of(self._settings), *([""] if self._settings.imap_junk else [])]:
            ok, ms, detail = await tried(lambda folder=folder: self._look(folder))  # type: ignore[misc]
            yield folder_step(folder, ok=ok, ms=ms, detail=detail)

    async def arrival(self, mark: str) -> str:
        """Wait for the mail of this mark, take it away again, and say where it was. To be given up from outside."""
        session = self._line.session
        while True:
            for name, first in self._next.items():
                folder = await self._line.do(session.open_folder, name)
                for found in await self._line.do(session.sizes, first, folder.next_uid - 1):
                    bodies = await self._line.do(session.bodies, [found.uid], SPAN, only=SPAN)
                    if mark_in(bodies.get(found.uid, b"")) == mark.encode():
                        await self._remove(name, found.uid)
                        return name
                self._next[name] = max(first, folder.next_uid)
            await asyncio.sleep(LOOK_S)

    def end(self) -> None:
        """Hang up."""
        self._line.end()

    async def _remove(self, folder: str, uid: int) -> None:
        try:
            await self._line.do(self._line.session.open_folder, folder, write=True)
            await self._line.do(self._line.session.delete, [uid])
        except ConnectorError:
            return  # it stays in the mailbox, and becomes nobody's message all the same

    async def _resolve(self) -> str:
        found = await asyncio.get_running_loop().getaddrinfo(self._settings.imap_host, self._settings.imap_port, type=socket.SOCK_STREAM)
        return str(found[0][4][0])

    async def _opened(self, act: Callable[[], None]) -> str:
        before = self._line.session.certificate
        await self._line.do(act)
        now = self._line.session.certificate
        return about(now, datetime.now(UTC)) if now and now is not before else ""

    async def _look(self, name: str) -> str:
        """How many mails there are. An empty name is the folder for junk."""
        session = self._line.session
        name = name or await self._line.do(session.junk)
        if not name:
            raise Unavailable("the server does not say which folder is for junk")
        folder = await self._line.do(session.open_folder, name)
        self._next[name] = folder.next_uid
        return f"{name}: {folder.count}"

    @staticmethod
    async def _said(act: Awaitable[object]) -> str:
        await act
        return ""


async def tried(act: Callable[[], Awaitable[str]]) -> tuple[bool, float, str]:
    """Whether it went well, in how many milliseconds, and what was said."""
    began = time.perf_counter()
    try:
        detail = await act()
    except (ConnectorError, OSError) as error:
        return False, milliseconds(began), str(error)
    return True, milliseconds(began), detail


def about(certificate: Mapping[str, Any], now: datetime) -> str:
    """Whose certificate it is, and how long it holds."""
    names = [value for kind, value in certificate.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    return f"{', '.join(names[:3])}; {ends:%Y-%m-%d} ({(ends - now).days} d)"
