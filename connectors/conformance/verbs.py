"""How the kit asks a connector for each thing that the contract knows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from connectors.arriving import Address, Media, Message
from connectors.conformance.faults import Try, tried
from connectors.conformance.subject import AT, OURS, Subject
from connectors.contract import Acts, Connector, Fetches, Installs, Invites, Receives, Reports, Signals
from connectors.errors import MalformedPayload
from connectors.leaving import Action, Outgoing, Sent, Signal


async def every_verb(subject: Subject) -> dict[str, Try]:
    """Whatever this connector can, each once: its name, and how to do it."""
    connector = subject.build()
    verbs: dict[str, Try] = {"send()": sending(outgoing(subject)), "check()": lambda one, _url: one.check()}
    if isinstance(connector, Acts):
        verbs |= {f"act({one.kind})": acting(one) for one in actions(subject, await of_ours(subject)) if one.emoji or one.text}
    if isinstance(connector, Signals):
        verbs["signal()"] = signalling(Signal("typing", subject.to, of_theirs(subject)))
    if isinstance(connector, Fetches) and (media := to_fetch(subject)) is not None:
        verbs["fetch()"] = fetching(media)
    if isinstance(connector, Installs):
        verbs |= {"install()": installing, "uninstall()": uninstalling}
    if isinstance(connector, Invites):
        verbs["invite()"] = inviting
    if isinstance(connector, Reports):
        verbs["health()"] = reporting
    return verbs


def outgoing(subject: Subject, text: str = "Hola", **more: Any) -> Outgoing:
    """One message of ours."""
    return Outgoing(OURS, subject.to, text, **more)


def sending(message: Outgoing) -> Try:
    """Send it."""
    return lambda connector, _url: connector.send(message)


async def installing(connector: Connector, _url: str) -> object:
    """Set the webhook."""
    assert isinstance(connector, Installs)
    return await connector.install()


async def uninstalling(connector: Connector, _url: str) -> None:
    """Take it away."""
    assert isinstance(connector, Installs)
    await connector.uninstall()


async def inviting(connector: Connector, _url: str) -> object:
    """Make a link for somebody."""
    assert isinstance(connector, Invites)
    return await connector.invite(Address("invitation", OURS), AT + 3600)


async def reporting(connector: Connector, _url: str) -> object:
    """Ask how it is."""
    assert isinstance(connector, Reports)
    return await connector.health()


def actions(subject: Subject, target: str) -> Iterator[Action]:
    """One of each kind that the manifest allows."""
    manifest = subject.type.manifest
    emoji = next(iter(manifest.emojis), "👍")
    if manifest.reactions:
        yield Action(OURS, "react", subject.to, target, emoji=emoji)
        yield Action(OURS, "react", subject.to, target)
    if manifest.edits:
        yield Action(OURS, "edit", subject.to, target, text="Hola otra vez")
    if manifest.deletions:
        yield Action(OURS, "delete", subject.to, target)


async def of_ours(subject: Subject) -> str:
    """The provider's id of a message that we sent."""
    sent = (await tried(subject, sending(outgoing(subject)))).result
    return sent.external_id if isinstance(sent, Sent) else OURS


def acting(action: Action) -> Try:
    """Do it."""

    async def do(connector: Connector, _url: str) -> None:
        assert isinstance(connector, Acts)
        await connector.act(action)

    return do


def of_theirs(subject: Subject) -> str:
    """The provider's id of a customer's message."""
    return next((one.external_id for one in messages(subject)), OURS)


def signalling(signal: Signal) -> Try:
    """Pass it on."""

    async def do(connector: Connector, _url: str) -> None:
        assert isinstance(connector, Signals)
        await connector.signal(signal)

    return do


def to_fetch(subject: Subject) -> Media | None:
    """The first file in the samples that is still with the provider."""
    files = (one for message in messages(subject) for one in message.attachments)
    return next((one for one in files if one.data is None and (one.url or one.reference)), None)


def fetching(media: Media) -> Try:
    """Fetch it from the pretend provider, wherever the sample had it."""

    async def do(connector: Connector, url: str) -> object:
        assert isinstance(connector, Fetches)
        there = replace(media, url=moved(media.url, url)) if media.url else media
        async with connector.fetch(there) as pieces:
            return b"".join([one async for one in pieces])

    return do


def moved(address: str, to: str) -> str:
    """The same path at another host."""
    return urlunsplit((*urlsplit(to)[:2], *urlsplit(address)[2:]))


def messages(subject: Subject) -> Iterator[Message]:
    """All messages in the samples that are a customer's."""
    connector = subject.build()
    for sample in subject.samples:
        if sample.delivery is None and not isinstance(connector, Receives):
            continue
        for delivery in subject.deliveries(connector, sample):
            try:
                events = connector.parse(delivery)
            except MalformedPayload:
                continue
            yield from (one for one in events if isinstance(one, Message) and not one.context.get("unsupported"))
