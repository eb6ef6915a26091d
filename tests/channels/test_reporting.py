"""What a provider says of a channel stands on its tile."""

from typing import Any

from connectors.contract import Health
from tests.attacks.house import House
from tests.channels.moody.connector import PROVIDER
from tests.channels.watcher import watching
from tests.people.conftest import Browser


async def test_a_provider_is_asked_when_a_channel_opens(house: House, olga: Browser, made: dict[str, Any]) -> None:
    PROVIDER.health = Health("degraded", "quality is low, good", 1_900_000_000.0, "3 left today")
    id_ = made["channel"]["id"]
    async with watching(house) as seen:
        await olga.ask("POST", f"/channels/{id_}/enable")
        tile = await seen.sees(id_, lambda one: one["quota"] != "")
    assert (tile["state"], tile["detail"], tile["quota"]) == ("degraded", "quality is low, •••", "3 left today")
    assert tile["expires_at"] == "2030-03-17T17:46:40Z"


async def test_a_connector_that_cannot_say_how_it_is_goes_on(house: House, olga: Browser, made: dict[str, Any]) -> None:
    PROVIDER.mood, id_ = "health breaks", made["channel"]["id"]
    async with watching(house) as seen:
        answer = (await olga.ask("POST", f"/channels/{id_}/enable"))[1]
        assert answer["open"] is True
        tile = await seen.sees(id_, lambda one: one["state"] == "degraded")
    assert tile["detail"] == "the connector broke: ValueError"
    assert "'good'" not in "".join(house.log.lines)


async def test_a_provider_is_asked_again_when_its_webhook_was_set(house: House, olga: Browser, made: dict[str, Any]) -> None:
    PROVIDER.health, id_ = Health("down", "nothing comes in"), made["channel"]["id"]
    async with watching(house) as seen:
        await olga.ask("POST", f"/channels/{id_}/enable")
        await seen.sees(id_, lambda one: one["detail"] == "nothing comes in")
        PROVIDER.health = Health("up")
        await olga.ask("POST", f"/channels/{id_}/install")
        tile = await seen.sees(id_, lambda one: one["state"] == "up")
    assert tile["detail"] == ""
