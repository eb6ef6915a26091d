"""A pretend mail world on loopback: the relay that takes what the hub sends, and the customers who write to it.

GET /mail          {"items": [{"from", "to", "subject", "text", "html", "message_id", "headers", "attachments"}]}, newest last; ?to= filters
POST /mail         {"from", "to", "subject", "text"} and, where wanted, "html", "in_reply_to", "references", "headers", "attachments",
                   "envelope_from": writes to the hub, answers with its SMTP reply
DELETE /mail       empties the ledger and forgets faults
POST /mail/faults  {"kind", "times"?, "ms"?}: how the relay behaves for the next mails
"""

import asyncio
import base64
import binascii
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any, Self, cast

import aiosmtplib
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger(__name__)

FAULTS = ("450", "451", "552", "drop_after_dot", "hang", "refuse", "take", "slow_ms")
"""450: the recipient is put off. 451, 552: the answer to the final dot. drop_after_dot: the mail is taken, the answer never given.
hang: taken, and silence. refuse: 550 for the recipient. take: this recipient is well. slow_ms: the answer comes after `ms`
milliseconds."""

SIZE_LIMIT = 35 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that the hub handed to the relay: its envelope and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)


@dataclass(slots=True)
class Fault:
    """A way to misbehave, for so many mails."""

    kind: str
    times: int = 1
    ms: int = 0


@dataclass(slots=True)
class MailWorld:
    """The relay and its ledger. `hub_host` and `hub_port` are where the hub takes mail in; `port` 0 lets the system choose."""

    hub_host: str = "127.0.0.1"
    hub_port: int = 2525
    host: str = "127.0.0.1"
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    _on_the_way: "set[asyncio.Task[tuple[int, str]]]" = field(default_factory=set)
    _server: asyncio.Server | None = None
    _sessions: "set[_Session]" = field(default_factory=set)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Session(self), self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
        for session in list(self._sessions):
            session.hang_up()
        for task in list(self._on_the_way):
            task.cancel()

    async def take(self, letter: Letter) -> None:
        """Write a letter into the ledger and tell those who wait."""
        async with self._changed:
            self.letters.append(letter)
            self._changed.notify_all()

    def bring_back(self, letter: Letter) -> None:
        """What somebody writes to himself comes back to him, as it does everywhere: the hub does that to try its channel."""
        ours = parseaddr(str(letter.message()["From"] or ""))[1].lower()
        if ours in (one.lower() for one in letter.recipients):
            task = asyncio.create_task(MailWorld.write(self, letter.message(), sender=letter.sender, recipients=[ours]))
            self._on_the_way.add(task)
            task.add_done_callback(self._came_back)

    def _came_back(self, task: "asyncio.Task[tuple[int, str]]") -> None:
        self._on_the_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("a mail of the hub's to itself could not be brought: %r", error)

    def turned_away(self, letter: Letter, reply: str) -> None:
        """A mail of the hub's was not taken. For whoever watches; nothing is kept."""

    async def wait_for(self, wanted: Callable[[Letter], bool], *, timeout: float = 10.0) -> Letter:
        """The first letter that is wanted, as soon as it is there. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: any(wanted(one) for one in self.letters))
            return next(one for one in self.letters if wanted(one))

    def empty(self) -> None:
        self.letters.clear()
        self.faults.clear()

    def fault(self, *kinds: str) -> Fault | None:
        """The fault to commit now, if the next one is of these kinds; counts it down."""
        if not self.faults or self.faults[0].kind not in kinds:
            return None
        now = self.faults[0]
        now.times -= 1
        if now.times <= 0:
            self.faults.popleft()
        return now

    async def write(self, mail: EmailMessage, *, sender: str, recipients: list[str]) -> tuple[int, str]:
        """Send a mail to the hub as a customer's server does. Returns the reply to it: code and text."""
        try:
            async with self._hub() as client:
                await client.mail(sender)
                for one in recipients:
                    await client.rcpt(one)
                reply = await client.data(mail.as_bytes(policy=policy.SMTP))
        except aiosmtplib.SMTPResponseException as error:
            return error.code, error.message
        return reply.code, reply.message

    @asynccontextmanager
    async def _hub(self) -> AsyncIterator[aiosmtplib.SMTP]:
        client = aiosmtplib.SMTP(hostname=self.hub_host, port=self.hub_port, timeout=150, start_tls=False, local_hostname="sandbox.example")
        try:
            await client.connect()
            yield client
        finally:
            client.close()


class _Session(SMTP):
    """One conversation of the hub with the relay, with the faults that were asked for."""

    line_length_limit = 1024 * 1024

    def __init__(self, world: MailWorld) -> None:
        super().__init__(
            self, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, hostname="relay.sandbox.example", loop=asyncio.get_running_loop()
        )
        self.world = world

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.world._sessions.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.world._sessions.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        if self.transport is not None:
            cast("asyncio.WriteTransport", self.transport).abort()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        fault = self.world.fault("450", "refuse", "take")
        if fault and fault.kind != "take":
            reply = "450 4.2.0 mailbox busy, come again" if fault.kind == "450" else "550 5.1.1 no such user"
            self.world.turned_away(Letter(envelope.mail_from or "", (address,), b""), reply)
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        sender = (envelope.mail_from or "").replace("<>", "")
        letter = Letter(sender, tuple(envelope.rcpt_tos), envelope.original_content or b"")
        fault = self.world.fault("451", "552", "drop_after_dot", "hang", "slow_ms")
        if fault and fault.kind in ("451", "552"):
            reply = "451 4.3.0 local trouble, come again" if fault.kind == "451" else "552 5.2.2 mailbox full"
            self.world.turned_away(letter, reply)
            return reply
        await self.world.take(letter)
        self.world.bring_back(letter)
        if fault:
            await self._delay(fault)
        return "250 2.0.0 taken"

    async def _delay(self, fault: Fault) -> None:
        if fault.kind == "slow_ms":
            await asyncio.sleep(fault.ms / 1000)
        elif fault.kind == "drop_after_dot":
            self.hang_up()
        else:
            await asyncio.Event().wait()  # until the other side gives up, which cancels this


