"""An IMAP server that follows a script: honest by itself, and at the word of a test as bad as the worst ones out there."""

import asyncio
import re
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

FOREVER = b"x" * 65536
FAULTS = (
    "no_greeting", "garbage_greeting", "cut_at_sign_in", "bye_on_idle", "bye_on_idle_stays", "cut_on_idle", "half_open_idle",
    "stall_in_literal", "cut_in_literal", "huge_literal", "longer_literal", "endless_line", "flood", "wrong_tag", "nul", "deep",
)  # fmt: skip
"""What one connection may suffer from; each happens at the first command where it can."""
ODDITIES = ("no_number", "other_mails", "told_with_the_go_on")
"""What a server may do without any harm."""


@dataclass(slots=True)
class RogueServer:
    """One mailbox, one folder (or more, empty, of any names). `script`: what the next connections suffer from; then all are honest."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    script: deque[str] = field(default_factory=deque)
    cuts: deque[int] = field(default_factory=deque)
    """After how many bytes the next connections are cut."""
    unfetchable: set[int] = field(default_factory=set)
    """Mails that are listed, and refused whenever they are asked for."""
    names: tuple[bytes, ...] = ()
    port: int = 0
    connections: int = 0
    marked: set[int] = field(default_factory=set)
    idling: asyncio.Event = field(default_factory=asyncio.Event)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: asyncio.Server | None = None
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.close()
        for one in list(self._tasks):
            one.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def arrive(self, *mails: bytes) -> None:
        """New mail; whoever waits is told."""
        async with self._arrived:
            for one in mails:
                self.mails[max(self.mails, default=0) + 1] = one
            self._arrived.notify_all()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                fault, cut = self.script.popleft() if self.script else "", self.cuts.popleft() if self.cuts else -1
                await Talk(self, reader, writer, fault, cut).run()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def told(self, count: int) -> None:
        """Wait until there are more mails than these."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.mails) > count)


class Gone(ConnectionError):
    """The script says that the connection ends here."""


