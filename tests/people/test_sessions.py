"""Signing in and out, and what an attacker tries with sessions."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from hub.people.door import COOKIE
from tests.people.conftest import PASSWORD, Browser, Hub, signed_in

Open = Callable[[], Awaitable[Browser]]


async def test_the_right_password_opens_a_session(hub: Hub, browser: Open) -> None:
    one = await browser()
    status, answer = await one.sign_in(" Ana@Shop.example ")
    assert (status, answer["agent"]["name"], answer["agent"]["role"]) == (200, "Ana", "agent")
    assert await one.ask("GET", "/session") == (200, answer)
    assert [event["agent"] for event in await hub.events("agent.signed_in")] == [hub.ids["Ana"]]


@pytest.mark.parametrize("email", ["ana@shop.example", "nobody@shop.example", "", "a\0b", "é" * 5000])
async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(hub: Hub, browser: Open, email: str) -> None:
    status, answer = await (await browser()).sign_in(email, "not the password")
    del answer["error"]["reference"]
    assert (status, answer) == (
        401,
        {"error": {"code": "wrong_credentials", "message": "the address or the password is wrong", "fields": {}}},
    )
    assert len(await hub.events("sign_in.refused")) == 1


async def test_nobody_is_signed_in_without_a_cookie(browser: Open) -> None:
    status, answer = await (await browser()).ask("GET", "/session")
    assert (status, answer["error"]["code"]) == (401, "not_signed_in")


async def test_signing_out_ends_the_session_for_good(hub: Hub, ana: Browser) -> None:
    kept = ana.cookie
    assert kept
    assert (await ana.ask("DELETE", "/session"))[0] == 204
    assert ana.cookie is None
    ana.set_cookie(kept)
    assert (await ana.ask("GET", "/session"))[0] == 401
    assert [(agent, reason) for agent, _, reason in hub.ended] == [(hub.ids["Ana"], "signed_out")]
    (event,) = await hub.events("agent.signed_out")
    assert event["data"] == {"session": hub.ended[0][1], "reason": "signed_out"}


async def test_signing_out_leaves_other_browsers_signed_in(ana: Browser, browser: Open) -> None:
    other = await signed_in(browser, "ana")
    await ana.ask("DELETE", "/session")
    assert (await other.ask("GET", "/session"))[0] == 200


async def test_a_token_put_in_before_signing_in_is_worth_nothing_afterwards(browser: Open) -> None:
    victim, attacker = await browser(), await browser()
    victim.set_cookie("chosen-by-an-attacker")
    await victim.sign_in("ana@shop.example")
    assert victim.cookie != "chosen-by-an-attacker"
    attacker.set_cookie("chosen-by-an-attacker")
    assert (await attacker.ask("GET", "/session"))[0] == 401


async def test_signing_in_again_ends_the_session_before(ana: Browser, browser: Open) -> None:
    before, thief = ana.cookie, await browser()
    await ana.sign_in("luis@shop.example")
    assert before
    assert ana.cookie != before
    thief.set_cookie(before)
    assert (await thief.ask("GET", "/session"))[0] == 401


@pytest.mark.parametrize("word", [None, "", "wrong", "é"])
async def test_a_change_without_the_sessions_own_word_is_refused(ana: Browser, word: str | None) -> None:
    ana.csrf = word
    status, answer = await ana.ask("PUT", "/me/preferences", {"theme": "dark"})
    assert (status, answer["error"]["code"]) == (403, "csrf")


async def test_the_word_of_another_session_is_refused(ana: Browser, browser: Open) -> None:
    ana.csrf = (await signed_in(browser, "luis")).csrf
    assert (await ana.ask("PUT", "/me/preferences", {}))[1]["error"]["code"] == "csrf"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_site_can_neither_change_nor_sign_in(ana: Browser, browser: Open, origin: str) -> None:
    assert (await ana.ask("PUT", "/me/preferences", {}, Origin=origin))[1]["error"]["code"] == "origin"
    credentials = {"email": "ana@shop.example", "password": PASSWORD}
    assert (await (await browser()).ask("POST", "/session", credentials, Origin=origin))[1]["error"]["code"] == "origin"


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(hub: Hub, browser: Open) -> None:
    assert await _flags(hub, await browser(), {}) == {"Path=/", "Max-Age=1209600", "HttpOnly", "SameSite=Lax"}


async def test_the_cookie_is_secure_except_on_plain_loopback(hub: Hub, browser: Open) -> None:
    assert "Secure" in await _flags(hub, await browser(), {"Host": "hilo.example.com"})
    assert "Secure" in await _flags(hub, await browser(), {"Host": "192.168.1.7:8080"})
    assert "Secure" not in await _flags(hub, await browser(), {"Host": "localhost:8080"})


async def _flags(hub: Hub, one: Browser, headers: dict[str, str]) -> set[str]:
    """What follows the session's token in its cookie."""
    credentials = {"email": "ana@shop.example", "password": PASSWORD}
    async with one.client.post(f"{hub.url}/api/v1/session", json=credentials, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
        token, *flags = response.headers["Set-Cookie"].split("; ")
    assert len(token.removeprefix(COOKIE + "=")) == 43
    return set(flags)


async def test_neither_token_nor_password_stands_in_the_database(hub: Hub, ana: Browser) -> None:
    rows = await hub.database.rows("SELECT s::text || a::text FROM session s JOIN agent a ON a.id = s.agent_id")
    assert ana.cookie
    assert ana.cookie not in rows[0][0]
    assert PASSWORD not in rows[0][0]
    assert "$argon2id$" in rows[0][0]


@pytest.mark.parametrize("column", ["expires_at = now()", "seen_at = now() - interval '12 hours'"])
async def test_a_session_ends_by_age_and_by_idleness(hub: Hub, ana: Browser, column: str) -> None:
    await hub.database.run(f"UPDATE session SET {column}")
    await hub.people.sessions.forget(hub.ids["Ana"], None, "")
    assert (await ana.ask("GET", "/session"))[0] == 401
    await hub.people.sweep()
    assert hub.ended[-1][2] == "expired"
    assert await hub.database.value("SELECT count(*) FROM session") == 0


async def test_signs_of_life_are_written_once_a_minute(hub: Hub, ana: Browser) -> None:
    await hub.database.run("UPDATE session SET seen_at = now() - interval '59 seconds'")
    await _asked_anew(hub, ana)
    assert await hub.database.value("SELECT seen_at < now() - interval '50 seconds' FROM session")
    await hub.database.run("UPDATE session SET seen_at = now() - interval '61 seconds'")
    await _asked_anew(hub, ana)
    assert await hub.database.value("SELECT seen_at > now() - interval '50 seconds' FROM session")


async def _asked_anew(hub: Hub, one: Browser) -> None:
    await hub.people.sessions.forget(hub.ids["Ana"], None, "")
    assert (await one.ask("GET", "/session"))[0] == 200


async def test_a_session_found_is_not_asked_for_again_at_once(hub: Hub, ana: Browser) -> None:
    assert (await ana.ask("GET", "/session"))[0] == 200
    await hub.database.run("DELETE FROM session")
    assert (await ana.ask("GET", "/session"))[0] == 200
    await hub.people.sessions.forget(hub.ids["Ana"], None, "")
    assert (await ana.ask("GET", "/session"))[0] == 401


async def test_an_account_disabled_while_its_password_is_checked_gets_no_session(hub: Hub) -> None:
    row = await hub.database.row("SELECT id, password_hash FROM agent WHERE name = 'Ana'")
    assert row
    await hub.database.run("UPDATE agent SET enabled = false WHERE name = 'Ana'")
    assert await hub.people.sessions.open(row["id"], row["password_hash"], "", "") is None


async def test_a_browsers_name_that_is_no_text_is_kept_as_far_as_it_goes(hub: Hub) -> None:
    row = await hub.database.row("SELECT id, password_hash FROM agent WHERE name = 'Ana'")
    assert row
    assert await hub.people.sessions.open(row["id"], row["password_hash"], "", "odd \udcff browser")
    assert await hub.database.value("SELECT browser FROM session") == "odd ? browser"


async def test_a_hash_of_older_parameters_is_replaced_at_sign_in(hub: Hub, browser: Open) -> None:
    weak = await asyncio.to_thread(lambda: __import__("argon2").PasswordHasher(1, 8, 1).hash(PASSWORD))
    await hub.database.run("UPDATE agent SET password_hash = $1 WHERE name = 'Ana'", weak)
    await signed_in(browser, "ana")
    assert "m=32768" in await hub.database.value("SELECT password_hash FROM agent WHERE name = 'Ana'")


async def test_a_garbled_cookie_is_nobody(hub: Hub) -> None:
    async with aiohttp.ClientSession() as client:
        for cookie in ("hilo_session=", "hilo_session=%00", "hilo_session=\xff\xfe", "hilo_session=" + "x" * 4000):
            async with client.get(f"{hub.url}/api/v1/session", headers={"Cookie": cookie}) as response:
                assert response.status == 401
