"""*Check*, *Install* and health: each step says what is wrong and what to do, and nobody is written to."""

from typing import Any

import pytest

from connectors.contract import Step
from sandbox.double import Fault
from sandbox.meta import company
from tests.connectors.graph.world import World, surroundings
from tests.connectors.instagram import world as instagram
from tests.connectors.messenger import world as messenger
from tests.connectors.whatsapp import world as whatsapp

WORLDS = [whatsapp.world, messenger.world, instagram.world]


async def failed(here: World) -> dict[str, Step]:
    return {one.name: one for one in await here.channel.check() if not one.ok}


@pytest.mark.parametrize("world", WORLDS)
async def test_all_is_well_and_said_in_two_languages(world: Any) -> None:
    async with world() as here:
        steps = await here.channel.check()
        assert all(one.ok and one.label["es"] and one.label["en"] and one.detail for one in steps)
        assert company.NAME in "".join(one.detail for one in steps) or "barroylino" in "".join(one.detail for one in steps)
        assert not here.meta.shown


@pytest.mark.parametrize("world", WORLDS)
async def test_a_token_that_is_not_meta_s_fails_with_what_to_do(world: Any) -> None:
    async with world(install=False, access_token="stolen") as here:
        token = (await failed(here))["token"]
        assert "not valid" in token.detail
        assert token.todo["es"]
        assert token.todo["en"]
        assert not any(one.ok for one in await here.channel.install() if one.name == "subscribed")


@pytest.mark.parametrize("world", WORLDS)
async def test_a_wrong_app_secret_is_found_before_the_first_webhook_is_refused(world: Any) -> None:
    async with world(install=False, app_secret="another") as here:
        assert "token" in await failed(here)


async def test_a_token_of_another_kind_lacks_permissions_by_name() -> None:
    async with messenger.world(install=False, access_token=company.WHATSAPP_TOKEN) as here:
        assert "pages_messaging" in (await failed(here))["token"].detail


@pytest.mark.parametrize(
    ("world", "given", "step"),
    [
        (whatsapp.world, {"phone_number_id": "1400000000000009"}, "number"),
        (whatsapp.world, {"account_id": "1300000000000009"}, "account"),
        (messenger.world, {"page_id": "1"}, "account"),
        (instagram.world, {"account_id": "17841400000000009"}, "account"),
    ],
)
async def test_an_id_that_is_not_ours_fails_its_own_step(world: Any, given: dict[str, str], step: str) -> None:
    async with world(install=False, **given) as here:
        assert step in await failed(here)


@pytest.mark.parametrize("world", WORLDS)
async def test_a_provider_that_is_down_fails_the_step_and_breaks_nothing(world: Any) -> None:
    async with world() as here:
        here.meta.faults.append(Fault("500", times=50))
        assert not any(one.ok for one in await here.channel.check())
        assert (await here.channel.health()).state == "degraded"


async def test_a_second_page_of_the_same_app_is_not_robbed_of_its_webhooks() -> None:
    async with messenger.world() as here:
        here.meta.hooks.by_object["page"].address = here.webhook.replace("/one", "/another")
        (webhook, _) = await here.channel.install()
        assert (webhook.name, webhook.ok) == ("webhook", False)
        assert "app of its own" in webhook.detail
        assert here.meta.hooks.by_object["page"].address.endswith("/another")


@pytest.mark.parametrize("world", WORLDS)
async def test_health_tells_the_token_s_end_and_a_bad_token_is_down(world: Any) -> None:
    async with world() as here:
        health = await here.channel.health()
        assert (health.state, health.expires_at) == ("up", None)
    async with world(install=False, access_token="stolen") as here:
        assert (await here.channel.health()).state == "down"


async def test_whatsapp_s_health_tells_quality_and_limits() -> None:
    async with whatsapp.world() as here:
        health = await here.channel.health()
        assert (health.detail, health.quota) == ("quality green, status connected", "TIER_1K")


async def test_instagram_leaves_the_page_what_messenger_needs_of_it() -> None:
    async with messenger.world() as here:
        channel = instagram.channel(here.url, surroundings(here.webhook, here.egress))
        here.hub.connector = channel
        assert all(one.ok for one in await channel.install())
        assert all(one.ok for one in await channel.check())
        assert not await failed(here)
        await channel.uninstall()
        assert not await failed(here)
