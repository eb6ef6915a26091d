"""*Check* says what is wrong and what to do; *Install* sets Twilio's webhooks; neither reaches a customer."""

import pytest

from connectors.errors import AuthFailed
from connectors.twilio_api.sending import RETRIES
from sandbox.twilio import SERVICE_SID
from tests.connectors.twilio_api.world import World


async def test_all_is_well_after_an_installation(world: World) -> None:
    for channel, hook in (await world.sms(messaging_service_sid=SERVICE_SID), await world.whatsapp()):
        steps = await channel.check()
        assert all(one.ok for one in steps), steps
        assert all(one.label["es"] and one.label["en"] and not one.todo for one in steps)
        assert {one.detail for one in steps if one.name.startswith("webhook")} == {hook.url}
    assert not world.asked("/Messages")


async def test_the_webhooks_ask_twilio_to_try_again(world: World) -> None:
    _, hook = await world.sms(messaging_service_sid=SERVICE_SID)
    _, other = await world.whatsapp()
    company = world.double.company
    assert company.numbers[0].webhook == company.services[0].webhook == hook.url + RETRIES
    assert company.senders[0].webhook["callback_url"] == other.url + RETRIES


async def test_a_wrong_token_is_the_first_and_only_step(world: World) -> None:
    channel, _ = await world.sms(auth_token="0" * 32, hook=False)
    (step,) = await channel.check()
    assert (step.name, step.ok, step.detail) == ("account", False, "20003: Authenticate")
    assert "Auth Token" in step.todo["es"]
    assert "auth token" in step.todo["en"]


async def test_a_webhook_that_is_not_set_or_anothers_is_told(world: World) -> None:
    channel, _ = await world.sms(hook=False)
    world.double.company.numbers[0].webhook = "https://other.example/sms"
    failing = [one for one in await channel.check() if not one.ok]
    assert [(one.name.split()[0], one.detail) for one in failing] == [("webhook", "it calls https://other.example/sms")]


async def test_an_application_that_goes_before_the_webhook_is_told_and_taken_away(world: World) -> None:
    channel, _ = await world.sms()
    world.double.company.numbers[0].application = application = "AP" + "0" * 32
    failing = [one for one in await channel.check() if not one.ok]
    assert [one.detail for one in failing] == [f"it calls {application}"]
    await channel.install()
    assert all(one.ok for one in await channel.check())


@pytest.mark.parametrize("app", ["sms", "whatsapp"])
async def test_a_number_of_another_account_is_told(world: World, app: str) -> None:
    channel, _ = await getattr(world, app)(senders="+34999999999", hook=False)
    failing = [one for one in await channel.check() if not one.ok]
    assert [one.name for one in failing] == ["number +34999999999"]
    assert all(one.todo["es"] and one.todo["en"] for one in failing)
    assert [one.ok for one in await channel.install()] == [False]


async def test_the_number_for_trials_is_told_to_be_set_by_hand(world: World) -> None:
    channel, _ = await world.whatsapp(senders="+14155238886", hook=False)
    assert [(one.name, one.ok) for one in await channel.check()] == [("account", True), ("number +14155238886", True), ("templates", True)]
    (step,) = await channel.install()
    assert not step.ok
    assert "Sandbox settings" in step.detail


async def test_uninstalling_takes_only_our_address_away(world: World) -> None:
    channel, _ = await world.sms(messaging_service_sid=SERVICE_SID)
    world.double.company.numbers[0].webhook = "https://other.example/sms"
    await channel.uninstall()
    assert (world.double.company.numbers[0].webhook, world.double.company.services[0].webhook) == ("https://other.example/sms", "")


async def test_health_tells_what_is_left_on_the_account(world: World) -> None:
    channel, _ = await world.sms(hook=False)
    health = await channel.health()
    assert (health.state, health.detail, health.quota) == ("up", "Tienda Hilo (Full)", "42.50 EUR")


@pytest.mark.parametrize(("kind", "state"), [("401", "down"), ("500", "degraded"), ("garbage", "degraded")])
async def test_health_tells_what_is_wrong(world: World, kind: str, state: str) -> None:
    channel, _ = await world.sms(hook=False)
    world.fails(kind, path="", times=5)
    assert (await channel.health()).state == state


async def test_an_installation_without_credentials_says_why(world: World) -> None:
    channel, _ = await world.sms(auth_token="0" * 32, hook=False)
    (step,) = await channel.install()
    assert (step.ok, step.detail) == (False, "20003: Authenticate")
    with pytest.raises(AuthFailed):
        await channel.uninstall()
