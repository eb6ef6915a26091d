"""A storm of webhooks: everybody writes on every channel at a steady rate, and the providers bring it twice, late and shuffled."""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import aiohttp

from sandbox.double import Fault
from sandbox.meta import whatsapp
from tests.rig.providers import Providers
from tests.rig.webhooks import body_of, message
from tests.rig.world import Sender, World

CHANNELS = ("sms", "whatsapp", "messenger", "whatsapp by twilio", "http", "instagram", "telegram")
SENDERS = 60
"""On each channel. At 300 webhooks a second each writes every second or later: what is late by less than that is not out of order."""
BATCH = 3
"""Messages in one webhook of WhatsApp's, each of another person."""
LATE_MS = 300
FAULT_EVERY_S = 0.1
BUCKET = re.compile(r'hilo_http_seconds_bucket\{le="([^"]+)"\} ([0-9.e+]+)')


@dataclass
class Storm:
    """Who said what, and how long the hub took to answer one of the channels (the others are counted by the hub itself)."""

    place: Providers
    world: World = field(default_factory=World)
    times: list[float] = field(default_factory=list)
    """Seconds until the http channel's webhooks were answered, as their sender measured."""

    def sender(self, channel: str, number: int) -> Sender:
        return self.world.sender(f"{channel} {number}")

    async def blow(self, rate: float, seconds: float, *, senders: int = SENDERS) -> int:
        """So many webhooks a second for so long; returns how many. Waits until all are answered."""
        count, began = int(rate * seconds), perf_counter()
        misbehaving = asyncio.create_task(self._misbehave())
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
                group.create_task(self.say(CHANNELS[number % len(CHANNELS)], number // len(CHANNELS) % senders))
        misbehaving.cancel()
        for one in self.place.doubles():
            one.faults.clear()
        for channel in CHANNELS:  # a webhook that was held back comes after the next one
            await self.say(channel, senders)
        await self.place.idle()
        return count + len(CHANNELS)

    async def say(self, channel: str, number: int) -> None:
        """One webhook."""
        await SAYS[channel](self, number)

    async def _misbehave(self) -> None:
        """Every now and then a webhook comes twice, late, or after the next one."""
        chance = random.Random(7)
        while True:
            await asyncio.sleep(FAULT_EVERY_S)
            for one in self.place.doubles():
                if not one.faults:
                    one.faults.append(Fault(chance.choice(("twice", "late", "shuffled")), ms=LATE_MS))

    # ── Each provider ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _by_twilio(self, channel: str, number: int) -> None:
        app = {"sms": "sms", "whatsapp by twilio": "whatsapp"}[channel]
        prefix = {"sms": "+34611", "whatsapp by twilio": "+34622"}[channel]
        text = self.sender(channel, number).next_text()
        await self.place.twilio.verbs()["say"]({"app": app, "customer": f"{prefix}{number:06}", "text": text})

    async def _by_telegram(self, number: int) -> None:
        await self.place.telegram.verbs()["say"]({"customer": f"someone{number}", "text": self.sender("telegram", number).next_text()})

    async def _by_page(self, app: str, number: int) -> None:
        id_ = f"{'70' if app == 'messenger' else '80'}{number:014}"
        await self.place.meta.verbs()["say"]({"app": app, "customer": id_, "text": self.sender(app, number).next_text()})

    async def _by_whatsapp(self, number: int) -> None:
        """One webhook with messages of several people, as Meta gathers them."""
        phones, messages, contacts = self.place.meta.phones, list[Any](), list[Any]()
        for place in range(BATCH):
            person = phones.people.of({"app": "whatsapp", "customer": f"34633{place}{number:05}"})
            contacts.append(whatsapp.contact(person))
            text = self.sender(f"whatsapp {place}", number).next_text()
            messages.append(whatsapp.message(person, "text", {"body": text}))
        phones.tell_whatsapp({"contacts": contacts, "messages": messages})

    async def _by_http(self, number: int) -> None:
        sender, began = self.sender("http", number), perf_counter()
        text = sender.next_text()
        if await self.place.http.post(body_of([message(sender.name, text)])) == 200:
            sender.acknowledged.add(text)
        self.times.append(perf_counter() - began)

    # ── Afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────

    def reckon(self) -> list[str]:
        """Write into the world what the providers' own ledgers say was answered with 200; what was not, in sentences."""
        taken = set(self._taken())
        for sender in self.world.senders.values():
            sender.acknowledged |= taken.intersection(sender.said)
        return [f"never taken: {text}" for one in self.world.senders.values() for text in one.said if text not in one.acknowledged]

    def _taken(self) -> Iterator[str]:
        yield from (one.fields["Body"] for one in self.place.twilio.webhooks.tried if one.status == 200 and "Body" in one.fields)
        for tried in self.place.meta.hooks.tried:
            if tried.status == 200:
                yield from _texts(json.loads(tried.body))
        waiting = {one.body["message"]["text"] for one in self.place.telegram.updates.pending}
        spoken = (one for name, one in self.world.senders.items() if name.startswith("telegram"))
        yield from (text for sender in spoken for text in sender.said if text not in waiting)


SAYS: Mapping[str, Callable[[Storm, int], Awaitable[None]]] = {
    "sms": lambda storm, number: storm._by_twilio("sms", number),
    "whatsapp by twilio": lambda storm, number: storm._by_twilio("whatsapp by twilio", number),
    "telegram": lambda storm, number: storm._by_telegram(number),
    "whatsapp": lambda storm, number: storm._by_whatsapp(number),
    "messenger": lambda storm, number: storm._by_page("messenger", number),
    "instagram": lambda storm, number: storm._by_page("instagram", number),
    "http": lambda storm, number: storm._by_http(number),
}


def _texts(said: Any) -> Iterator[str]:
    """All texts anywhere in a webhook of Meta's."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key in ("text", "body") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(said, list):
        for one in said:
            yield from _texts(one)


async def answer_p99(address: str) -> float:
    """The upper end of the step, in seconds, within which the hub answered 99 of 100 HTTP requests since it started."""
    async with aiohttp.ClientSession() as client, client.get(f"{address}/metrics") as answer:
        steps = [(float(most), float(count)) for most, count in BUCKET.findall(await answer.text())]
    return next(most for most, count in steps if count >= 0.99 * steps[-1][1])
