"""Guessing passwords: limits per account and per address, and equal work for all."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from hub.errors import TooMany, Unavailable
from hub.kernel.database import Database
from hub.people.guesses import Guesses
from hub.people.passwords import MOST_WAITING, Passwords
from hub.settings import GuessSection
from tests.people.conftest import PASSWORD, Browser, Hub

Open = Callable[[], Awaitable[Browser]]


@pytest.fixture
def guesses(database: Database) -> Guesses:
    """Three for an account, five for an address, in a quarter of an hour."""
    return Guesses(database, GuessSection(per_account=3, per_address=5, minutes=15))


async def refused(guesses: Guesses, email: str, address: str) -> bool:
    """Whether one more guess is refused."""
    try:
        await guesses.take(email, address)
    except TooMany:
        return True
    return False


async def test_the_right_password_is_refused_too_while_the_account_is_locked(hub: Hub, browser: Open) -> None:
    one = await browser()
    for _ in range(8):
        assert (await one.sign_in("ana@shop.example", "not the password"))[0] == 401
    assert (await one.sign_in("ana@shop.example", PASSWORD))[1]["error"]["code"] == "too_many_attempts"


async def test_a_refusal_says_when_to_come_back(hub: Hub, browser: Open) -> None:
    one = await browser()
    for _ in range(8):
        await one.sign_in("nobody@shop.example", "not the password")
    async with one.client.post(f"{hub.url}/api/v1/session", json={"email": "nobody@shop.example", "password": "x"}) as response:
        assert response.status == 429
        assert 60 < int(response.headers["Retry-After"]) <= 113


async def test_an_account_is_locked_from_everywhere(guesses: Guesses) -> None:
    assert [await refused(guesses, "ana@x.example", f"10.0.0.{n}") for n in range(4)] == [False, False, False, True]
    assert not await refused(guesses, "luis@x.example", "10.0.0.9")


async def test_an_address_is_locked_for_every_account(guesses: Guesses) -> None:
    assert [await refused(guesses, f"{n}@x.example", "10.0.0.1") for n in range(6)] == [False] * 5 + [True]
    assert not await refused(guesses, "5@x.example", "10.0.0.2")


async def test_a_network_of_ipv6_counts_as_one_address(guesses: Guesses) -> None:
    assert [await refused(guesses, f"{n}@x.example", f"2001:db8:0:1::{n}") for n in range(6)] == [False] * 5 + [True]
    assert not await refused(guesses, "6@x.example", "2001:db8:0:2::1")


async def test_an_attacker_who_is_locked_out_does_not_lock_accounts(guesses: Guesses) -> None:
    for n in range(5):
        await guesses.take(f"{n}@x.example", "10.0.0.1")
    assert all([await refused(guesses, "ana@x.example", "10.0.0.1") for _ in range(9)])
    assert not await refused(guesses, "ana@x.example", "10.0.0.2")


async def test_guesses_in_the_same_moment_are_all_counted(guesses: Guesses) -> None:
    answers = await asyncio.gather(*(refused(guesses, "ana@x.example", f"10.0.1.{n}") for n in range(20)))
    assert answers.count(False) == 3


async def test_the_level_sinks_with_time(guesses: Guesses, database: Database) -> None:
    for _ in range(3):
        await guesses.take("ana@x.example", "10.0.0.1")
    assert await refused(guesses, "ana@x.example", "10.0.0.2")
    await database.run("UPDATE guess SET since = since - interval '5 minutes'")
    assert [await refused(guesses, "ana@x.example", "10.0.0.3") for _ in range(2)] == [False, True]


async def test_the_right_password_begins_anew(guesses: Guesses, database: Database) -> None:
    for _ in range(2):
        await guesses.take("ana@x.example", "10.0.0.1")
    await guesses.forgive("ana@x.example", "10.0.0.1")
    assert await database.value("SELECT count(*) FROM guess WHERE key LIKE 'account:%'") == 0
    assert await database.value("SELECT level FROM guess") == pytest.approx(1, abs=0.1)


async def test_what_has_sunk_to_nothing_is_removed(guesses: Guesses, database: Database) -> None:
    await guesses.take("ana@x.example", "10.0.0.1")
    await guesses.sweep()
    assert await database.value("SELECT count(*) FROM guess") == 2
    await database.run("UPDATE guess SET since = since - interval '16 minutes'")
    await guesses.sweep()
    assert await database.value("SELECT count(*) FROM guess") == 0


async def test_no_address_that_was_typed_is_kept(guesses: Guesses, database: Database) -> None:
    await guesses.take("my password typed into the wrong field", "10.0.0.1")
    rows = await database.rows("SELECT key FROM guess")
    assert not any("password" in row["key"] for row in rows)


@pytest.mark.alone
async def test_an_unknown_account_takes_as_long_as_a_known_one() -> None:
    passwords = Passwords()
    kept = await passwords.hash(PASSWORD)
    await passwords.match(None, "warm")
    known, unknown = [], []
    for _ in range(7):
        known.append(await _seconds(passwords, kept))
        unknown.append(await _seconds(passwords, None))
    passwords.close()
    assert 0.5 < min(unknown) / min(known) < 2  # the quickest of each: whatever else runs on the machine only adds to the others


async def _seconds(passwords: Passwords, kept: str | None) -> float:
    begun = time.perf_counter()
    assert not await passwords.match(kept, "not the password")
    return time.perf_counter() - begun


async def test_too_many_at_once_are_told_so_instead_of_waiting_for_ever() -> None:
    passwords = Passwords()
    await passwords.match(None, "warm")
    asked = [asyncio.ensure_future(passwords.match(None, "x")) for _ in range(MOST_WAITING + 5)]
    for _ in range(3):
        await asyncio.sleep(0)
    refused = [one.exception() for one in asked if one.done()]
    passwords.close()
    assert [type(one) for one in refused] == [Unavailable] * 5
    for one in asked:
        one.cancel()


async def test_an_accent_typed_in_two_ways_is_one_password() -> None:
    passwords = Passwords()
    assert await passwords.match(await passwords.hash("contrase\u00f1a"), "contrasen\u0303a")
    passwords.close()