# ── The ledger and the script over HTTP ──────────────────────────────────────────────────────────────────────────────


def routes(world: MailWorld) -> list[web.RouteDef]:
    """The HTTP routes of a mail world, to be mounted by the sandbox."""

    async def items(request: web.Request) -> web.Response:
        to = request.query.get("to", "").lower()
        found = [one for one in world.letters if not to or to in (recipient.lower() for recipient in one.recipients)]
        return web.json_response({"items": [described(one) for one in found]})

    async def write(request: web.Request) -> web.Response:
        given = await _object(request)
        mail = written(given)
        recipients = [parseaddr(one)[1] for one in _list(given.get("to"))]
        sender = given.get("envelope_from", parseaddr(str(given.get("from", "")))[1])
        try:
            code, text = await world.write(mail, sender=str(sender), recipients=recipients)
        except (aiosmtplib.SMTPException, OSError) as error:
            return web.json_response({"error": f"the hub takes no mail at {world.hub_host}:{world.hub_port}: {error}"}, status=502)
        return web.json_response({"code": code, "reply": text, "message_id": mail["Message-ID"]}, status=200 if code == 250 else 422)

    async def empty(_: web.Request) -> web.Response:
        world.empty()
        return web.json_response({"items": []})

    async def fault(request: web.Request) -> web.Response:
        world.faults.append(_fault(await _object(request)))
        return web.json_response({"faults": len(world.faults)})

    return [web.get("/mail", items), web.post("/mail", write), web.delete("/mail", empty), web.post("/mail/faults", fault)]


def described(letter: Letter) -> dict[str, object]:
    """A letter as the ledger shows it. `from` is the envelope's; the header's is among the headers."""
    mail = letter.message()
    return {
        "from": letter.sender,
        "to": list(letter.recipients),
        "subject": str(mail.get("Subject", "")),
        "text": _body(mail, "plain"),
        "html": _body(mail, "html"),
        "message_id": str(mail.get("Message-ID", "")),
        "headers": {name: str(value) for name, value in mail.items()},
        "attachments": [
            {"name": part.get_filename() or "", "content_type": part.get_content_type(), "size": len(part.get_payload(decode=True) or b"")}
            for part in mail.walk()
            if part.get_content_disposition() in ("attachment", "inline") and not part.is_multipart()
        ],
    }


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


def written(given: Mapping[str, Any]) -> EmailMessage:
    """A mail as a customer's program writes it. Raises HTTPBadRequest naming what is wrong."""
    for name in ("from", "to"):
        if not given.get(name):
            raise _bad(f"'{name}' is missing")
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=900, cte_type="7bit"))
    try:
        _set_headers(mail, given)
        mail.set_content(str(given.get("text", "")))
        if given.get("html"):
            mail.add_alternative(str(given["html"]), subtype="html")
        for one in given.get("attachments", []):
            _attach(mail, one)
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        raise _bad(f"not a mail: {error!r}") from error
    return mail


def _set_headers(mail: EmailMessage, given: Mapping[str, Any]) -> None:
    mail["From"] = given["from"]
    mail["To"] = ", ".join(_list(given["to"]))
    mail["Subject"] = str(given.get("subject", ""))
    for name, key in (("In-Reply-To", "in_reply_to"), ("References", "references")):
        if given.get(key):
            mail[name] = " ".join(_list(given[key]))
    for name, value in given.get("headers", {}).items():
        del mail[name]
        mail[name] = value
    mail["Date"] = mail["Date"] or formatdate()
    if not mail["Message-ID"]:
        mail["Message-ID"] = make_msgid(domain=parseaddr(given["from"])[1].rpartition("@")[2] or "sandbox.example")


def _attach(mail: EmailMessage, given: Mapping[str, Any]) -> None:
    """{"name", "content_type"?, "text" or "base64"}."""
    main, _, sub = str(given.get("content_type", "application/octet-stream")).partition("/")
    data = base64.b64decode(given["base64"], validate=True) if "base64" in given else str(given["text"]).encode()
    mail.add_attachment(data, maintype=main, subtype=sub or "octet-stream", filename=str(given["name"]))


def _fault(given: Mapping[str, Any]) -> Fault:
    kind, times, ms = str(given.get("kind", "")), given.get("times", 1), given.get("ms", 1000)
    if kind not in FAULTS:
        raise _bad(f"'kind' must be one of {', '.join(FAULTS)}, not {kind!r}")
    for name, value in (("times", times), ("ms", ms)):
        if type(value) is not int or value < 1:
            raise _bad(f"'{name}' must be a whole number from 1")
    return Fault(kind, times, ms)


def _list(given: object) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except ValueError as error:
        raise _bad(f"not JSON: {error}") from error
    if not isinstance(given, dict):
        raise _bad("an object is wanted")
    return given


def _bad(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": message}), content_type="application/json")
