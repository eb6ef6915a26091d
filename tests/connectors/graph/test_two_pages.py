"""Two pages, or two numbers, of one Meta app in a whole hub: Meta knows one address for both, and each one's come to its own channel."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from sandbox.meta import Meta, company
from tests.attacks.house import House, lived_in
from tests.people.conftest import Browser

PAGES = {
    "messenger": {"page_id": company.PAGE_ID, "access_token": company.PAGE_TOKEN},
    "second_page": {"page_id": company.SECOND_PAGE_ID, "access_token": company.SECOND_PAGE_TOKEN},
}
NUMBERS = {
    "first": {"phone_number_id": company.PHONE_NUMBER_ID},
    "second": {"phone_number_id": company.FREE_NUMBER_ID},
}
KEPT_BY_SQL = "SELECT c.name FROM delivery d JOIN channel c ON c.id = d.channel_id WHERE d.kind = $1"
ON_BY_SQL = "SELECT c.name FROM message m JOIN channel c ON c.id = m.channel_id WHERE m.text = $1"


@dataclass
class Scene:
    """A hub, pretend Meta, an admin, and the channels that were set up."""

    house: House
    meta: Meta
    graph_url: str
    olga: Browser
    channels: dict[str, str] = field(default_factory=dict)

    async def ask(self, page: str, verb: str) -> tuple[int, Any]:
        status, answer = await self.olga.ask("POST", f"/channels/{self.channels[page]}/{verb}")
        return status, answer

    async def does(self, page: str, verb: str) -> Any:
        """What must go well."""
        status, answer = await self.ask(page, verb)
        assert status == 200, answer
        assert all(step["ok"] for step in answer.get("steps", [])), answer
        return answer

    async def set_up(self, *pages: str) -> None:
        """As an admin does it, one page after the other."""
        for page in pages:
            common = {"app_id": company.APP_ID, "app_secret": company.APP_SECRET, "graph_url": self.graph_url}
            own = PAGES.get(page) or {**NUMBERS[page], "account_id": company.ACCOUNT_ID, "access_token": company.WHATSAPP_TOKEN}
            body = {"connector": "messenger" if page in PAGES else "whatsapp", "name": page, "settings": {**common, **own}}
            status, made = await self.olga.ask("POST", "/channels", body)
            assert status == 201, made
            self.channels[page] = str(made["channel"]["id"])
            for verb in ("enable", "install", "check"):
                await self.does(page, verb)

    async def clear(self) -> None:
        for page in self.channels:
            await self.ask(page, "archive")
        self.channels.clear()
        self.meta.hooks.by_object.clear()
        self.meta.phones.subscribed.clear()

    @property
    def address(self) -> str:
        """Where Meta calls."""
        return self.meta.hooks.by_object["page"].address

    async def heard(self, page: str, text: str) -> str:
        """Somebody writes to a page; the name of the channel where it stands."""
        await self.meta.verbs()["say"]({"app": page, "customer": "7001112223334445", "text": text})
        await self.house.who_said(text)
        return str(await self.house.hub.storage.database.value(ON_BY_SQL, text))


@pytest.fixture(scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    postgres.create_database("two_pages")
    url = postgres.url("two_pages")
    await migrate(url)
    meta, app = Meta(speed=50), web.Application()
    app.add_routes(meta.routes())
    async with TestServer(app) as server:
        place = urlsplit(str(server.make_url(""))).netloc
        async with lived_in(url, tmp_path_factory.mktemp("two_pages"), HILO_EGRESS_PRIVATE=place) as lived:
            yield Scene(lived, meta, f"http://{place}/meta", await lived.browser("olga"))
            await meta.closed()


@pytest.fixture
async def scene(house: Scene) -> AsyncIterator[Scene]:
    yield house
    await house.clear()


@pytest.mark.parametrize("order", [("messenger", "second_page"), ("second_page", "messenger")])
async def test_each_page_s_messages_stand_in_its_own_channel_whichever_was_set_up_first(scene: Scene, order: tuple[str, str]) -> None:
    await scene.set_up(*order)
    for page in order:
        assert await scene.heard(page, f"Hola, {page}, de {order[0]}") == page
    for page in order:
        await scene.does(page, "check")


async def test_the_page_whose_address_is_set_can_be_switched_off_and_the_other_still_hears(scene: Scene) -> None:
    await scene.set_up("messenger", "second_page")
    before = scene.address
    await scene.does("messenger", "disable")
    assert await scene.heard("second_page", "¿Y ahora?") == "second_page"
    await scene.does("second_page", "check")
    assert scene.address == before
    await scene.does("messenger", "archive")
    assert await scene.heard("second_page", "¿Y aun así?") == "second_page"


async def test_the_webhook_is_not_taken_away_under_a_page_that_needs_it(scene: Scene) -> None:
    await scene.set_up("messenger", "second_page")
    status, answer = await scene.ask("messenger", "uninstall")
    assert (status, answer["ok"]) == (200, False)
    assert "second_page at the same address" in answer["steps"][0]["detail"]
    await scene.does("second_page", "disable")
    await scene.does("messenger", "uninstall")
    assert "page" not in scene.meta.hooks.by_object


async def test_what_is_switched_off_hears_nothing_though_its_address_is_called(scene: Scene) -> None:
    await scene.set_up("messenger", "second_page")
    await scene.does("messenger", "disable")
    await scene.meta.verbs()["say"]({"app": "messenger", "customer": "7001112223334445", "text": "Nadie lo oye"})
    await scene.meta.hooks.idle()
    assert await scene.heard("second_page", "Esto sí") == "second_page"
    assert await scene.house.hub.storage.database.value(ON_BY_SQL, "Nadie lo oye") is None


async def test_a_webhook_that_meta_did_not_sign_is_refused_by_all(scene: Scene) -> None:
    await scene.set_up("messenger", "second_page")
    headers = {"X-Hub-Signature-256": "sha256=0"}
    async with aiohttp.ClientSession() as client, client.post(scene.address, data=b"{}", headers=headers) as got:
        assert got.status == 403


async def test_one_with_a_wrong_app_secret_does_not_stop_the_other(scene: Scene) -> None:
    await scene.set_up("messenger", "second_page")
    body = {"settings": {"app_secret": "another"}}
    status, answer = await scene.olga.ask("PATCH", f"/channels/{scene.channels['messenger']}", body)
    assert status == 200, answer
    assert await scene.heard("second_page", "¿Me oyen?") == "second_page"


async def test_two_numbers_have_an_address_each_and_what_knows_none_is_handed_on(scene: Scene) -> None:
    await scene.set_up("first", "second")
    assert len({address for address in scene.meta.hooks.overrides.values() if address}) == 2
    for name, number in NUMBERS.items():
        text = f"Hola al {name}"
        given = {"app": "whatsapp", "customer": "34600111222", "account": number["phone_number_id"], "text": text}
        await scene.meta.verbs()["say"](given)
        await scene.house.who_said(text)
        assert await scene.house.hub.storage.database.value(ON_BY_SQL, text) == name
    wish = {"wa_id": "34600111222", "category": "marketing_messages", "value": "stop", "timestamp": 1780000000}
    told = {"contacts": [{"wa_id": "34600111222", "profile": {"name": "Ana"}}], "user_preferences": [wish]}
    scene.meta.phones.tell_whatsapp(told, company.FREE_NUMBER_ID, "user_preferences")
    await scene.meta.hooks.idle()
    assert await scene.house.hub.storage.database.value(KEPT_BY_SQL, "preference") == "second"
    await scene.does("first", "uninstall")
    assert "whatsapp_business_account" in scene.meta.hooks.by_object, "the second still needs it"
    await scene.does("first", "disable")
    await scene.does("second", "uninstall")
    assert "whatsapp_business_account" not in scene.meta.hooks.by_object
