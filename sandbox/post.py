"""The pretend mail world with a memory: every mail in both directions, for the customers' mailboxes and the list of what travelled."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

from sandbox.mail import Fault, Letter, MailWorld, described
from sandbox.travels import Travel, Travels, now

KEPT = 500
FOREVER = 1_000_000_000
TAKEN = 250
LONGEST_ANSWER = 120


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, written by the customer (`mine`) or sent by the hub."""

    at: str
    mine: bool
    letter: Letter

    def concerns(self, address: str) -> bool:
        """Whether it stands in that mailbox."""
        wanted = address.lower()
        return self.letter.sender.lower() == wanted if self.mine else wanted in (one.lower() for one in self.letter.recipients)

    def as_shown(self) -> dict[str, object]:
        return {"at": self.at, "mine": self.mine, **described(self.letter)}


class Post(MailWorld):
    """A mail world that remembers. Several addresses may be read; nothing leaves this computer."""

    name = "mail"
    known_as = list[Mail]

    def __init__(self, travels: Travels, *, hub_host: str, hub_port: int, port: int = 0) -> None:
        MailWorld.__init__(self, hub_host=hub_host, hub_port=hub_port, port=port)
        self.travels = travels
        self.on_change: Callable[[], None] = lambda: None
        self._kept: deque[Mail] = deque(maxlen=KEPT)
        self._last: tuple[EmailMessage, str, list[str]] | None = None

    def mails(self, address: str) -> list[Mail]:
        """What stands in a mailbox, newest last."""
        return [one for one in self._kept if one.concerns(address)]

    def known(self) -> list[Mail]:
        return list(self._kept)

    def recall(self, known: list[Mail]) -> None:
        self._kept.extend(known)

    def empty(self) -> None:
        MailWorld.empty(self)
        self._kept.clear()
        self.on_change()

    async def take(self, letter: Letter) -> None:
        """The hub handed over a mail."""
        self._keep(Mail(now(), False, letter))
        await MailWorld.take(self, letter)
        fault = self.fault_on()
        self.travels.add(self._outgoing(letter, fault or str(TAKEN), failed=bool(fault)))

    async def write(self, mail: EmailMessage, *, sender: str, recipients: list[str]) -> tuple[int, str]:
        """A customer writes. The hub's reply is remembered too, also when it is a refusal or there was none."""
        repeated = self._last is not None and self._last[0] is mail
        self._last = (mail, sender, recipients)
        started, code, reply = time.perf_counter(), 0, "no answer"
        try:
            code, reply = await MailWorld.write(self, mail, sender=sender, recipients=recipients)
        finally:
            took = (time.perf_counter() - started) * 1000
            self.travels.add(self._incoming(str(mail["Subject"] or ""), f"{code or ''} {reply}", code == TAKEN, took))
        if code == TAKEN and not repeated:
            self._keep(Mail(now(), True, Letter(sender, tuple(recipients), mail.as_bytes(policy=policy.SMTP))))
        return code, reply

    def _keep(self, mail: Mail) -> None:
        self._kept.append(mail)
        self.on_change()

    async def repeat(self) -> tuple[int, str] | None:
        """Deliver the last mail once more, as a server does that did not hear the answer. None: there was none yet."""
        if self._last is None:
            return None
        mail, sender, recipients = self._last
        return await self.write(mail, sender=sender, recipients=recipients)

    def fault_on(self) -> str:
        """The fault that every mail meets now; empty: none."""
        return self.faults[0].kind if self.faults else ""

    def set_fault(self, kind: str, ms: int) -> None:
        """Every mail from now on meets this fault; an empty kind: none does."""
        self.faults.clear()
        if kind:
            self.faults.append(Fault(kind, FOREVER, ms))

    def turned_away(self, letter: Letter, reply: str) -> None:
        """The relay did not take a mail of the hub's."""
        self.travels.add(self._outgoing(letter, reply, failed=True))

    def _incoming(self, what: str, answer: str, taken: bool, took_ms: float) -> Travel:
        where = f"SMTP {self.hub_host}:{self.hub_port}"
        return Travel(now(), "in", "email", what, where, answer.strip()[:LONGEST_ANSWER], not taken, round(took_ms, 1))

    def _outgoing(self, letter: Letter, answer: str, *, failed: bool) -> Travel:
        what = str(letter.message().get("Subject", "")) or ", ".join(letter.recipients)
        return Travel(now(), "out", "email", what, f"SMTP {self.host}:{self.port}", answer, failed, 0.0)
