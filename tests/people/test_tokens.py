"""API tokens: in the name of a colleague, no more than his or her rights, gone when revoked."""

from collections.abc import Awaitable, Callable

import pytest

from tests.people.conftest import Browser, Hub, signed_in

Open = Callable[[], Awaitable[Browser]]


async def issued(one: Browser) -> tuple[str, str]:
    """A new token: its id and its secret."""
    status, token = await one.ask("POST", "/tokens", {"name": "report"})
    assert status == 201
    return token["id"], token["token"]


async def test_a_token_speaks_for_its_colleague_without_cookie_or_word(hub: Hub, ana: Browser, browser: Open) -> None:
    token, secret = await issued(ana)
    program = await browser()
    _, answer = await program.ask("GET", "/session", Authorization=f"Bearer {secret}")
    assert (answer["agent"]["id"], answer["csrf"]) == (hub.ids["Ana"], None)
    assert (await program.ask("PUT", "/me/preferences", {"a": 1}, Authorization=f"bearer {secret}"))[0] == 200
    assert (await program.ask("GET", "/audit", Authorization=f"Bearer {secret}"))[0] == 403
    assert [event["data"] for event in await hub.events("token.created")] == [{"token": token}]


async def test_the_secret_is_shown_once_and_kept_nowhere(hub: Hub, ana: Browser) -> None:
    token, secret = await issued(ana)
    _, listed = await ana.ask("GET", "/tokens")
    assert [one["id"] for one in listed["items"]] == [token]
    assert secret not in str(listed)
    assert secret not in await hub.database.value("SELECT t::text FROM api_token t")


async def test_a_revoked_token_is_nobody_at_once(hub: Hub, ana: Browser, browser: Open) -> None:
    token, secret = await issued(ana)
    assert (await ana.ask("DELETE", f"/tokens/{token}"))[0] == 204
    assert (await (await browser()).ask("GET", "/session", Authorization=f"Bearer {secret}"))[0] == 401
    assert hub.ended == [(hub.ids["Ana"], token, "revoked")]
    assert (await ana.ask("GET", "/tokens"))[1] == {"items": []}
    assert (await ana.ask("DELETE", f"/tokens/{token}"))[0] == 404


async def test_nobody_revokes_anothers_token(ana: Browser, browser: Open) -> None:
    token, _ = await issued(ana)
    luis = await signed_in(browser, "luis")
    assert (await luis.ask("DELETE", f"/tokens/{token}"))[0] == 404
    assert (await luis.ask("GET", "/tokens"))[1] == {"items": []}


@pytest.mark.parametrize("header", ["Bearer ", "Bearer hilo_wrong", "Basic YTpi", "hilo_x", "Bearer \udcff"])
async def test_a_wrong_token_is_not_helped_by_a_cookie(ana: Browser, header: str) -> None:
    assert (await ana.ask("GET", "/session", Authorization=header))[0] == 401


async def test_a_program_may_not_make_what_outlives_its_token(ana: Browser, browser: Open) -> None:
    _, secret = await issued(ana)
    program = await browser()
    for method, path, body in (
        ("POST", "/tokens", {"name": "another"}),
        ("PUT", "/me/password", {"old": "x", "new": "y"}),
        ("DELETE", "/session", None),
    ):
        status, answer = await program.ask(method, path, body, Authorization=f"Bearer {secret}")
        assert (status, answer["error"]["code"]) == (403, "needs_session")


async def test_a_token_without_a_name_is_refused(ana: Browser) -> None:
    assert (await ana.ask("POST", "/tokens", {"name": " "}))[1]["error"]["fields"] == {"name": "must have 1 to 100 printable characters"}
