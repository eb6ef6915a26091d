"""*Check*, *Install* and health: each step says what is wrong and what to do, and nobody is written to."""

from typing import Any

import pytest

from connectors.contract import Neighbours, Step
from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.whatsapp.account import amiss
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
        with pytest.raises(Unavailable):
            await here.channel.health()


async def test_an_address_of_another_channel_that_hands_on_to_this_one_stays() -> None:
    async with messenger.world() as here:
        there = here.webhook.replace("/one", "/another")
        here.meta.hooks.by_object["page"].address = there
        assert {one.name for one in await here.channel.check() if not one.ok} == {"webhook"}
        here.neighbours = Neighbours(frozenset({here.webhook, there}), ("Otra página",))
        assert all(one.ok for one in [*await here.channel.check(), *await here.channel.install()])
        assert here.meta.hooks.by_object["page"].address == there
        with pytest.raises(Rejected, match="Otra página"):
            await here.channel.uninstall()
        here.neighbours = Neighbours(frozenset({here.webhook, there}))
        await here.channel.uninstall()
        assert "page" not in here.meta.hooks.by_object


async def test_an_address_that_lacks_what_is_wanted_or_leads_to_nobody_is_replaced() -> None:
    async with messenger.world() as here:
        there = here.webhook.replace("/one", "/another")
        here.meta.hooks.by_object["page"].address = there
        assert all(one.ok for one in await here.channel.install())
        assert here.meta.hooks.by_object["page"].address == here.webhook
        here.neighbours = Neighbours(frozenset({there}))
        here.meta.hooks.by_object["page"].address = there
        here.meta.hooks.by_object["page"].fields = ["feed"]
        assert [one.detail for one in await here.channel.check() if not one.ok] == ["the app is not told of messages"]
        assert all(one.ok for one in await here.channel.install())
        assert here.meta.hooks.by_object["page"].address == here.webhook


async def test_a_number_has_an_address_of_its_own_and_the_app_s_is_left_where_it_is() -> None:
    async with whatsapp.world() as here:
        app = here.meta.hooks.by_object["whatsapp_business_account"]
        app.address, app.fields = "https://elsewhere.example/hook", ["messages"]
        assert all(one.ok for one in [*await here.channel.install(), *await here.channel.check()])
        assert app.address == "https://elsewhere.example/hook"
        app.fields = ["account_update"]
        (step,) = [one for one in await here.channel.install() if not one.ok]
        assert (step.name, "elsewhere.example" in step.detail) == ("fields", True)


async def state_of(here: World) -> str:
    """As the hub has it: a channel whose credentials are refused is down."""
    try:
        return (await here.channel.health()).state
    except AuthFailed:
        return "down"


@pytest.mark.parametrize("world", WORLDS)
async def test_health_tells_the_token_s_end_and_a_bad_token_is_down(world: Any) -> None:
    async with world() as here:
        health = await here.channel.health()
        assert (health.state, health.expires_at) == ("up", None)
    async with world(install=False, access_token="stolen") as here:
        assert await state_of(here) == "down"


async def test_whatsapp_s_health_tells_limits_and_a_quality_that_is_not_good() -> None:
    async with whatsapp.world() as here:
        health = await here.channel.health()
        assert (health.state, health.detail, health.quota) == ("up", "", "TIER_1K")
    assert list(amiss(quality="YELLOW", status="CONNECTED")) == ["quality yellow"]
    assert list(amiss(quality="UNKNOWN", status="FLAGGED")) == ["status flagged"]


async def test_instagram_leaves_the_page_what_messenger_needs_of_it() -> None:
    async with messenger.world() as here:
        channel = instagram.channel(here.url, surroundings(here.webhook, here.egress))
        here.hub.connector = channel
        assert all(one.ok for one in await channel.install())
        assert all(one.ok for one in await channel.check())
        assert not await failed(here)
        await channel.uninstall()
        assert not await failed(here)
