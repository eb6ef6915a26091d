"""A mail server that misbehaves as it is told, step by step, and keeps what it took."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from enum import Enum

USUAL = ("8BITMIME", "SMTPUTF8", "SIZE 36700160")
"""What it says that it can."""


HANDSHAKE = b"220 go on\r\n"
"""After this answer, and no other, it encrypts."""


class Rudeness(Enum):
    """What is no answer."""

    HANG = "says nothing, until the other side leaves"
    DROP = "hangs up"
    ENDLESS_LINES = "answers with lines without end"
    ENDLESS_LINE = "answers with one line without end"
    TAKE_AND_DROP = "takes the mail, and hangs up before it says so"


Answer = bytes | Rudeness | None
"""None is the usual answer."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that it took, whether or not it said so."""

    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message_id(self) -> str:
        return str(message_from_bytes(self.raw)["Message-ID"])


@dataclass(slots=True)
class RogueRelay:
    """Speaks SMTP. `script`: by verb (GREETING, EHLO, STARTTLS, MAIL, RCPT, DATA, DOT) the next answers, in order; then the usual ones."""

    script: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    abilities: Sequence[str] = USUAL
    certificate: ssl.SSLContext | None = None
    letters: list[Letter] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _open: "set[asyncio.StreamWriter]" = field(default_factory=set)

    def next_answer(self, verb: str) -> Answer:
        """What stands in the script for the next time that this is said."""
        number = self._counts.get(verb, 0)
        self._counts[verb] = number + 1
        answers = self.script.get(verb, ())
        return answers[number] if number < len(answers) else None

    @property
    def message_ids(self) -> set[str]:
        return {one.message_id for one in self.letters}

    @property
    def reached(self) -> list[str]:
        """Everybody who has the mail, as often as he or she has it."""
        return sorted(recipient for one in self.letters for recipient in one.recipients)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            await _Conversation(self, reader, writer).hold()
        self._open.discard(writer)
        writer.close()

    def hang_up(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()


@asynccontextmanager
async def rogue_relay(
    script: Mapping[str, Sequence[Answer]] | None = None, abilities: Sequence[str] = USUAL, certificate: ssl.SSLContext | None = None
) -> AsyncIterator[RogueRelay]:
    """One that listens on a free port of loopback, as long as the block lasts."""
    relay = RogueRelay(script or {}, abilities, certificate)
    server = await asyncio.start_server(relay.converse, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        relay.hang_up()


class _Rude(ConnectionError):
    """The conversation is over."""


class _Conversation:
    """One connection: greets, then answers each command."""

    def __init__(self, relay: RogueRelay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._relay, self._reader, self._writer = relay, reader, writer
        self._recipients: list[str] = []

    async def hold(self) -> None:
        await self._say("GREETING", b"220 rogue.example\r\n")
        while line := await self._reader.readline():
            verb = line[:4].strip().upper().decode("latin-1")
            if verb == "QUIT":
                return
            await self._obey({"HELO": "EHLO", "STAR": "STARTTLS"}.get(verb, verb), line)

    async def _obey(self, verb: str, line: bytes) -> None:
        match verb:
            case "EHLO":
                await self._say(
                    verb, b"".join(b"250-%s\r\n" % one.encode() for one in ("rogue.example", *self._offered())) + b"250 HELP\r\n"
                )
            case "STARTTLS":
                await self._encrypt()
            case "MAIL":
                self._recipients = []
                await self._say(verb, b"250 2.1.0 ok\r\n")
            case "RCPT":
                if (await self._say(verb, b"250 2.1.5 ok\r\n")).startswith(b"2"):
                    self._recipients.append(re.findall(r"<(.*)>", line.decode())[0])
            case "DATA":
                if (await self._say(verb, b"354 go on\r\n")).startswith(b"354"):
                    await self._take()
            case _:
                await self._say(verb, b"250 ok\r\n")

    def _offered(self) -> list[str]:
        return [*self._relay.abilities, *(["STARTTLS"] if self._relay.certificate else [])]

    async def _encrypt(self) -> None:
        if await self._say("STARTTLS", HANDSHAKE) == HANDSHAKE and self._relay.certificate:
            await self._writer.start_tls(self._relay.certificate)

    async def _take(self) -> None:
        raw = (await self._reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        answer = self._relay.next_answer("DOT")
        if answer in (None, Rudeness.TAKE_AND_DROP) or (isinstance(answer, bytes) and answer.startswith(b"2") and answer.endswith(b"\n")):
            self._relay.letters.append(Letter(tuple(self._recipients), raw))
        await self._answer(answer, b"250 2.0.0 taken\r\n")

    async def _say(self, verb: str, usual: bytes) -> bytes:
        """Answer; what was said. A 421 is the last word."""
        return await self._answer(self._relay.next_answer(verb), usual)

    async def _answer(self, answer: Answer, usual: bytes) -> bytes:
        said = usual if answer is None else answer
        if isinstance(said, Rudeness):
            await self._be_rude(said)
            raise _Rude
        self._writer.write(said)
        await self._writer.drain()
        if said.startswith(b"421"):
            raise _Rude
        return said

    async def _be_rude(self, how: Rudeness) -> None:
        if how is Rudeness.HANG:
            while await self._reader.read(65536):
                pass
        if how in (Rudeness.ENDLESS_LINES, Rudeness.ENDLESS_LINE):
            piece = b"220-and another thing\r\n" * 100 if how is Rudeness.ENDLESS_LINES else b"and on and on " * 100
            while not self._reader.at_eof():
                self._writer.write(piece)
                await self._writer.drain()
                await asyncio.sleep(0)
