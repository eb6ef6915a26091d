"""What strangers may do at the public doors: too much is refused with the time to come back, and a provider's burst is not."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from connectors.http.signing import signature
from hub.inbound.webhooks import REFUSALS_A_MINUTE
from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from sandbox.twilio import ACCOUNT_SID, AUTH_TOKEN, SMS_NUMBER
from sandbox.twilio.webhooks import signature as twilio_signature
from tests.attacks.house import House, lived_in
from tests.rig.company import SECRET
from tests.rig.waiting import eventually
from tests.rig.webhooks import body_of, message

BURST = 300
NARROW = {"HILO_VISITORS_NEW_PER_ADDRESS": "3", "HILO_VISITORS_UPLOAD_MEGABYTES_PER_ADDRESS": "1"}
Ask = Callable[..., Awaitable[tuple[int, Mapping[str, str]]]]


@pytest.fixture
async def house(postgres: EmbeddedPostgres, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house of one's own: what was used up is used up for all who come from here."""
    await migrate(database_url)
    async with lived_in(database_url, tmp_path, **NARROW) as opened:
        yield opened


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    """`await ask(url, data, **headers)`: status and headers of a POST."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as client:

        async def post(url: str, data: bytes | str = b"", **headers: str) -> tuple[int, Mapping[str, str]]:
            async with client.post(url, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()}) as answer:
                await answer.read()
                return answer.status, answer.headers

        yield post


async def sms(house: House) -> str:
    """The webhook address of a channel by Twilio."""
    olga = await house.browser("olga")
    settings = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "senders": SMS_NUMBER}
    status, made = await olga.ask("POST", "/channels", {"connector": "sms", "name": "SMS", "settings": settings})
    assert status == 201, made
    await olga.ask("POST", f"/channels/{made['channel']['id']}/enable")
    return str(made["channel"]["webhook"])


def refused(answers: list[tuple[int, Mapping[str, str]]]) -> tuple[list[int], int]:
    """The statuses, each once and in order; and how many seconds the last one says to wait."""
    statuses = [status for status, _ in answers]
    return list(dict.fromkeys(statuses)), int(answers[-1][1]["Retry-After"])


@pytest.mark.parametrize("door", ["http", "sms"])
async def test_whoever_forges_webhooks_is_told_when_to_come_back(house: House, ask: Ask, door: str) -> None:
    url = f"{house.url}/hooks/{house.company.hook}" if door == "http" else await sms(house)
    forged = [await ask(url, b"{}", X_Twilio_Signature="none", Content_Type="application/json") for _ in range(REFUSALS_A_MINUTE + 2)]
    statuses, wait = refused(forged)
    assert statuses == [403, 429]
    assert 1 <= wait <= 60


async def test_a_burst_of_a_providers_webhooks_from_one_address_is_not_limited(house: House, ask: Ask) -> None:
    url = await sms(house)

    async def told(number: int) -> int:
        fields = {
            "MessageSid": f"SM{number:032x}",
            "AccountSid": ACCOUNT_SID,
            "From": f"+346{number:08d}",
            "To": SMS_NUMBER,
            "Body": f"n{number}",
        }
        headers = {"X_Twilio_Signature": twilio_signature(url, fields), "Content_Type": "application/x-www-form-urlencoded"}
        return (await ask(url, urlencode(fields), **headers))[0]

    began = time.perf_counter()
    statuses = await asyncio.gather(*(told(number) for number in range(BURST)))
    assert (set(statuses), len(statuses)) == ({200}, BURST), f"in {time.perf_counter() - began:.1f} s"
    count = "SELECT count(*) FROM message m JOIN channel c ON c.id = m.channel_id WHERE c.connector = 'sms'"

    async def all_there() -> bool:
        return bool(await house.hub.storage.database.value(count) == BURST)

    await eventually(all_there, what="all of them stand in the threads")


async def test_a_burst_of_another_system_is_not_limited_either(house: House, ask: Ask) -> None:
    url = f"{house.url}/hooks/{house.company.hook}"

    async def told(number: int) -> int:
        body, now = body_of([message(f"rosa{number}", f"n{number}")]), str(int(time.time()))
        return (await ask(url, body, X_Hilo_Timestamp=now, X_Hilo_Signature=signature(SECRET, now, body)))[0]

    assert set(await asyncio.gather(*(told(number) for number in range(BURST)))) == {200}


async def test_signing_in_again_and_again_is_told_when_to_come_back(house: House, ask: Ask) -> None:
    wrong = json.dumps({"email": "ana@demo.example", "password": "not the password"})
    statuses, wait = refused([await ask(f"{house.url}/api/v1/session", wrong, Content_Type="application/json") for _ in range(10)])
    assert statuses == [401, 429]
    assert wait > 60


async def test_new_visitors_from_one_address_are_told_when_to_come_back(house: House) -> None:
    for _ in range(3):
        assert "token" in (await house.visitor()).hello
    error = (await house.visitor()).hello["error"]
    assert (error["code"], error["retry_after"] >= 60) == ("too_many", True)


async def test_visitors_files_from_one_address_are_told_when_to_come_back(house: House, ask: Ask) -> None:
    rosa = await house.visitor()
    url, token = f"{house.url}/widget/files?name=a.bin", f"Visitor {rosa.hello['token']}"
    statuses, wait = refused([await ask(url, b"x" * 400_000, Authorization=token) for _ in range(4)])
    assert statuses == [201, 429]
    assert wait >= 1
