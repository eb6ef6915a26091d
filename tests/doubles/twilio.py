"""Pretend Twilio against Twilio's published OpenAPI: the two connectors do all they can through Prism, then every other path is asked."""

import time
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from connectors.contract import Media, Signal, Step, TemplateUse
from connectors.twilio_api.channel import TwilioChannel
from connectors.twilio_api.transport import basic
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID
from sandbox.twilio.records import ROOT
from tests.connectors.twilio_api.world import PNG, World, opened, outgoing, photo
from tests.doubles.prism import merged, standing_before

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
DOCUMENTS = {
    "twilio_api_v2010": [
        "/2010-04-01/Accounts/{Sid}.json",
        f"{ACCOUNT}/Balance.json",
        f"{ACCOUNT}/Messages.json",
        f"{ACCOUNT}/Messages/{{Sid}}.json",
        f"{ACCOUNT}/Messages/{{MessageSid}}/Media.json",
        f"{ACCOUNT}/IncomingPhoneNumbers.json",
        f"{ACCOUNT}/IncomingPhoneNumbers/{{Sid}}.json",
    ],
    "twilio_messaging_v1": ["/v1/Services/{Sid}"],
    "twilio_messaging_v2": ["/v2/Channels/Senders", "/v2/Channels/Senders/{Sid}", "/v2/Indicators/Typing.json"],
    "twilio_content_v1": ["/v1/ContentAndApprovals"],
}

KNOWN = {
    "_page_uri Response body": "Twilio's own examples and its SDK have paths here, its description says `uri`",
    "response.body.uri Response body": "the same",
    "MediaUrl must be array": "one value of a form's list: Prism takes it for a word",
}
"""What Prism finds that is right all the same, and why."""


async def check(modules: Path) -> tuple[list[str], list[str]]:
    """The calls that were made, and what of them is not as Twilio describes it."""
    folder = modules / "@twilio" / "cli-core" / "src" / "services" / "twilio-api"
    document = merged({folder / f"{name}.json": paths for name, paths in DOCUMENTS.items()})
    async with opened() as world:
        async with standing_before(f"{world.base}/twilio", document, modules) as prism:
            await _by_connectors(world, prism.address)
            await _by_hand(world, prism.address)
        return sorted({f"{one.method} {urlsplit(one.path).path}" for one in world.asked("/twilio/")}), [
            one for one in prism.violations if not any(known in one for known in KNOWN)
        ]


async def _by_connectors(world: World, prism: str) -> None:
    sms, hook = await world.sms(base_url=prism, named=urlsplit(prism).netloc, messaging_service_sid=SERVICE_SID, mms=True)
    whatsapp, place = await world.whatsapp(base_url=prism, named=urlsplit(prism).netloc)
    for channel in (sms, whatsapp):
        _well(await channel.check())
        assert (await channel.health()).state == "up"
    link = world.offers("a.png", "image/png", PNG)
    await sms.send(outgoing(text="Hola", hook=hook, attachments=(Media("a.png", "image/png", url=link),)))
    await world.does("say", app="whatsapp", text="Hola", media=[photo()])
    await world.double.webhooks.settled()
    incoming = next(one for one in world.double.records.listed() if one.direction == "inbound")
    await whatsapp.signal(Signal("typing", outgoing().to, incoming.sid))
    await whatsapp.send(outgoing(text="", hook=place, template=TemplateUse("pedido_enviado", "es", {"1": "Lucía"})))
    await world.double.webhooks.settled()
    for one in world.double.records.listed():
        one.at -= 60
    for channel in (sms, whatsapp):
        await _swept(channel)


async def _by_hand(world: World, prism: str) -> None:
    """What the API has and the connectors do not need."""
    sid = world.double.records.listed()[0].sid
    headers = {"Authorization": basic(ACCOUNT_SID, AUTH_TOKEN)}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{prism}{ROOT}/Messages/{sid}.json") as response:
            assert response.status == 200, await response.text()
        async with session.get(f"{prism}{ROOT}/Messages.json", params={"PageSize": "1"}) as response:
            assert response.status == 200, await response.text()
        async with session.delete(f"{prism}{ROOT}/Messages/{sid}.json") as response:
            assert response.status == 204, await response.text()


async def _swept(channel: TwilioChannel) -> None:
    assert [one async for one in channel.sweep(time.time() - 3600)]


def _well(steps: list[Step]) -> None:
    wrong = [one for one in steps if not one.ok]
    assert not wrong, wrong
