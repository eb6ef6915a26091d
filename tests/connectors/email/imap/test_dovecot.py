"""Mail is collected from a real Dovecot: each once, oldest first, and nothing is touched before it is stored."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from connectors.contract import Delivery, Message
from connectors.email.imap.collector import PARTIAL_BYTES
from connectors.email.mime import RAW_LIMIT
from connectors.email.payloads import events_of, external_id
from tests.connectors.email.imap.keeper import Keeper, a_mail, collecting, new_user, subjects
from tests.connectors.email.world import KEY
from tests.rig.dovecot import Dovecot


async def deliver(server: Dovecot, user: str, *texts: str) -> None:
    await asyncio.to_thread(server.deliver, user, [a_mail(one) for one in texts])


def flags(server: Dovecot, user: str, folder: str = "INBOX") -> list[str]:
    """What each mail of a folder is marked with."""
    told = server.admin("fetch", "-u", user, "flags", "mailbox", folder, "ALL").splitlines()
    return [line.removeprefix("flags:").replace("\\Recent", "").strip() for line in told if line.startswith("flags:")]


async def test_what_is_there_and_what_comes_arrive_oldest_first(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, "one", "two")
    async with Keeper(collecting(server.imap_port, user)) as keeper:
        await keeper.has("one", "two")
        await deliver(server, user, "three")
        await keeper.has("one", "two", "three")
    assert flags(server, user) == ["", "", ""]


async def test_a_mail_is_on_its_way_while_waiting_and_not_at_the_next_look(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, "first")
    async with Keeper(collecting(server.imap_port, user)) as keeper:
        await keeper.looked()
        began = time.monotonic()
        await deliver(server, user, "second")
        await keeper.has("first", "second")
        assert time.monotonic() - began < 4.0, "the next look is after five seconds"


async def test_another_start_goes_on_behind_the_cursor(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, "one")
    async with Keeper(collecting(server.imap_port, user)) as before:
        await before.has("one")
    await deliver(server, user, "two")
    async with Keeper(collecting(server.imap_port, user), before.cursor) as after:
        await after.has("two")
        await after.looked()
    assert subjects(after.kept) == ["two"]


async def test_the_cursor_of_another_mailbox_says_nothing(server: Dovecot) -> None:
    old, new = new_user(), new_user()
    for user in (old, new):
        await deliver(server, user, f"to {user}")
    async with Keeper(collecting(server.imap_port, old)) as before:
        await before.has(f"to {old}")
    async with Keeper(collecting(server.imap_port, new), before.cursor) as after:
        await after.has(f"to {new}")
    assert after.cursor is not None
    assert after.cursor["mailbox"] != (before.cursor or {})["mailbox"]


@pytest.mark.parametrize("after", ["leave", "read", "move"])
async def test_a_mail_is_marked_or_moved_only_once_it_is_stored(server: Dovecot, after: str) -> None:
    user = new_user()
    await deliver(server, user, "one")
    batches = collecting(server.imap_port, user, imap_after=after, imap_move_to="Hecho/Año").collect(None)
    async for batch in batches:
        if batch.deliveries:
            break
    assert flags(server, user) == [""]
    following = asyncio.create_task(anext(batches))
    await deliver(server, user, "two")
    await following
    await batches.aclose()
    left = {"leave": ["", ""], "read": ["\\Seen", ""], "move": [""]}
    assert flags(server, user) == left[after]
    if after == "move":
        assert flags(server, user, "Hecho/Año") == [""]


async def test_a_stop_between_storing_and_moving_leaves_nothing_behind(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, "one", "two")
    batches = collecting(server.imap_port, user, imap_after="move", imap_move_to="Done").collect(None)
    async for batch in batches:
        if batch.deliveries:
            break
    await batches.aclose()
    async with Keeper(collecting(server.imap_port, user, imap_after="move", imap_move_to="Done"), dict(batch.cursor or {})) as keeper:
        await keeper.looked()
    assert (flags(server, user), flags(server, user, "Done"), keeper.kept) == ([], ["", ""], [])


async def test_folders_are_read_one_after_the_other_and_the_one_for_junk_by_choice(server: Dovecot) -> None:
    user = new_user()
    server.put(user, [a_mail("in the archive")], "Pedidos")
    server.put(user, [a_mail("an offer")], "Junk")
    server.put(user, [a_mail("a question")])
    async with Keeper(collecting(server.imap_port, user, imap_folders="INBOX\n Pedidos \n", imap_junk=True)) as keeper:
        await keeper.has("a question", "in the archive", "an offer")
        server.put(user, [a_mail("another")], "Pedidos")
        await keeper.has("a question", "in the archive", "an offer", "another")
    assert [one.headers.get("junk", "") for one in keeper.kept] == ["", "", "Junk", ""]
    (event,) = events_of(keeper.kept[2], key=KEY, ours=user)
    assert isinstance(event, Message)
    assert event.context["junk"] == "Junk"


async def test_numbers_that_mean_something_else_lead_to_a_new_look_at_everything(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, "one", "two", "three")
    async with Keeper(collecting(server.imap_port, user)) as keeper:
        await keeper.has("one", "two", "three")
        server.admin("mailbox", "update", "-u", user, "--uid-validity", "7", "INBOX")
        await deliver(server, user, "four")
        await keeper.has("one", "two", "three", "four")
        await keeper.until(lambda: max(keeper.fetched.values()) == 2)
    assert keeper.cursor is not None
    assert keeper.cursor["folders"]["INBOX"]["validity"] == 7


async def test_a_mail_that_is_removed_under_a_fetch_is_left_out_and_the_others_come(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, *(str(number) for number in range(40)))
    batches = collecting(server.imap_port, user).collect(None)
    kept: list[Delivery] = []
    async for batch in batches:
        kept += batch.deliveries
        if len(kept) == 16:
            server.admin("expunge", "-u", user, "mailbox", "INBOX", "UID", "20:30")
        if len(kept) >= 29:
            break
    await batches.aclose()
    assert subjects(kept) == [str(number) for number in (*range(19), *range(30, 40))]


async def test_at_first_only_the_recent_mail_is_read_and_old_mail_that_comes_later_too(server: Dovecot) -> None:
    user = new_user()
    server.put(user, [a_mail("years ago"), a_mail("today")])
    files = sorted((server.folder / "mail" / user / "Maildir" / "new").iterdir())
    for file, age in zip(files, (3 * 86_400, 60), strict=True):
        os.utime(file, (time.time() - age,) * 2)
    async with Keeper(collecting(server.imap_port, user)) as keeper:
        await keeper.has("today")
        await asyncio.to_thread(_put_old, server, user)
        await keeper.has("today", "found again")
    async with Keeper(collecting(server.imap_port, user, imap_first="all")) as everything:
        await everything.has("years ago", "today", "found again")
    assert len(everything.kept) == len(keeper.kept) + 1


def _put_old(server: Dovecot, user: str) -> None:
    """Somebody drags an old mail into the folder."""
    file: Path = server.folder / "mail" / user / "Maildir" / "tmp" / "1700000009.old"
    file.write_bytes(a_mail("found again"))
    os.utime(file, (time.time() - 9 * 86_400,) * 2)
    server.own(file)
    file.rename(file.parent.parent / "new" / file.name)


async def test_of_a_mail_over_the_cap_the_beginning_is_kept_and_its_size(server: Dovecot) -> None:
    user = new_user()
    huge = a_mail("huge") + b"x" * 76 + (b"\r\n" + b"y" * 76) * (RAW_LIMIT // 78)
    server.put(user, [a_mail("before"), huge, a_mail("behind")])
    async with Keeper(collecting(server.imap_port, user)) as keeper:
        await keeper.has("before", "huge", "behind")
    delivery = keeper.kept[1]
    assert (len(delivery.body), delivery.headers["partial"]) == (PARTIAL_BYTES, str(len(huge)))
    (event,) = events_of(delivery, key=KEY, ours=user)
    assert isinstance(event, Message)
    assert (event.subject, event.context["partial"]) == ("huge", len(huge))


async def test_the_same_mail_in_two_folders_has_one_id_and_is_what_the_listener_would_have_had(server: Dovecot) -> None:
    user = new_user()
    await deliver(server, user, "one")
    server.put(user, [a_mail("one")], "Copies")
    async with Keeper(collecting(server.imap_port, user, imap_folders="INBOX\nCopies")) as keeper:
        await keeper.until(lambda: sum(keeper.fetched.values()) == 2)
    assert [one.external_id for one in keeper.kept] == [external_id(a_mail("one"))]


async def test_a_wrong_password_says_so_and_takes_the_channel_down(server: Dovecot) -> None:
    told = asyncio.Event()
    mail = collecting(server.imap_port, new_user(), imap_password="wrong")
    mail._collector.condition.changed = told.set
    async with Keeper(mail):
        await asyncio.wait_for(told.wait(), 20)
        health = await mail.health()
    assert health.state == "down"
    assert "Authentication failed" in health.detail


async def test_health_says_when_the_mailbox_was_read_and_how_full_it_is(server: Dovecot) -> None:
    mail = collecting(server.imap_port, new_user())
    assert (await mail.health()).detail == "IMAP: –"
    async with Keeper(mail) as keeper:
        await keeper.looked()
        health = await mail.health()
    assert (health.state, health.quota) == ("up", "0 / 100 MB")
    assert health.detail.startswith("IMAP: 20")


async def test_a_folder_that_is_not_there_is_named(server: Dovecot) -> None:
    mail = collecting(server.imap_port, new_user(), imap_folders="Nirgends")
    async with Keeper(mail) as keeper:
        await keeper.until(lambda: bool(mail._collector.condition.problem))
        health = await mail.health()
    assert health.state == "degraded"
    assert "'Nirgends'" in health.detail
