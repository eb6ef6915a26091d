"""One house for all tests of channels, in which somebody else's connector is installed; each test sets up channels of its own."""

import itertools
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.contract import Health
from hub.channels import gallery
from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from tests.attacks.house import House, lived_in
from tests.channels.moody.connector import PROVIDER
from tests.people.conftest import Browser

number = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The connector `moody`, as an installer leaves it: a package and its entry point."""
    site = tmp_path_factory.mktemp("site")
    _install(site)
    sys.path.append(str(site))
    _forget()
    yield
    sys.path.remove(str(site))
    _forget()


def _install(site: Path) -> None:
    about = site / "moody-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: moody\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[hilo.connectors]\nmoody = tests.channels.moody\n")


def _forget() -> None:
    for remembered in (registry.packages, registry.manifest, registry.load, gallery.gallery, gallery.guide):
        remembered.cache_clear()


@pytest.fixture(scope="session")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory, installed: None) -> AsyncIterator[House]:
    """A whole hub that answers."""
    postgres.create_database("channels")
    url = postgres.url("channels")
    await migrate(url)
    async with lived_in(url, tmp_path_factory.mktemp("channels")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def provider() -> Iterator[None]:
    """The provider is well when a test begins and when it ends."""
    PROVIDER.mood, PROVIDER.webhook, PROVIDER.health = "well", "", Health("up", "", None, "1000 a day")
    PROVIDER.asked.clear()
    yield
    PROVIDER.mood = "well"


@pytest.fixture
async def olga(house: House) -> Browser:
    """The admin, in Spanish."""
    return await house.browser("olga")


@pytest.fixture
async def made(olga: Browser) -> dict[str, Any]:
    """A channel that was just set up, with the secrets that the hub made for it."""
    return await make(olga)


async def make(admin: Browser, token: str = "good", **settings: Any) -> dict[str, Any]:
    """One more channel; the answer."""
    body = {"connector": "moody", "name": f"Moody {next(number)}", "settings": {"token": token, **settings}}
    status, answer = await admin.ask("POST", "/channels", body)
    assert status == 201, answer
    found: dict[str, Any] = answer
    return found
