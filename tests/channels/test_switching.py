"""Hot: channels come, go, fail and change alone, while the others stay as they are."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from tests.attacks.house import House
from tests.channels.conftest import make
from tests.channels.moody.connector import PROVIDER
from tests.channels.watcher import watching
from tests.people.conftest import Browser
from tests.rig.waiting import eventually


async def knock(webhook: str, key: str, text: str = "Hola") -> int:
    """The provider calls; the status of our answer."""
    async with aiohttp.ClientSession() as client, client.post(webhook, params={"key": key, "id": str(uuid4())}, data=text) as answer:
        return answer.status


async def enabled(admin: Browser, made: dict[str, Any]) -> dict[str, Any]:
    """Switch it on; the answer."""
    status, answer = await admin.ask("POST", f"/channels/{made['channel']['id']}/enable")
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


async def test_a_channel_is_open_when_the_answer_comes_and_waits_for_its_first_message(
    house: House, olga: Browser, made: dict[str, Any]
) -> None:
    id_, others = made["channel"]["id"], dict(house.hub.supervisor.open)
    async with watching(house) as seen:
        answer = await enabled(olga, made)
        assert (answer["open"], answer["problem"], answer["channel"]["waiting_first"]) == (True, "", True)
        assert await knock(answer["channel"]["webhook"], made["generated"]["signing"]) == 200
        tile = await seen.sees(id_, lambda one: not one["waiting_first"])
        assert tile["last_in_at"] is not None
        assert tile["state"] == "up"
        assert await knock(answer["channel"]["webhook"], made["generated"]["signing"]) == 200
        await seen.sees(id_, lambda one: one["last_in_at"] > tile["last_in_at"])
    assert {one: house.hub.supervisor.open[one] for one in others} == others
    _, page = await olga.ask("GET", f"/channels/{id_}/events")
    first = page["items"][-1]
    assert len(page["items"]) == 2
    assert (first["direction"], first["kind"], first["who"], first["state"]) == ("in", "message", "rosa", "received")
    assert first["customer"]["id"] == await house.customer_of("rosa")


@pytest.mark.parametrize(
    ("mood", "said", "state"),
    [("auth", "https://moody.example/•••/me says 401", "down"), ("away", "nobody there", "degraded"), ("bug", "'•••'", "degraded")],
)
async def test_a_channel_that_does_not_open_says_why_and_is_opened_as_soon_as_its_settings_change(
    house: House, olga: Browser, made: dict[str, Any], mood: str, said: str, state: str
) -> None:
    PROVIDER.mood, id_ = mood, made["channel"]["id"]
    async with watching(house) as seen:
        answer = await enabled(olga, made)
        assert (answer["open"], answer["problem"]) == (False, said)
        tile = await seen.sees(id_, lambda one: one["detail"] == said)
        assert (tile["state"], tile["since"] is not None) == (state, True)
        PROVIDER.mood = "well"
        await olga.ask("PATCH", f"/channels/{id_}", {"settings": {"number": 2}})
        await seen.sees(id_, lambda one: one["state"] == "up")
    assert "'good'" not in "".join(house.log.lines)


async def test_what_a_provider_brings_is_taken_while_nothing_can_be_sent_to_it(house: House, olga: Browser, made: dict[str, Any]) -> None:
    PROVIDER.mood = "away"
    answer = await enabled(olga, made)
    assert answer["open"] is False
    assert await knock(answer["channel"]["webhook"], made["generated"]["signing"], "Written meanwhile") == 200
    assert await house.who_said("Written meanwhile")
    assert await knock(answer["channel"]["webhook"], "wrong") == 403


async def test_a_provider_is_asked_to_come_back_to_a_channel_that_cannot_be_read(house: House, olga: Browser, made: dict[str, Any]) -> None:
    sql = "UPDATE channel SET settings = '{\"left\": 1}' WHERE id = $1"
    await house.hub.storage.database.run(sql, made["channel"]["id"])
    answer = await enabled(olga, made)
    assert await knock(answer["channel"]["webhook"], made["generated"]["signing"]) == 503
    await olga.ask("POST", f"/channels/{made['channel']['id']}/archive")


async def test_refused_credentials_are_not_tried_again_at_once(olga: Browser, made: dict[str, Any]) -> None:
    PROVIDER.mood, PROVIDER.opened = "auth", 0
    await enabled(olga, made)
    await asyncio.sleep(0)
    again = await enabled(olga, made)
    assert (again["open"], PROVIDER.opened) == (False, 1)


async def test_a_channel_that_is_slow_to_open_keeps_nobody_waiting(
    house: House, olga: Browser, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.channels.api.OPENING_S", 0.05)
    PROVIDER.mood = "hang"
    answer = await enabled(olga, made)
    assert (answer["open"], answer["problem"]) == (False, "it is still being opened: its tile will say how it went")
    PROVIDER.mood = "well"
    monkeypatch.undo()
    assert (await enabled(olga, await make(olga)))["open"] is True
    await olga.ask("POST", f"/channels/{made['channel']['id']}/disable")


async def test_a_channel_that_does_not_let_go_keeps_only_its_own_successor_waiting(
    house: House, olga: Browser, made: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await enabled(olga, made))["open"] is True
    PROVIDER.mood = "clings"
    assert (await olga.ask("POST", f"/channels/{made['channel']['id']}/disable"))[1]["enabled"] is False
    other = await enabled(olga, await make(olga))
    assert other["open"] is True
    monkeypatch.setattr("hub.channels.api.OPENING_S", 0.05)
    assert (await enabled(olga, made))["open"] is False
    PROVIDER.mood = "well"
    house.hub.supervisor._ending.clear()


async def test_what_is_switched_off_does_not_answer(olga: Browser, made: dict[str, Any]) -> None:
    webhook, key = (await enabled(olga, made))["channel"]["webhook"], made["generated"]["signing"]
    assert await knock(webhook, "wrong") == 403
    status, answer = await olga.ask("POST", f"/channels/{made['channel']['id']}/disable")
    assert (status, answer["enabled"], answer["state"], answer["waiting_first"]) == (200, False, "down", False)
    assert await _gone(webhook, key)


async def _gone(webhook: str, key: str) -> bool:
    """Whether an address is not answered any more, after a moment in which it closes."""

    async def closed() -> bool:
        return await knock(webhook, key) == 404

    return await eventually(closed, what="the address is not answered")


async def test_a_new_address_is_told_to_the_provider_and_the_old_one_is_answered_for_a_day(
    house: House, olga: Browser, made: dict[str, Any]
) -> None:
    old, key, id_ = (await enabled(olga, made))["channel"]["webhook"], made["generated"]["signing"], made["channel"]["id"]
    status, answer = await olga.ask("POST", f"/channels/{id_}/rotate-address")
    new = answer["channel"]["webhook"]
    assert (status, answer["channel"]["old_webhook"], PROVIDER.webhook, answer["steps"][0]["ok"]) == (200, old, new, True)
    await house.hub.supervisor.opened(await house.hub.channels.one(UUID(id_)))
    assert (await knock(old, key), await knock(new, key)) == (200, 200)
    await house.hub.storage.database.run("UPDATE channel SET old_hook_until = now() WHERE id = $1", id_)
    house.hub.supervisor.changed()
    await house.hub.supervisor.opened(await house.hub.channels.one(UUID(id_)))
    assert (await knock(old, key), await knock(new, key)) == (404, 200)


async def test_settings_that_do_not_fit_any_more_put_the_channel_down_with_the_reason(
    house: House, olga: Browser, made: dict[str, Any]
) -> None:
    id_ = made["channel"]["id"]
    await house.hub.storage.database.run("UPDATE channel SET settings = '{\"left\": 1}', enabled = true WHERE id = $1", id_)
    async with watching(house) as seen:
        house.hub.supervisor.changed()
        tile = await seen.sees(id_, lambda one: one["state"] == "down" and "left" in one["detail"])
    assert tile["enabled"] is True
    _, detail = await olga.ask("GET", f"/channels/{id_}")
    assert detail["problems"].keys() == {"left"}


async def test_a_channel_whose_connector_was_taken_away_is_shown_and_put_away(house: House, olga: Browser, made: dict[str, Any]) -> None:
    id_ = made["channel"]["id"]
    await house.hub.storage.database.run("UPDATE channel SET connector = 'pigeon' WHERE id = $1", id_)
    status, detail = await olga.ask("GET", f"/channels/{id_}")
    assert (status, detail["detail"]) == (200, "the connector pigeon is not installed")
    assert detail["settings"] == {}
    assert (await olga.ask("GET", "/channels"))[0] == 200
    assert (await olga.ask("POST", f"/channels/{id_}/check"))[0] == 422
    answer = await enabled(olga, made)
    assert (answer["open"], "no connector 'pigeon'" in answer["problem"]) == (False, True)
    assert (await olga.ask("POST", f"/channels/{id_}/archive"))[0] == 200
