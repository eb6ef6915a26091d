"""The check of a mailbox: every step is named, the first that fails says what to do, and the test mail becomes nobody's message."""

import asyncio
from pathlib import Path

import pytest

from connectors.contract import Delivery
from connectors.email.connector import Email
from connectors.email.payloads import events_of, external_id
from tests.connectors.email.imap.keeper import Keeper, a_mail, collecting, new_user, subjects
from tests.connectors.email.imap.provider import relay
from tests.connectors.email.world import KEY
from tests.rig.certificates import certificate
from tests.rig.dovecot import Dovecot, dovecot
from tests.rig.ports import free_port
from tests.rig.rogue_imap import RogueServer

WAY_OUT = ["resolve", "connect", "greet", "sender", "withdraw"]


async def failed(mail: Email) -> tuple[str, str]:
    """The step of the way in that failed, and its detail."""
    (step,) = [one for one in await mail.check() if not one.ok and one.name.startswith(("imap", "folder", "round"))]
    assert step.todo["es"]
    assert step.todo["es"] != step.todo["en"]
    return step.name, step.detail


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_each_step_goes_well_and_the_certificate_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: str) -> None:
    files = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    with dovecot(certificate=files) as server:
        port = server.imaps_port if tls == "tls" else server.imap_port
        async with relay(server) as relay_port:
            user = new_user()
            server.put(user, [a_mail("one"), a_mail("two")])
            mail = collecting(port, user, imap_host="localhost", imap_tls=tls, relay_port=relay_port, imap_folders="INBOX\nJunk")
            steps = await mail.check()
    middle = ["imap_encrypt", "imap_greet"] if tls == "tls" else ["imap_greet", "imap_encrypt"]
    way_in = ["imap_resolve", "imap_connect", *middle, "imap_sign_in", "folder INBOX", "folder Junk", "round_trip"]
    assert [(one.name, one.ok) for one in steps] == [(name, True) for name in (*WAY_OUT, *way_in)], [one.detail for one in steps]
    told = {one.name: one.detail for one in steps}
    assert told["imap_encrypt"].startswith("localhost, 127.0.0.1; 20")
    assert (told["folder INBOX"], told["round_trip"]) == ("INBOX: 2", "INBOX")


async def test_the_test_mail_is_taken_away_again_and_becomes_nobodys_message(server: Dovecot) -> None:
    user = new_user()
    async with relay(server) as relay_port:
        mail = collecting(server.imap_port, user, relay_port=relay_port)
        async with Keeper(mail) as keeper:
            await keeper.looked()
            steps = await mail.check()
            await keeper.looked()
    assert steps[-1].ok, steps[-1].detail
    assert "messages=0" in server.admin("mailbox", "status", "-u", user, "messages", "INBOX")
    assert [events_of(one, key=KEY, ours=user) for one in keeper.kept] == [[] for _ in keeper.kept]


async def test_a_mail_with_a_forged_mark_is_a_message() -> None:
    raw = a_mail("hidden", X_Hilo_Test="0" * 32 + "." + "0" * 32)
    assert len(events_of(Delivery("mail", external_id(raw), raw), key=KEY, ours="support@demo.example")) == 1


async def test_a_mail_that_does_not_come_back_is_said(server: Dovecot) -> None:
    async with relay(server) as relay_port:
        mail = collecting(server.imap_port, new_user(), relay_port=relay_port, address="elsewhere@demo.example", imap_user=new_user())
        mail._round_trip_s = 0.5
        assert await failed(mail) == ("round_trip", "not back within 0 s")


async def test_a_certificate_that_ended_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = certificate(tmp_path, days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    with dovecot(certificate=files) as server:
        name, detail = await failed(collecting(server.imaps_port, new_user(), imap_host="localhost", imap_tls="tls"))
    assert name == "imap_encrypt"
    assert "certificate has expired" in detail


async def test_a_certificate_that_nobody_knows_is_said(tmp_path: Path) -> None:
    with dovecot(certificate=certificate(tmp_path)) as server:
        name, detail = await failed(collecting(server.imaps_port, new_user(), imap_host="localhost", imap_tls="tls"))
    assert name == "imap_encrypt"
    assert "self-signed" in detail


async def test_nobody_at_the_port_a_wrong_password_and_a_folder_that_is_not_there_are_said(server: Dovecot) -> None:
    assert (await failed(collecting(free_port(), new_user())))[0] == "imap_connect"
    assert (await failed(collecting(server.imap_port, new_user(), imap_password="wrong")))[0] == "imap_sign_in"
    name, detail = await failed(collecting(server.imap_port, new_user(), imap_folders="INBOX\nNirgends"))
    assert name == "folder Nirgends"
    assert "Nirgends" in detail


async def test_what_is_no_imap_server_is_said() -> None:
    async with RogueServer() as rogue:
        rogue.script.append("garbage_greeting")
        assert (await failed(collecting(rogue.port, "ana@demo.example", imap_password="secret")))[0] == "imap_greet"


async def test_the_folder_for_junk_is_tried_by_its_role(server: Dovecot) -> None:
    steps = await collecting(server.imap_port, new_user(), imap_junk=True).check()
    assert [one.detail for one in steps if one.name == "folder"] == ["Junk: 0"]


async def test_while_a_check_runs_the_channel_goes_on(server: Dovecot) -> None:
    user = new_user()
    async with relay(server) as relay_port:
        mail = collecting(server.imap_port, user, relay_port=relay_port)
        async with Keeper(mail) as keeper:
            checking = asyncio.create_task(mail.check())
            await asyncio.to_thread(server.deliver, user, [a_mail("one")])
            await checking
            await keeper.until(lambda: "one" in subjects(keeper.kept))
    assert all(one.ok for one in checking.result())
