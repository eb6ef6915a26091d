"""*Check* and *Install*: steps with what to do, whatever the connector does."""

import asyncio
from typing import Any

import pytest

from hub.channels import checking
from tests.attacks.house import House
from tests.channels.conftest import make
from tests.channels.moody.connector import PROVIDER
from tests.people.conftest import Browser

DRAFT = {"connector": "moody", "settings": {"token": "good"}}
"""What the hub makes itself is left out, as in the form."""


async def test_each_step_says_how_it_went_and_what_to_do(olga: Browser) -> None:
    made = await make(olga, token="not the right one")
    status, answer = await olga.ask("POST", f"/channels/{made['channel']['id']}/check")
    assert (status, answer["ok"]) == (200, False)
    token, reach = answer["steps"]
    assert (token["ok"], token["ms"], token["label"]) == (False, 1.2, {"es": "Código", "en": "Token"})
    assert token["todo"] == {"es": "Cópielo de nuevo.", "en": "Copy it again."}
    assert token["detail"] == "said about •••"
    assert (reach["ok"], reach["label"]["en"], reach["todo"]["en"]) == (True, "Reach it", "")


async def test_a_draft_is_tried_before_it_is_kept(house: House, olga: Browser) -> None:
    count = "SELECT count(*) FROM channel"
    before = await house.hub.storage.database.value(count)
    assert (await olga.ask("POST", "/channels/check", DRAFT))[1]["ok"] is True
    assert await house.hub.storage.database.value(count) == before
    status, answer = await olga.ask("POST", "/channels/check", {"connector": "moody", "settings": {}})
    assert (status, answer["error"]["fields"]["token"]) == (422, "obligatorio")


async def test_a_draft_of_a_channel_takes_the_secrets_that_it_leaves_out_from_it(olga: Browser, made: dict[str, Any]) -> None:
    draft = {"connector": "moody", "settings": {"number": 2}, "channel": made["channel"]["id"]}
    assert (await olga.ask("POST", "/channels/check", draft))[1]["ok"] is True
    assert (await olga.ask("POST", "/channels/check", {**draft, "connector": "http"}))[0] == 422


@pytest.mark.parametrize(
    ("mood", "said", "todo"),
    [
        ("auth", "https://moody.example/•••/me says 401", "Check the credentials: the provider does not accept them."),
        ("away", "nobody there", "The provider cannot be reached: check the address and the network."),
        ("bug", "'•••'", "The connector broke: the hub's log says where."),
        ("check breaks", "no idea what to do with •••", "The connector broke: the hub's log says where."),
    ],
)
async def test_a_connector_that_breaks_is_a_failed_step(
    house: House, olga: Browser, made: dict[str, Any], mood: str, said: str, todo: str
) -> None:
    PROVIDER.mood = mood
    status, answer = await olga.ask("POST", f"/channels/{made['channel']['id']}/check")
    (step,) = answer["steps"]
    assert (status, answer["ok"], step["ok"], step["detail"], step["todo"]["en"]) == (200, False, False, said, todo)
    assert "'good'" not in "".join(house.log.lines)


@pytest.mark.parametrize("mood", ["hang", "check hangs"])
async def test_a_connector_that_hangs_is_a_failed_step(
    olga: Browser, made: dict[str, Any], mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "CHECK_S", 0.05)
    PROVIDER.mood = mood
    (step,) = (await olga.ask("POST", f"/channels/{made['channel']['id']}/check"))[1]["steps"]
    assert (step["ok"], step["todo"]["en"]) == (False, "Nobody answered in time: check the address and the network.")


async def test_the_webhook_is_set_and_taken_away_at_the_providers(house: House, olga: Browser, made: dict[str, Any]) -> None:
    channel = made["channel"]
    assert channel["installs"] is True
    status, answer = await olga.ask("POST", f"/channels/{channel['id']}/install")
    assert (status, answer["ok"], PROVIDER.webhook) == (200, True, channel["webhook"])
    status, answer = await olga.ask("POST", f"/channels/{channel['id']}/uninstall")
    assert (status, answer["steps"][0]["name"], PROVIDER.webhook) == (200, "uninstall", "")
    sql = "SELECT array_agg(type ORDER BY id) FROM event WHERE channel = $1 AND data = '{\"ok\": true}'"
    assert await house.hub.storage.database.value(sql, channel["id"]) == ["channel.installed", "channel.uninstalled"]


async def test_where_it_cannot_be_set_from_here_that_is_said(house: House, olga: Browser) -> None:
    status, answer = await olga.ask("POST", f"/channels/{house.company.channels['webchat']}/install")
    assert (status, answer["error"]["code"]) == (409, "cannot_install")


async def test_the_mail_channel_names_its_steps_in_both_languages(house: House, olga: Browser) -> None:
    _, answer = await olga.ask("POST", f"/channels/{house.company.channels['email']}/check")
    assert answer["ok"], answer
    assert [step["name"] for step in answer["steps"]] == ["resolve", "connect", "greet", "sender", "withdraw", "listen", "round_trip"]
    assert all(step["label"]["es"] != step["label"]["en"] for step in answer["steps"])


ELSEWHERE = {"base_url": "https://elsewhere.example"}


async def twilio(olga: Browser) -> str:
    """A channel at a provider that is shown the token."""
    settings = {"account_sid": "AC" + "0" * 32, "auth_token": "0123456789abcdef0123456789abcdef", "senders": "+34600000000"}
    status, made = await olga.ask("POST", "/channels", {"connector": "sms", "name": "SMS", "settings": settings})
    assert status == 201, made
    return str(made["channel"]["id"])


async def test_a_stored_secret_is_shown_to_no_other_server(house: House, olga: Browser) -> None:
    id_, asked = await twilio(olga), list[str]()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.read(1000)).decode(errors="replace"))
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        there = {"base_url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}
        answers = [
            await olga.ask("POST", "/channels/check", {"connector": "sms", "channel": id_, "settings": there}),
            await olga.ask("PATCH", f"/channels/{id_}", {"settings": there}),
        ]
    for status, answer in answers:
        assert (status, answer["error"]["code"], [*answer["error"]["fields"]]) == (422, "invalid_settings", ["auth_token"])
        assert "base_url" in answer["error"]["fields"]["auth_token"]
    assert asked == []


async def test_another_address_is_taken_with_the_secrets_that_go_there(olga: Browser) -> None:
    id_ = await twilio(olga)
    again = {**ELSEWHERE, "auth_token": "fedcba9876543210fedcba9876543210"}
    status, changed = await olga.ask("PATCH", f"/channels/{id_}", {"settings": again})
    assert (status, changed["settings"]["base_url"]) == (200, ELSEWHERE["base_url"])
    status, _ = await olga.ask("PATCH", f"/channels/{id_}", {"settings": ELSEWHERE})
    assert status == 200, "the same address again asks for nothing"
