"""Links that bring a known customer to the bot: made in the record, pressed on the phone, joined once; everybody else's prove nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from connectors.contract import Address
from connectors.telegram import invitation
from hub.kernel.embedded import EmbeddedPostgres
from hub.kernel.migrate import migrate
from sandbox.telegram import BOT_TOKEN
from tests.attacks.house import House, lived_in
from tests.connectors.telegram.world import World, opened
from tests.people.conftest import Browser

MADE = "INSERT INTO customer (id, root_id, name) SELECT id, id, $1 FROM (SELECT uuidv7() AS id) made RETURNING id::text"


@dataclass
class Scene:
    """A hub with two bots' channels, the pretend Telegram, and a colleague."""

    house: House
    world: World
    olga: Browser
    bot: str

    async def known(self, name: str) -> str:
        """A customer who is on record."""
        return str(await self.house.hub.storage.database.value(MADE, name))

    async def invites(self, customer: str, channel: str | None = None) -> tuple[int, Any]:
        return await self.olga.ask("POST", f"/customers/{customer}/invitations", {"channel": channel or self.bot})

    async def token_for(self, customer: str) -> str:
        status, answer = await self.invites(customer)
        assert status == 201, answer
        (token,) = parse_qs(urlsplit(answer["link"]).query)["start"]
        return str(token)

    async def presses(self, person: str, token: str) -> str:
        """Somebody opens the bot with a token, and says something of their own; whose thread that stands in."""
        await self.world.does("say", person, text=f"/start {token}")
        word = f"Hola, soy {person} {uuid4().hex[:8]}"
        await self.world.does("say", person, text=word)
        customer = await self.house.who_said(word)
        return str(await self.house.hub.storage.database.value("SELECT root_id::text FROM customer WHERE id = $1", customer))


@pytest.fixture(scope="module")
async def scene(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    postgres.create_database("invitations")
    url = postgres.url("invitations")
    await migrate(url)
    async with opened() as world:
        place = urlsplit(world.base).netloc
        async with lived_in(url, tmp_path_factory.mktemp("invitations"), HILO_EGRESS_PRIVATE=place) as house:
            olga = await house.browser("olga")
            settings = {"token": BOT_TOKEN, "base_url": f"{world.base}/telegram"}
            status, made = await olga.ask("POST", "/channels", {"connector": "telegram", "name": "Bot", "settings": settings})
            assert status == 201, made
            id_ = str(made["channel"]["id"])
            status, opening = await olga.ask("POST", f"/channels/{id_}/enable")
            assert (status, opening["open"]) == (200, True), opening
            yield Scene(house, world, olga, id_)


async def test_whoever_presses_start_is_joined_to_the_customer_who_was_invited(scene: Scene) -> None:
    customer = await scene.known("Rosa")
    status, record = await scene.olga.ask("GET", f"/customers/{customer}")
    assert [one["id"] for one in record["invitable"]] == [scene.bot]
    assert await scene.presses("rosa", await scene.token_for(customer)) == customer
    status, record = await scene.olga.ask("GET", f"/customers/{customer}")
    assert (status, record["name"], record["invitable"]) == (200, "Rosa", [])
    assert [(one["kind"], one["proved"]) for one in record["identities"]] == [("telegram", True)]
    assert [one["evidence"] for one in record["joins"]] == ["invited"]
    made = "SELECT data FROM event WHERE type = 'customer.invited' AND customer = $1"
    events = await scene.house.hub.storage.database.rows(made, customer)
    assert [list(row["data"]) for row in events] == [["invitation"]], "ids only"


async def test_a_link_is_good_once(scene: Scene) -> None:
    customer = await scene.known("Luis")
    token = await scene.token_for(customer)
    assert await scene.presses("luis", token) == customer
    assert await scene.presses("somebody", token) != customer
    assert await scene.presses("luis", token) == customer


async def test_a_forged_an_old_and_another_channels_link_join_nobody(scene: Scene) -> None:
    customer = await scene.known("Eva")
    token = await scene.token_for(customer)
    made = str(await scene.house.hub.storage.database.value("SELECT id FROM invitation WHERE customer_id = $1", customer))
    own = next(one.channel for one in scene.house.hub.supervisor.open.values() if str(one.channel.id) == scene.bot)
    key = scene.house.hub.ground.surroundings(own).key
    address, later = Address("invitation", made), 2**31
    wrong = {
        "forger": token[:12] + ("A" if token[12] != "A" else "B") + token[13:],
        "late": invitation.token(key, address, 1_700_000_000),
        "other-key": invitation.token(bytes(32), address, later),
        "no-such": invitation.token(key, Address("invitation", str(uuid4())), later),
    }
    for person, given in wrong.items():
        assert await scene.presses(person, given) != customer, person
    foreign = await scene.token_for(customer)
    await scene.house.hub.storage.database.run(
        "UPDATE invitation SET channel_id = (SELECT id FROM channel WHERE id <> $1 LIMIT 1) WHERE customer_id = $2", own.id, customer
    )
    assert await scene.presses("elsewhere", foreign) != customer


async def test_two_with_accounts_of_their_own_are_not_joined(scene: Scene) -> None:
    account = "INSERT INTO identity (customer_id, kind, value, proved, evidence) VALUES ($1, 'account', $2, true, 'signed')"
    host = await scene.known("Marta")
    await scene.house.hub.storage.database.run(account, host, "marta")
    guest = await scene.presses("martin", "catalogue")
    await scene.house.hub.storage.database.run(account, guest, "martin")
    assert await scene.presses("martin", await scene.token_for(host)) == guest


async def test_an_invitation_to_a_channel_that_makes_none_is_refused(scene: Scene) -> None:
    customer = await scene.known("Iris")
    chat = next(str(id_) for id_, one in scene.house.hub.supervisor.open.items() if one.channel.connector == "webchat")
    status, answer = await scene.invites(customer, chat)
    assert (status, answer["error"]["code"]) == (409, "cannot_invite")
    status, answer = await scene.invites(customer, str(uuid4()))
    assert (status, list(answer["error"]["fields"])) == (422, ["channel"])
    assert (await scene.invites(str(uuid4())))[0] == 404


async def test_a_provider_that_is_away_makes_no_link_and_says_so(scene: Scene) -> None:
    customer = await scene.known("Noa")
    scene.world.fails("500", "getMe")
    status, answer = await scene.invites(customer)
    assert (status, answer["error"]["code"]) == (503, "provider_away")
    assert await scene.house.hub.storage.database.value("SELECT count(*) FROM invitation WHERE customer_id = $1", customer) == 0
