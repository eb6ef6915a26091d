"""Only webhooks that became messages are counted; the limit beside them checks the same signatures."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.bare import bare_server, prepare
from benchmarks.hub import company, running
from benchmarks.load import LoadError, answered
from benchmarks.providers import PROVIDERS
from benchmarks.webhooks import add_channels, check_kept, rate
from hub.kernel.embedded import EmbeddedPostgres

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Served:
    """A hub with a channel of each provider."""

    folder: Path
    address: str
    hooks: Mapping[str, str]

    def url(self, name: str) -> str:
        return f"{self.address}/hooks/{self.hooks[name]}"


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    async with company() as made:
        hooks = await add_channels(made.folder)
        async with running(made.folder, "serve") as hub:
            yield Served(made.folder, hub.address, hooks)


@pytest.fixture(scope="module")
async def plain(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A running bare handler."""
    await prepare(postgres)
    async with bare_server(postgres.url("bare"), "benchmarks.bare_webhooks") as address:
        yield address


@pytest.mark.parametrize("name", PROVIDERS)
async def test_every_webhook_that_was_answered_is_a_message(served: Served, name: str) -> None:
    assert await rate(name, served.url(name), 50) > 0
    await check_kept(served.folder, served.hooks[name], 50)
    with pytest.raises(LoadError, match="51 webhooks were answered, 50 messages are there"):
        await check_kept(served.folder, served.hooks[name], 51)


@pytest.mark.parametrize("name", PROVIDERS)
async def test_the_limit_takes_the_same_webhooks(plain: str, name: str) -> None:
    assert await rate(name, f"{plain}/hooks/{name}", 50) > 0


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_forged_webhook_gives_no_figure(served: Served, plain: str, name: str) -> None:
    for url in (served.url(name), f"{plain}/hooks/{name}"):
        (one,) = PROVIDERS[name].deliveries(url, 1)
        header = {"sms": b"X-Twilio-Signature: ", "telegram": b"Secret-Token: ", "whatsapp": b"sha256="}[name]
        forged = type(one)(one.key, one.request.replace(header, header + b"0"))
        with pytest.raises(ExceptionGroup) as caught:
            await answered(url, [forged])
        assert caught.group_contains(LoadError, match="40[13]")
