"""The e-mail channel: listens for mail, reads it, sends it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Self

from connectors.contract import Batch, Delivery, Event, Outgoing, Sent, Step, Surroundings
from connectors.email import ids, payloads
from connectors.email.compose import compose
from connectors.email.judging import Judge
from connectors.email.listener import open_mailbox, try_port
from connectors.email.records import NameServers
from connectors.email.relay import Relay, since
from connectors.email.senders import Company
from connectors.email.settings import Settings, check_settings, networks, place_of
from connectors.email.steps import step
from connectors.errors import Unavailable

__all__ = ["Email", "Settings", "build"]


def build(settings: Settings, surroundings: Surroundings) -> "Email":
    """A mail channel. Raises InvalidSettings for what no single field shows."""
    check_settings(settings)
    return Email(settings, surroundings, Relay(settings))


class Email:
    """One mail channel. Nothing is open between two mails but the listener."""

    def __init__(self, settings: Settings, surroundings: Surroundings, relay: Relay) -> None:
        self._settings = settings
        self._address = ids.normal_address(settings.address)
        self._surroundings = surroundings
        self._relay = relay
        self._company = Company.of(settings.address, settings.own_domains, settings.form_senders)
        server = place_of(settings.name_server) if settings.name_server else None
        self._judge = Judge(settings.authserv_id, NameServers(server) if settings.look_up else None)

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
            now=self._surroundings.now() or time.time(),
        )
        handed = await self._relay.deliver(mail)
        return Sent(external_id=mail.message_id, refused=handed.refused, later=handed.later)

    async def check(self) -> list[Step]:
        """Try the way out up to the sender's address, and the way in up to the open port. No mail is sent."""
        steps = [step async for step in self._relay.check()]
        return [*steps, await self._check_port()] if self._settings.listen_port else steps

    async def _check_port(self) -> Step:
        began = time.perf_counter()
        try:
            await try_port(self._listen_host(), self._settings.listen_port)
        except Unavailable as error:
            return step("listen", ok=False, ms=since(began), detail=str(error))
        return step("listen", ok=True, ms=since(began))

    def _listen_host(self) -> str:
        return self._settings.listen_host or self._surroundings.listen_host
