"""Sockets at the door, endings heard from other nodes, and permissions."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp.test_utils import make_mocked_request
from openapi_spec_validator import OpenAPIV31SpecValidator

from hub.kernel.ledger import EventRow
from hub.kernel.openapi import describe, operation_id
from hub.kernel.web import Principal
from hub.people.permissions import ADMIN, AGENT, SUPERVISOR
from tests.people.conftest import Browser, Hub, signed_in

Open = Callable[[], Awaitable[Browser]]


async def admitted(hub: Hub, auth: Any, cookie: str | None = None, origin: str | None = None) -> Principal | None:
    """Who is let in by a handshake."""
    headers = {"Host": "hilo.example"} | ({"Cookie": f"hilo_session={cookie}"} if cookie else {}) | ({"Origin": origin} if origin else {})
    request = make_mocked_request("GET", "/socket.io/", headers=headers)
    return await hub.people.door.admit({"aiohttp.request": request}, auth)


async def test_a_socket_comes_in_with_cookie_and_word(hub: Hub, ana: Browser) -> None:
    who = await admitted(hub, {"csrf": ana.csrf}, ana.cookie, "http://hilo.example")
    assert who
    assert who.agent == hub.ids["Ana"]


async def test_a_socket_comes_in_with_a_token(hub: Hub, ana: Browser) -> None:
    _, issued = await ana.ask("POST", "/tokens", {"name": "wallboard"})
    who = await admitted(hub, {"token": issued["token"]})
    assert who
    assert (who.agent, who.session) == (hub.ids["Ana"], issued["id"])


@pytest.mark.parametrize(
    "auth", [None, "x", {}, {"csrf": None}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": 7}, {"token": ""}, {"token": "hilo_x"}]
)
async def test_a_socket_with_the_cookie_alone_stays_outside(hub: Hub, ana: Browser, auth: Any) -> None:
    assert await admitted(hub, auth, ana.cookie) is None


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://hilo.example.evil.example"])
async def test_a_socket_from_another_site_stays_outside(hub: Hub, ana: Browser, origin: str) -> None:
    assert await admitted(hub, {"csrf": ana.csrf}, ana.cookie, origin) is None


async def test_a_socket_with_the_word_but_no_cookie_stays_outside(hub: Hub, ana: Browser) -> None:
    assert await admitted(hub, {"csrf": ana.csrf}) is None


async def test_the_word_of_another_session_does_not_open_the_door(hub: Hub, ana: Browser, browser: Open) -> None:
    luis = await signed_in(browser, "luis")
    assert await admitted(hub, {"csrf": luis.csrf}, ana.cookie) is None


@pytest.mark.parametrize(
    ("type_", "data", "session"),
    [
        ("agent.signed_out", {"session": "abc", "reason": "gone"}, "abc"),
        ("token.revoked", {"token": "t1"}, "t1"),
        ("agent.changed", {"fields": ["role"], "role": {"from": "agent", "to": "admin"}, "tokens": ["t1"]}, "t1"),
    ],
)
async def test_what_ended_on_another_node_ends_here(hub: Hub, type_: str, data: dict[str, Any], session: str | None) -> None:
    await hub.people.endings.heard([event(hub, type_, data)])
    assert [told[:2] for told in hub.ended] == [(hub.ids["Ana"], session)]


async def test_a_session_ended_on_another_node_is_not_remembered_here(hub: Hub, ana: Browser) -> None:
    await ana.ask("GET", "/session")
    name = await hub.database.value("DELETE FROM session RETURNING left(encode(token_hash, 'hex'), 16)")
    await hub.people.endings.heard([event(hub, "agent.signed_out", {"session": name, "reason": "signed_out"})])
    assert (await ana.ask("GET", "/session"))[0] == 401


async def test_old_news_of_an_ending_leave_a_new_session_alone(hub: Hub, ana: Browser, olga: Browser) -> None:
    await olga.ask("PATCH", f"/agents/{hub.ids['Ana']}", {"role": "supervisor"})
    await ana.sign_in("ana@shop.example")
    hub.ended.clear()
    rows = await hub.database.rows("SELECT type, data FROM event WHERE agent = $1 AND type <> 'agent.signed_in'", hub.ids["Ana"])
    await hub.people.endings.heard([event(hub, row["type"], row["data"]) for row in rows])
    new = await hub.database.value("SELECT left(encode(token_hash, 'hex'), 16) FROM session WHERE agent_id = $1", hub.ids["Ana"])
    assert [reason for _, _, reason in hub.ended] == ["role"]
    assert not {new, None} & {session for _, session, _ in hub.ended}


async def test_another_name_ends_nothing(hub: Hub) -> None:
    await hub.people.endings.heard([event(hub, "agent.changed", {"fields": ["name"]})])
    assert hub.ended == []


def event(hub: Hub, type_: str, data: dict[str, Any]) -> EventRow:
    """Something that another node wrote about Ana."""
    none = (None,) * 4
    return EventRow(1, 1, datetime.now(UTC), type_, "system", None, *none, UUID(hub.ids["Ana"]), None, None, data)


def test_each_role_may_do_all_that_the_one_before_it_may() -> None:
    assert AGENT < SUPERVISOR < ADMIN


def test_every_route_needs_a_permission_that_some_role_has(hub: Hub) -> None:
    assert {route.needs for route in hub.people.routes()} - {"", "signed_in"} <= ADMIN


async def test_the_statements_are_understood_by_the_database(hub: Hub) -> None:
    assert await hub.database.prepare_all() > 30


def test_the_routes_of_people_are_described_in_valid_openapi(hub: Hub) -> None:
    routes = hub.people.routes()
    assert list(OpenAPIV31SpecValidator(describe(routes, "0")).iter_errors()) == []
    assert len({operation_id(route) for route in routes}) == len(routes)
    assert all(route.summary and route.answers for route in routes)
