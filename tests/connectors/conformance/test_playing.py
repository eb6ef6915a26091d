"""`hilo connector play` and `deliver`: a provider played by hand, for whoever has no account."""

import asyncio
import time

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from connectors.conformance import playing
from connectors.conformance.subject import Unfit, in_folder, installed
from connectors.contract import Receives, WebhookRequest
from tests.connectors.conformance.world import PARROT


async def test_what_the_connector_asks_is_told_and_answered_as_the_provider_would() -> None:
    async with playing.playing(in_folder(PARROT), 0) as there, ClientSession() as client:
        hearing = playing.heard(there)
        for text in ("one", "two"):
            async with client.post(f"{there.url}/messages", data=text) as answer:
                assert await answer.json() == {"id": "m-900"}
        told = [playing.shown(await asyncio.wait_for(anext(hearing), 10)) for _ in range(2)]
    assert told == ["POST /messages\none", "POST /messages\ntwo"]


async def test_every_sample_is_delivered_signed_as_of_now() -> None:
    subject = installed("http")
    connector = subject.build()
    assert isinstance(connector, Receives)
    kept = 0

    async def hook(request: web.Request) -> web.Response:
        nonlocal kept
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebhookRequest("POST", str(request.url), headers, dict(request.query), await request.read(), time.time())
        kept += len(connector.receive(asked).deliveries)
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hooks/key", hook)
    async with TestServer(app) as hub:
        answered = [one async for one in playing.deliver(subject, str(hub.make_url("/hooks/key")))]
    assert dict(answered) == dict.fromkeys((one.name for one in subject.samples), 202)
    assert kept > len(answered)


@pytest.mark.parametrize("name", ["email", "webchat"])
async def test_where_nobody_can_be_played_it_says_so(name: str) -> None:
    with pytest.raises(Unfit):
        assert [one async for one in playing.deliver(installed(name), "http://127.0.0.1:9/")]


def test_what_is_to_be_typed_names_no_secret_in_the_command() -> None:
    exported, add = playing.commands(in_folder(PARROT), "http://127.0.0.1:9100").splitlines()
    assert exported == "export API_KEY=a-key WEBHOOK_SECRET=a-webhook-secret"
    assert add.endswith("api_key=env:API_KEY webhook_secret=env:WEBHOOK_SECRET base_url=http://127.0.0.1:9100")
