"""The e-mail channel: listens for mail, collects it from a mailbox, reads it, sends it."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Self

from connectors.contract import Batch, Delivery, Event, Health, Outgoing, Sent, Step, Surroundings
from connectors.email import ids, payloads
from connectors.email.compose import compose
from connectors.email.imap.collector import Collector, Patience
from connectors.email.imap.trial import Trial, tried
from connectors.email.judging import Judge
from connectors.email.listener import is_open, open_mailbox, try_port
from connectors.email.marks import awaiting, new_mark
from connectors.email.records import NameServers
from connectors.email.relay import Relay
from connectors.email.round_trip import test_mail
from connectors.email.senders import Company
from connectors.email.settings import Settings, networks, place_of
from connectors.email.steps import step
from connectors.email.tokens import Tokens
from connectors.email.wanted import check_settings
from connectors.errors import Unavailable

__all__ = ["Email", "Settings", "build"]

TRIAL_S = 8.0
"""How long an answer may take while somebody waits for a check."""
ROUND_TRIP_S = 12.0


def build(settings: Settings, surroundings: Surroundings) -> "Email":
    """A mail channel. Raises InvalidSettings for what no single field shows."""
    check_settings(settings)
    return Email(settings, surroundings)


class Email:
    """One mail channel. Between two mails nothing is open but the listener and the mailbox."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        timeout: float = 30.0,
        data_timeout: float = 60.0,
        patience: Patience | None = None,
        round_trip_s: float = ROUND_TRIP_S,
    ) -> None:
        self._settings = settings
        self._address = ids.normal_address(settings.address)
        self._surroundings = surroundings
        self._round_trip_s = round_trip_s
        self._tokens = None if settings.sign_in == "password" else Tokens(settings, surroundings.egress, self._now)
        self._relay = Relay(settings, self._tokens, timeout=timeout, data_timeout=data_timeout)
        self._company = Company.of(settings.address, settings.own_domains, settings.form_senders)
        server = place_of(settings.name_server) if settings.name_server else None
        self._judge = Judge(settings.authserv_id, NameServers(server) if settings.look_up else None)
        self._collector = Collector(
            settings, self._tokens, self._judge, now=self._now, changed=surroundings.unwell, patience=patience or Patience()
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def listen(self, cursor: Mapping[str, object] | None = None) -> AsyncIterator[Batch]:
        """Yield mails as they arrive. A sender hears yes when the next batch is asked for, and *try again* when it is not."""
        if not self._settings.listen_port:
            await asyncio.Event().wait()
        port, protocol = self._settings.listen_port, self._settings.listen_protocol
        relays, judge = networks(self._settings.relays), self._judge
        async with open_mailbox(self._listen_host(), port, self._address, protocol=protocol, relays=relays, judge=judge) as mailbox:
            while True:
                taken = await mailbox.next_batch()
                stored = False
                try:
                    yield Batch(tuple(one.delivery for one in taken))
                    stored = True
                finally:
                    for one in taken:
                        one.settle(stored=stored)

    async def collect(self, cursor: Mapping[str, object] | None = None) -> AsyncGenerator[Batch, None]:
        """Yield the mails of the mailbox, oldest first. They are marked or moved when the next batch is asked for."""
        if not self._settings.imap:
            await asyncio.Event().wait()
        async with aclosing(self._collector.batches(cursor)) as batches:
            async for batch in batches:
                yield batch

    def parse(self, delivery: Delivery) -> list[Event]:
        """The message of a mail, or the receipt of a report on one of ours. Raises MalformedPayload."""
        return payloads.events_of(delivery, key=self._surroundings.key, ours=self._address, company=self._company)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Hand a mail to the relay. The same message has the same Message-ID at every attempt."""
        mail = await asyncio.to_thread(  # megabytes of attachments take their time
            compose,
            outgoing,
            key=self._surroundings.key,
            ours=self._address,
            name=self._settings.name,
            shown=self._settings.shown,
            now=self._now(),
        )
        handed = await self._relay.deliver(mail)
        return Sent(external_id=mail.message_id, refused=handed.refused, later=handed.later)

    async def health(self) -> Health:
        """How collecting goes; of a channel without a mailbox there is nothing to say but that it is open."""
        known = self._collector.condition.health() if self._settings.imap else Health("up")
        return Health(known.state, known.detail, self._tokens.expires_at if self._tokens else None, known.quota)

    # ── The check ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def check(self) -> list[Step]:
        """Try the way out up to the sender's address and the ways in; when all is well, a mail to ourselves, which reaches nobody else."""
        steps = [step async for step in self._relay.check()]
        if self._settings.listen_port:
            steps.append(await self._check_port())
        async with AsyncExitStack() as stack:
            trial = None
            if self._settings.imap:
                trial = Trial(self._settings, self._collector, seconds=TRIAL_S)
                stack.callback(trial.end)
                steps += [step async for step in trial.steps()]
            if all(one.ok for one in steps) and (trial or self._hears_itself()):
                steps.append(await self._round_trip(trial))
        return steps

    async def _check_port(self) -> Step:
        ok, ms, detail = await tried(self._try_port)
        return step("listen", ok=ok, ms=ms, detail=detail)

    async def _try_port(self) -> str:
        await try_port(self._listen_host(), self._settings.listen_port)
        return ""

    def _hears_itself(self) -> bool:
        """Whether this process takes the channel's mail at a port of its own."""
        port = self._settings.listen_port
        return bool(port) and is_open(self._listen_host(), port, self._address)

    async def _round_trip(self, trial: Trial | None) -> Step:
        ok, ms, detail = await tried(lambda: self._came_back(trial))
        return step("round_trip", ok=ok, ms=ms, detail=detail)

    async def _came_back(self, trial: Trial | None) -> str:
        """Where the test mail arrived. Raises Unavailable when it did not."""
        mark = new_mark(self._surroundings.key)
        with awaiting(mark) as heard:
            await self._relay.deliver(test_mail(self._address, mark, self._now()))
            ways = [asyncio.create_task(self._at_the_port(heard))]
            if trial is not None:
                ways.append(asyncio.create_task(trial.arrival(mark)))
            done, waiting = await asyncio.wait(ways, timeout=self._round_trip_s, return_when=asyncio.FIRST_COMPLETED)
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if not done:
            raise Unavailable(f"not back within {self._round_trip_s:.0f} s", code="unreachable")
        return done.pop().result()

    async def _at_the_port(self, heard: asyncio.Event) -> str:
        await heard.wait()
        return f":{self._settings.listen_port}"

    def _listen_host(self) -> str:
        return self._settings.listen_host or self._surroundings.listen_host

    def _now(self) -> float:
        return self._surroundings.now() or time.time()
