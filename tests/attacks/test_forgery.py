"""Other sites that make a browser act, cookies that are planted or kept, and colleagues who should be out."""

import asyncio

import pytest

from tests.attacks.house import House
from tests.people.conftest import Browser
from tests.rig.colleague import Colleague
from tests.rig.sockets import Cut, Socket

WISH = ("PUT", "/me/preferences", {"forged": True})


@pytest.mark.parametrize("word", ["", "x", "\xff", "é" * 100, "0" * 43])
async def test_without_the_word_of_the_session_nothing_is_done(house: House, word: str) -> None:
    ana = await house.browser("ana")
    ana.csrf = None
    status, said = await ana.ask(*WISH, X_CSRF_Token=word)
    assert (status, said["error"]["code"]) == (403, "csrf")
    assert "forged" not in str(await ana.ask("GET", "/me/preferences"))


async def test_the_word_of_another_session_does_nothing(house: House) -> None:
    ana, luis = await house.browser("ana"), await house.browser("luis")
    ana.csrf = luis.csrf
    assert (await ana.ask(*WISH))[0] == 403


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "file://", "javascript://x", "http://[", "\xff"]
)
async def test_another_site_does_nothing_even_with_the_word(house: House, origin: str) -> None:
    ana = await house.browser("ana")
    status, said = await ana.ask(*WISH, Origin=origin)
    assert (status, said["error"]["code"]) == (403, "origin")


async def test_another_site_cannot_sign_a_browser_in(house: House) -> None:
    browser = await house.browser()
    status, _ = await browser.ask(
        "POST", "/session", {"email": "ana@demo.example", "password": "a long way home"}, Origin="https://evil.example"
    )
    assert (status, browser.cookie) == (403, None)


async def test_no_answer_of_the_api_is_readable_for_other_sites(house: House) -> None:
    ana = await house.browser("ana")
    for path in ("/api/v1/session", "/api/v1/customers", "/", "/healthz", "/nothing"):
        async with ana.client.get(house.url + path, headers={"Origin": "https://evil.example"}) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(house: House) -> None:
    browser = await house.browser()
    body = {"email": "ana@demo.example", "password": "a long way home"}
    async with browser.client.post(f"{house.url}/api/v1/session", json=body) as answer:
        parts = {part.strip() for part in answer.headers["Set-Cookie"].split(";")}
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert answer.headers["Cache-Control"] == "no-store"
    async with browser.client.post(f"{house.url}/api/v1/session", json=body, headers={"Host": "hilo.example"}) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_a_cookie_planted_before_signing_in_is_worth_nothing_after(house: House) -> None:
    ana = await house.browser()
    ana.set_cookie("planted")
    await ana.sign_in("ana@demo.example")
    thief = await house.browser()
    thief.set_cookie("planted")
    assert ana.cookie != "planted"
    assert (await thief.ask("GET", "/session"))[0] == 401


@pytest.mark.parametrize("cookie", ["", "x", "' OR 1=1 --", "A" * 4000, "%00", "é"])
async def test_a_made_up_cookie_is_nobody(house: House, cookie: str) -> None:
    thief = await house.browser()
    async with thief.client.get(f"{house.url}/api/v1/session", headers={"Cookie": f"hilo_session={cookie}"}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer hilo_x", "Bearer \xff", "Basic YW5hOmE=", "bearer hilo_" + "A" * 5000])
async def test_a_made_up_token_is_nobody_and_no_cookie_helps_it(house: House, header: str) -> None:
    ana = await house.browser("ana")
    assert (await ana.ask("GET", "/session", Authorization=header))[0] == 401


async def test_a_session_that_was_left_cannot_be_used_again(house: House) -> None:
    ana = await house.browser("ana")
    kept = ana.cookie
    assert kept
    assert (await ana.ask("DELETE", "/session"))[0] == 204
    ana.set_cookie(kept)
    assert (await ana.ask("GET", "/session"))[0] == 401


async def test_a_disabled_colleague_is_out_at_once(house: House) -> None:
    name = await house.new_colleague()
    leaver, olga = await house.browser(name), await house.browser("olga")
    program = await house.program(name)
    desk = Colleague(house.url, (await house.hub.people.tokens.issue(house.ids[name], "desk")).token)
    async with desk:
        window = await _window(house, leaver)
        await desk.sit_down()
        assert (await olga.ask("PATCH", f"/agents/{house.ids[name]}", {"enabled": False}))[0] == 200
        assert [(await one.ask("GET", "/session"))[0] for one in (leaver, program)] == [401, 401]
        assert (await (await house.browser()).sign_in(f"{name}@demo.example"))[0] == 401
        await _is_cut(window)
        assert desk._socket is not None
        await _is_cut(desk._socket)
        with pytest.raises(Cut):
            await desk.sit_down()


async def test_another_role_cuts_sessions_and_sockets(house: House) -> None:
    name = await house.new_colleague("supervisor")
    demoted, olga = await house.browser(name), await house.browser("olga")
    window = await _window(house, demoted)
    assert (await olga.ask("PATCH", f"/agents/{house.ids[name]}", {"role": "agent"}))[0] == 200
    assert (await demoted.ask("GET", "/session"))[0] == 401
    await _is_cut(window)


async def test_signing_out_cuts_the_windows_of_that_browser_only(house: House) -> None:
    name = await house.new_colleague()
    first, second = await house.browser(name), await house.browser(name)
    windows = [await _window(house, one) for one in (first, second)]
    await first.ask("DELETE", "/session")
    await _is_cut(windows[0])
    assert "error" not in await windows[1].call("register", {"position": None})
    await windows[1].close()


@pytest.mark.parametrize(
    "body",
    [{"role": "admin"}, {"enabled": True, "permissions": ["*"]}, {"id": "x"}, {"password_hash": "x"}],
    ids=lambda body: next(iter(body)),
)
async def test_nobody_raises_himself(house: House, body: dict[str, object]) -> None:
    ana, olga = await house.browser("ana"), await house.browser("olga")
    assert (await ana.ask("PATCH", f"/agents/{house.ids['ana']}", body))[0] == 403
    if body != {"role": "admin"}:
        assert (await olga.ask("PATCH", f"/agents/{house.ids['ana']}", body))[0] == 422
    assert (await ana.ask("PUT", "/me/preferences", {"role": "admin"}))[0] == 200
    assert (await ana.ask("GET", "/session"))[1]["agent"]["role"] == "agent"


async def test_guessing_passwords_ends_in_429_also_for_the_right_one(house: House) -> None:
    name, browser = await house.new_colleague(), await house.browser()
    wrong = [(await browser.sign_in(f"{name}@demo.example", "not this one"))[0] for _ in range(9)]
    assert wrong == [401] * 8 + [429]
    assert (await browser.sign_in(f"{name}@demo.example"))[0] == 429


async def _window(house: House, browser: Browser) -> Socket:
    """A console's socket, which comes with the browser's cookie."""
    window = Socket(house.url, "/agent", {"csrf": browser.csrf}, lambda _: None, {"Cookie": f"hilo_session={browser.cookie}"})
    await window.open()
    assert "error" not in await window.call("register", {"position": None})
    return window


async def _is_cut(socket: Socket) -> None:
    async with asyncio.timeout(10):
        await socket.cut.wait()
    await socket.close()
