"""Colleagues: made, listed, changed, disabled; preferences and passwords."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.people.conftest import PASSWORD, Browser, Hub, signed_in

Open = Callable[[], Awaitable[Browser]]
MARTA = {"email": "Marta@Shop.example", "name": " Marta ", "password": "another long way"}


async def test_a_new_colleague_can_sign_in_at_once(hub: Hub, olga: Browser, browser: Open) -> None:
    status, made = await olga.ask("POST", "/agents", MARTA)
    assert (status, made["email"], made["name"], made["role"], made["routing_status"]) == (
        201,
        "marta@shop.example",
        "Marta",
        "agent",
        "off",
    )
    assert (await (await browser()).sign_in("marta@shop.example", MARTA["password"]))[0] == 200
    created = await hub.events("agent.created")
    assert created[-1] == {"actor": hub.ids["Olga"], "agent": made["id"], "data": {"role": "agent"}}


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"email": "ana@shop.example"}, 409, "email_taken", None),
        ({"email": "marta"}, 422, "invalid", "email"),
        ({"email": "a\0b@shop.example"}, 422, "invalid", "email"),
        ({"name": "  "}, 422, "invalid", "name"),
        ({"name": "a\nb"}, 422, "invalid", "name"),
        ({"password": "short"}, 422, "weak_password", "password"),
        ({"password": "x" * 257}, 422, "weak_password", "password"),
        ({"password": "aaaaaaaaaaaa"}, 422, "weak_password", "password"),
        ({"password": "marta@shop.example"}, 422, "weak_password", "password"),
        ({"role": "owner"}, 422, "invalid", "role"),
        ({"enabled": True}, 422, "invalid", "body"),
    ],
)
async def test_a_colleague_who_cannot_be_is_refused_by_name(
    olga: Browser, change: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    got, answer = await olga.ask("POST", "/agents", MARTA | change)
    assert (got, answer["error"]["code"], list(answer["error"]["fields"])) == (status, code, [field] if field else [])


@pytest.mark.parametrize("name", ["ana", "sofia"])
async def test_only_admins_manage_colleagues(hub: Hub, browser: Open, name: str) -> None:
    one = await signed_in(browser, name)
    assert (await one.ask("POST", "/agents", MARTA))[0] == 403
    assert (await one.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"role": "admin"}))[0] == 403
    assert (await one.ask("GET", "/audit"))[0] == 403


async def test_a_disabled_colleague_is_out_at_once_and_everywhere(hub: Hub, ana: Browser, olga: Browser, browser: Open) -> None:
    _, issued = await ana.ask("POST", "/tokens", {"name": "report"})
    assert (await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"enabled": False}))[0] == 200
    assert (await ana.ask("GET", "/session"))[0] == 401
    bearer = f"Bearer {issued['token']}"
    assert (await (await browser()).ask("GET", "/session", Authorization=bearer))[0] == 401
    assert (await (await browser()).sign_in("ana@shop.example"))[0] == 401
    assert (hub.ids["Ana"], None, "disabled") in hub.ended
    assert [event["actor"] for event in await hub.events("agent.disabled")] == [hub.ids["Olga"]]
    await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"enabled": True})
    assert (await (await browser()).ask("GET", "/session", Authorization=bearer))[0] == 401


async def test_another_role_ends_the_sessions(hub: Hub, ana: Browser, olga: Browser, browser: Open) -> None:
    assert (await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"role": "supervisor"}))[1]["role"] == "supervisor"
    assert (await ana.ask("GET", "/session"))[0] == 401
    assert hub.ended[-1] == (hub.ids["Ana"], None, "role")
    changed = {"fields": ["role"], "role": {"from": "agent", "to": "supervisor"}, "tokens": []}
    assert (await hub.events("agent.changed"))[-1]["data"] == changed
    assert (await (await signed_in(browser, "ana")).ask("GET", "/session"))[1]["agent"]["role"] == "supervisor"


async def test_another_name_leaves_the_session_alone(hub: Hub, ana: Browser, olga: Browser) -> None:
    assert (await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"name": "Ana María"}))[1]["name"] == "Ana María"
    assert (await ana.ask("GET", "/session"))[1]["agent"]["name"] == "Ana María"
    assert hub.ended == []


async def test_a_password_set_by_an_admin_ends_the_sessions(hub: Hub, ana: Browser, olga: Browser, browser: Open) -> None:
    await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"password": "quite another way"})
    assert (await ana.ask("GET", "/session"))[0] == 401
    assert (await (await browser()).sign_in("ana@shop.example"))[0] == 401
    assert (await (await browser()).sign_in("ana@shop.example", "quite another way"))[0] == 200


@pytest.mark.parametrize("change", [{"enabled": False}, {"role": "agent"}])
async def test_the_last_admin_stays(hub: Hub, olga: Browser, change: dict[str, Any]) -> None:
    status, answer = await olga.ask("PATCH", f"/agents/{hub.ids['Olga']}", change)
    assert (status, answer["error"]["code"]) == (409, "last_admin")
    await olga.ask("PATCH", f"/agents/{hub.ids['Luis']}", {"role": "admin"})
    assert (await olga.ask("PATCH", f"/agents/{hub.ids['Olga']}", change))[0] == 200


async def test_an_address_that_is_taken_cannot_be_given(hub: Hub, olga: Browser) -> None:
    status, answer = await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"email": "luis@shop.example"})
    assert (status, answer["error"]["code"]) == (409, "email_taken")


async def test_a_colleague_who_is_not_there_is_not_found(olga: Browser) -> None:
    nobody = "01900000-0000-7000-8000-000000000000"
    assert (await olga.ask("PATCH", f"/agents/{nobody}", {"name": "X"}))[0] == 404
    assert (await olga.ask("GET", f"/agents/{nobody}"))[0] == 404
    assert (await olga.ask("GET", "/agents/7"))[0] == 404


async def test_colleagues_are_listed_by_name_page_by_page(ana: Browser) -> None:
    names, after = [], ""
    while True:
        _, page = await ana.ask("GET", f"/agents?limit=3{after}")
        names.append([one["name"] for one in page["items"]])
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert names == [["Ana", "Luis", "Olga"], ["Sofia"]]


async def test_disabled_colleagues_are_listed_only_when_asked_for(hub: Hub, olga: Browser) -> None:
    await olga.ask("PATCH", f"/agents/{hub.ids['Luis']}", {"enabled": False})
    assert "Luis" not in str((await olga.ask("GET", "/agents"))[1])
    assert "Luis" in str((await olga.ask("GET", "/agents?all=true"))[1])


async def test_a_place_that_is_none_is_refused(ana: Browser) -> None:
    assert (await ana.ask("GET", "/agents?after=x"))[1]["error"]["fields"] == {"after": "is not a place in this list"}
    assert (await ana.ask("GET", "/agents?limit=0"))[0] == 422


@pytest.mark.parametrize(
    ("presence", "status"),
    [
        ("'available', true, false", "idle"),
        ("'available', false, false", "off"),
        ("'break', true, false", "off"),
        ("'available', true, true", "not_responding"),
    ],
)
async def test_where_a_colleague_stands_is_derived(hub: Hub, ana: Browser, presence: str, status: str) -> None:
    sql = f"UPDATE presence SET (activity, connected, not_responding) = ({presence}) WHERE agent_id = $1"
    await hub.database.run(sql, hub.ids["Luis"])
    _, luis = await ana.ask("GET", f"/agents/{hub.ids['Luis']}")
    assert (luis["routing_status"], luis["free_units"]) == (status, 100)


async def test_preferences_are_kept_whole_and_carry_the_language(ana: Browser) -> None:
    assert await ana.ask("GET", "/me/preferences") == (200, {})
    wanted = {"theme": "dark", "locale": "en", "sounds": {"offer": False}, "odd": "a\0b"}
    assert await ana.ask("PUT", "/me/preferences", wanted) == (200, wanted | {"odd": "ab"})
    assert (await ana.ask("GET", "/session"))[1]["agent"]["locale"] == "en"


async def test_preferences_that_are_none_are_refused(ana: Browser) -> None:
    assert (await ana.ask("PUT", "/me/preferences", {"x": "y" * 17_000}))[1]["error"]["code"] == "too_large"
    assert (await ana.ask("PUT", "/me/preferences", [1]))[0] == 422


async def test_ones_own_new_password_ends_all_other_sessions(hub: Hub, ana: Browser, browser: Open) -> None:
    other = await signed_in(browser, "ana")
    assert (await ana.ask("PUT", "/me/password", {"old": PASSWORD, "new": "quite another way"}))[0] == 204
    assert (await ana.ask("GET", "/session"))[0] == 200
    assert (await other.ask("GET", "/session"))[0] == 401
    assert [(agent, reason) for agent, _, reason in hub.ended] == [(hub.ids["Ana"], "password")]
    assert (await (await browser()).sign_in("ana@shop.example", "quite another way"))[0] == 200


async def test_a_wrong_old_password_is_refused_and_counts_as_a_guess(ana: Browser) -> None:
    codes = [(await ana.ask("PUT", "/me/password", {"old": "wrong", "new": "quite another way"}))[1]["error"]["code"] for _ in range(9)]
    assert codes == ["wrong_password"] * 8 + ["too_many_attempts"]


async def test_a_weak_new_password_is_refused(ana: Browser) -> None:
    _, answer = await ana.ask("PUT", "/me/password", {"old": PASSWORD, "new": "short"})
    assert answer["error"]["fields"] == {"new": "must have 10 to 256 characters"}


async def test_the_audit_tells_who_did_what_newest_first(hub: Hub, olga: Browser) -> None:
    await olga.ask("POST", "/agents", MARTA)
    await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"name": "Ana María"})
    await hub.publish()
    _, page = await olga.ask("GET", "/audit?limit=2")
    newest = page["items"][0]
    assert (newest["type"], newest["actor"]["name"], newest["agent"]) == ("agent.changed", "Olga", hub.ids["Ana"])
    _, older = await olga.ask("GET", f"/audit?after={page['next']}")
    positions = [one["position"] for one in page["items"] + older["items"]]
    assert positions == list(range(len(positions), 0, -1))
    assert older["next"] is None


async def test_the_audit_can_be_asked_for_one_type_or_one_colleague(hub: Hub, olga: Browser) -> None:
    _, marta = await olga.ask("POST", "/agents", MARTA)
    await olga.ask("PATCH", f"/agents/{marta['id']}", {"name": "Marta Gil"})
    await hub.publish()
    _, page = await olga.ask("GET", "/audit?type=agent.created")
    assert [one["agent"] for one in page["items"]] == [marta["id"]]
    _, page = await olga.ask("GET", f"/audit?agent={marta['id']}")
    assert [one["type"] for one in page["items"]] == ["agent.changed", "agent.created"]
    assert (await olga.ask("GET", "/audit?after=0"))[1] == {"items": [], "next": None}
    assert (await olga.ask("GET", "/audit?after=-1"))[0] == 422
    assert (await olga.ask("GET", "/audit?agent=7"))[0] == 422