@dataclass(slots=True)
class Talk:
    """One connection."""

    world: RogueServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    fault: str
    left: int
    """Bytes until it is cut; less than none for never."""

    async def run(self) -> None:
        if self.fault == "no_greeting":
            await self._silence()
        await self._say(
            b"SSH-2.0-OpenSSH_9\r\n" if self.fault == "garbage_greeting" else b"* OK [CAPABILITY IMAP4rev1 IDLE MOVE] ready\r\n"
        )
        while line := await self.reader.readline():
            tag, _, rest = line.strip().partition(b" ")
            word = rest.upper().split(b" ")[0 if not rest.upper().startswith(b"UID ") else 1]
            await self._answer(tag, word.decode(), rest)

    async def _answer(self, tag: bytes, word: str, rest: bytes) -> None:
        await self._sin(word)
        if word == "FETCH":
            await self._fetch(tag, rest)
            return
        match word:
            case "CAPABILITY":
                await self._say(b"* CAPABILITY IMAP4rev1 IDLE MOVE\r\n")
            case "LIST":
                names = b"".join(b'* LIST (\\HasNoChildren) "/" "' + one + b'"\r\n' for one in self.world.names)
                await self._say(names + b'* LIST (\\Junk) "/" "Spam"\r\n')
            case "SELECT" | "EXAMINE":
                await self._open()
            case "STORE":
                self.world.marked |= {int(one) for one in rest.split(b" ")[2].split(b",")}
            case "IDLE":
                await self._idle()
            case "LOGOUT":
                await self._say(b"* BYE\r\n" + tag + b" OK done\r\n")
                raise Gone
        await self._say(tag + b" OK done\r\n")

    async def _sin(self, word: str) -> None:
        if self.fault == "cut_at_sign_in" and word in ("LOGIN", "AUTHENTICATE"):
            raise Gone
        if self.fault == "wrong_tag" and word == "EXAMINE":
            await self._say(b"* 1 EXISTS\r\nzzz9 OK done\r\n")
        if self.fault == "nul" and word == "EXAMINE":
            await self._say(bytes(range(256)) + b"\r\n")

    async def _open(self) -> None:
        following = max(self.world.mails, default=0) + 1
        told = f"* {len(self.world.mails)} EXISTS\r\n* OK [UIDVALIDITY {self.world.validity}] .\r\n"
        await self._say((told + ("" if self.fault == "no_number" else f"* OK [UIDNEXT {following}] .\r\n")).encode())

    # ── Fetching ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _fetch(self, tag: bytes, rest: bytes) -> None:
        wanted = _numbers(rest.split(b" ")[2 if rest.upper().startswith(b"UID") else 1], self.world.mails)
        if b"BODY" in rest:
            if self.world.unfetchable & set(wanted):
                return await self._say(tag + b" NO [SERVERBUG] this one cannot be read\r\n")
            limit = re.search(rb"<0\.(\d+)>", rest)
            for uid in wanted:
                await self._body(uid, self.world.mails[uid][: int(limit[1]) if limit else None])
            await self._say(tag + b" OK done\r\n")
            return None
        if self.fault == "deep":
            await self._say(b"* 1 FETCH (UID 1 RFC822.SIZE " + b"(" * 50_000 + b"\r\n")
        if self.fault == "other_mails":
            wanted = list(self.world.mails)
        for number, uid in enumerate(wanted, 1):
            await self._say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(self.world.mails[uid])})\r\n".encode())
        await self._say(tag + b" OK done\r\n")
        return None

    async def _body(self, uid: int, body: bytes) -> None:
        if self.fault == "huge_literal":
            await self._say(f"* {uid} FETCH (UID {uid} BODY[] {{4294967295}}\r\n".encode())
            await self._pour(FOREVER)
        if self.fault == "longer_literal":
            await self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(body) + 3_000_000}}}\r\n".encode())
            await self._pour(FOREVER)
        if self.fault == "endless_line":
            await self._pour(FOREVER)
        if self.fault == "flood":
            await self._pour(b"* OK still here\r\n" * 4096)
        await self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(body)}}}\r\n".encode())
        if self.fault in ("stall_in_literal", "cut_in_literal"):
            await self._say(body[: len(body) // 2])
            if self.fault == "cut_in_literal":
                raise Gone
            await self._silence()
        await self._say(body + b")\r\n")

    # ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _idle(self) -> None:
        if self.fault == "cut_on_idle":
            raise Gone
        if self.fault == "told_with_the_go_on":
            await self.world.told(len(self.world.mails))
            await self._say(f"+ idling\r\n* {len(self.world.mails)} EXISTS\r\n".encode())
        else:
            await self._say(b"+ idling\r\n")
        self.world.idling.set()
        if self.fault in ("bye_on_idle", "bye_on_idle_stays"):
            await self._say(b"* BYE going down\r\n")
            if self.fault == "bye_on_idle":
                raise Gone
            await self._silence()
        if self.fault == "half_open_idle":
            await self._silence()
        telling = asyncio.create_task(self._tell(len(self.world.mails)))
        try:
            await self.reader.readline()
        finally:
            telling.cancel()

    async def _tell(self, count: int) -> None:
        await self.world.told(count)
        await self._say(f"* {len(self.world.mails)} EXISTS\r\n".encode())

    # ── Bytes ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _say(self, said: bytes) -> None:
        self.writer.write(said if self.left < 0 else said[: self.left])
        await self.writer.drain()
        if 0 <= self.left <= len(said):
            raise Gone
        self.left -= len(said) if self.left > 0 else 0

    async def _pour(self, said: bytes) -> None:
        while True:
            await self._say(said)

    async def _silence(self) -> None:
        await asyncio.Event().wait()


def _numbers(told: bytes, mails: dict[int, bytes]) -> list[int]:
    """The mails of a set of numbers; as RFC 3501 has it, `n:*` always holds the last one."""
    found: set[int] = set()
    for one in told.decode().split(","):
        first, _, last = one.partition(":")
        top = max(mails, default=0)
        low, high = sorted(top if end == "*" else int(end) for end in (first, last or first))
        found |= {uid for uid in mails if low <= uid <= high}
    return sorted(found)
