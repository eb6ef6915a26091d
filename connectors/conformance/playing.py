"""Plays a connector's provider by hand: tells what it is asked, and delivers the samples as the provider would."""

import shlex
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields

import aiohttp

from connectors.conformance.pretend import Asked, HttpProvider, answering
from connectors.conformance.samples import Sample
from connectors.conformance.subject import Subject, Unfit

HOST = "127.0.0.1"
SHOWN = 2000
"""Bytes of what it was asked."""


@asynccontextmanager
async def playing(subject: Subject, port: int) -> AsyncIterator[HttpProvider]:
    """The provider, at this port of this machine; 0: at a free one. Raises Unfit, OSError."""
    if subject.offers("provider") is not None:
        raise Unfit(f"{subject.type.manifest.id} speaks no HTTP with its provider, so there is nobody to play")
    async with HttpProvider(answering(subject), "", lambda _fault: None, port=port) as there:
        yield there


async def heard(there: HttpProvider) -> AsyncIterator[Asked]:
    """Each request of the connector's, as it comes, for ever."""
    told = 0
    while True:
        await there.arrived.wait()
        there.arrived.clear()
        while told < len(there.asked):
            yield there.asked[told]
            told += 1


async def deliver(subject: Subject, hook: str) -> AsyncIterator[tuple[str, int]]:
    """Post each sample that comes by webhook to a channel's address, signed as of now: its name, and what was answered."""
    if not subject.webhook:
        raise Unfit(f"{subject.type.manifest.id} is called by no webhooks")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as client:
        for sample in subject.samples:
            if sample.delivery is None:
                yield sample.name, await _post(client, subject, sample, hook)


async def _post(client: aiohttp.ClientSession, subject: Subject, sample: Sample, hook: str) -> int:
    request = subject.signed(sample.request(hook, time.time()))
    async with client.request(request.method, request.url, headers=dict(request.headers), data=request.body) as answer:
        await answer.read()
        return answer.status


def commands(subject: Subject, url: str) -> str:
    """What to type so that a hub's channel leads to the pretend provider."""
    name, title = subject.type.manifest.id, subject.type.manifest.title["en"]
    usual = {one.name: one.default for one in fields(subject.type.settings)}
    given = {key: value for key, value in subject.given(url).items() if value != usual.get(key)}
    secrets = " ".join(f"{key.upper()}={shlex.quote(str(given[key]))}" for key in given if key in subject.secrets)
    said = " ".join(f"{key}=env:{key.upper()}" if key in subject.secrets else f"{key}={shlex.quote(_word(given[key]))}" for key in given)
    return f'{f"export {secrets}" if secrets else ""}\nhilo channel add {name} "{title}" {said}'.strip()


def shown(asked: Asked) -> str:
    """A request in a few lines."""
    body = asked.body[:SHOWN].decode(errors="replace")
    return f"{asked.method} {asked.path}\n{body}".strip()


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
