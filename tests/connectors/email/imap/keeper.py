"""Takes what a mail channel collects, as the hub does: keeps it by its id, and only then asks for the next."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import replace
from email.message import EmailMessage
from typing import Any, Self

from connectors.contract import Delivery, Surroundings
from connectors.email.connector import Email, Settings
from connectors.email.imap.collector import Patience
from tests.connectors.email.world import KEY
from tests.rig.dovecot import PASSWORD

QUICK = Patience(answer=2.0, idle=5.0, idle_several=0.3, first_pause=0.05, last_pause=0.2, refused_pause=0.2)
_number = itertools.count(1)


def new_user() -> str:
    """A mailbox that nobody has used."""
    return f"support{next(_number)}@demo.example"


def collecting(port: int, user: str, *, patience: Patience = QUICK, surroundings: Surroundings | None = None, **given: Any) -> Email:
    """A channel that collects the mail of a user's at a port of loopback, without encryption unless it is said."""
    usual = {"imap_host": "127.0.0.1", "imap_port": port, "imap_tls": "none", "imap_password": PASSWORD, "relay_host": "127.0.0.1"}
    settings = Settings(**{"address": user, "imap": True, "relay_tls": "none", **usual, **given})
    return Email(settings, surroundings or Surroundings(channel="mail-1", public_url="", key=KEY), patience=patience, round_trip_s=5.0)


def a_mail(text: str, **headers: str) -> bytes:
    """A mail of a customer's; its subject is the text."""
    mail = EmailMessage()
    usual = {"From": "Ana <ana@shop.example>", "To": "support@demo.example", "Subject": text, "Message-ID": f"<{text}@shop.example>"}
    for name, value in {**usual, **headers}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(f"{text}\n")
    return mail.as_bytes().replace(b"\n", b"\r\n")


def subjects(deliveries: Iterable[Delivery]) -> list[str]:
    """What the mails are called."""
    return [one.body.split(b"Subject: ", 1)[-1].split(b"\r\n", 1)[0].decode() for one in deliveries]


class Keeper:
    """Keeps mails in memory as long as the block runs; `cursor` is what the next one begins with."""

    def __init__(self, mail: Email, cursor: dict[str, Any] | None = None) -> None:
        self.mail = mail
        self.cursor = cursor
        self.kept: list[Delivery] = []
        self.fetched: Counter[str] = Counter()
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def until(self, done: Callable[[], bool], *, seconds: float = 20.0) -> None:
        """Wait until this is so. Raises TimeoutError, or what ended the collecting."""
        waiting = asyncio.create_task(self._until(done))
        await asyncio.wait({waiting, self._task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        if not waiting.done():
            waiting.cancel()
            raise TimeoutError(f"kept {subjects(self.kept)[-20:]}, {self.mail._collector.condition}")

    async def has(self, *wanted: str) -> None:
        """Wait until exactly these are kept, in this order."""
        await self.until(lambda: len(self.kept) >= len(wanted))
        assert subjects(self.kept) == list(wanted)

    async def looked(self) -> None:
        """Wait until the mailbox has been looked through once more."""
        before = self.mail._collector.condition.last_sweep
        await self.until(lambda: self.mail._collector.condition.last_sweep != before)

    async def _until(self, done: Callable[[], bool]) -> None:
        while not done():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05), self._changed:
                    await self._changed.wait()

    async def _keep(self) -> None:
        async with aclosing(self.mail.collect(self.cursor)) as batches:
            async for batch in batches:
                for one in batch.deliveries:
                    self.fetched[one.external_id] += 1
                    if self.fetched[one.external_id] == 1:
                        self.kept.append(one)
                self.cursor = dict(batch.cursor or {})
                async with self._changed:
                    self._changed.notify_all()


def patient(**given: float) -> Patience:
    """As `QUICK`, but for these."""
    return replace(QUICK, **given)
