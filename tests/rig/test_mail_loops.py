"""Machines that answer machines, over SMTP: fifty rounds of each, and the hub says one thing."""

from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest

from hub.kernel.embedded import EmbeddedPostgres
from sandbox.mail import Letter
from tests.attacks.house import House
from tests.connectors.email.zone import signed
from tests.inbound.letters import SHOP, arrived, mail_house, someone
from tests.rig.company import MAILBOX
from tests.rig.waiting import eventually

ROUNDS = 50
Answer = Callable[[str, Letter, int], bytes]


@pytest.fixture(scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A hub whose queue acknowledges every new matter."""
    async with mail_house(postgres, "mail_loops", tmp_path_factory.mktemp("loops")) as opened:
        await opened.hub.storage.database.run("INSERT INTO queue_answers (queue_id, acknowledges) SELECT id, true FROM queue")
        yield opened


async def test_an_acknowledgement_says_the_code_and_that_nobody_shall_answer(house: House) -> None:
    rosa = someone("rosa")
    asked = await arrived(house, rosa, signed_by=SHOP, subject="Pedido 12")
    ours = await acknowledgement(house, rosa)
    mail = ours.message()
    code = await house.hub.storage.database.value("SELECT code FROM topic WHERE id = $1", asked["topic_id"])
    assert code in mail.get_content()
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"], mail["Subject"]) == ("auto-replied", "All", "Re: Pedido 12")
    assert mail["In-Reply-To"] == asked["external_id"].partition("#")[0]
    assert ours.sender.startswith("support+b.")
    answer = await arrived(house, rosa, signed_by=SHOP, subject="Re: Pedido 12", **{"In-Reply-To": str(mail["Message-ID"])})
    assert answer["topic_id"] == asked["topic_id"]


async def test_a_mail_that_only_claims_its_sender_is_not_acknowledged(house: House) -> None:
    spoofed = someone("victim")
    await arrived(house, spoofed, envelope="mallory@outside.example")
    await all_looked_through(house)
    assert letters_to(house, spoofed) == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", ["vacation", "desk"])
async def test_fifty_rounds_end_after_one_answer_and_raise_the_alarm(house: House, name: str) -> None:
    machine, answer = someone(name), {"vacation": vacation, "desk": help_desk}[name]
    await arrived(house, machine, signed_by=SHOP)
    ours = await acknowledgement(house, machine)
    for number in range(ROUNDS):
        assert (await house.send_bytes(answer(machine, ours, number), machine, MAILBOX))[0] == 250
    await kept(house, machine, ROUNDS + 1)
    await all_looked_through(house)
    assert len(letters_to(house, machine)) == 1
    database = house.hub.storage.database
    alarms = "SELECT a.topic_id FROM alarm a JOIN identity i ON i.id = a.identity_id WHERE i.value = $1 AND a.settled_at IS NULL"
    topic = await eventually(lambda: database.value(alarms, machine), what="the alarm", seconds=30)
    assert await database.value("SELECT state FROM work WHERE topic_id = $1 ORDER BY id DESC LIMIT 1", topic) == "paused"


@pytest.mark.timeout(180)
async def test_fifty_reports_on_an_acknowledgement_are_its_fate_and_are_not_answered(house: House) -> None:
    gone = someone("gone")
    await arrived(house, gone, signed_by=SHOP)
    ours = await acknowledgement(house, gone)
    messages = await count(house, "SELECT count(*) FROM message WHERE direction = 'in'")
    for number in range(ROUNDS):
        assert (await house.send_bytes(report(gone, ours, number), "", ours.sender))[0] == 250
    state = "SELECT m.state = 'failed' FROM message m WHERE m.direction = 'out' AND m.address->>'value' = $1"
    await eventually(lambda: house.hub.storage.database.value(state, gone), what="it failed", seconds=30)
    await all_looked_through(house)
    assert await count(house, "SELECT count(*) FROM message WHERE direction = 'in'") == messages
    assert len(letters_to(house, gone)) == 1


@pytest.mark.timeout(180)
async def test_fifty_reports_that_belong_to_nothing_are_not_answered(house: House) -> None:
    daemon = f"MAILER-DAEMON@{SHOP}"
    for number in range(ROUNDS):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = daemon, MAILBOX, f"Undelivered {number}", f"<{uuid4().hex}@{SHOP}>"
        mail.set_content(f"Your mail {number} could not be delivered to anybody.")
        assert (await house.send_bytes(signed(crlf(mail), SHOP), "", MAILBOX))[0] == 250
    await kept(house, daemon.lower(), ROUNDS)
    await all_looked_through(house)
    assert letters_to(house, daemon) == []


# ── The machines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def vacation(sender: str, ours: Letter, _number: int) -> bytes:
    """It answers with what was said to it, and does not say that it is a machine."""
    said = ours.message()
    mail = letter(sender, f"Out of office: {said['Subject']}")
    mail["In-Reply-To"] = mail["References"] = str(said["Message-ID"])
    mail.set_content("I am on holiday and back on Monday.\n\n" + "".join(f"> {line}\n" for line in said.get_content().splitlines()))
    return signed(crlf(mail), SHOP)


def help_desk(sender: str, _ours: Letter, number: int) -> bytes:
    """It opens a ticket for every mail: another subject, a code of its own, no id of ours."""
    mail = letter(sender, f"[Ticket #{4000 + number}] We received your request")
    mail.set_content(f"Your request was received by our help desk. Your code is DESK-{uuid4().hex[:6].upper()}, number {4000 + number}.")
    return signed(crlf(mail), SHOP)


def report(recipient: str, ours: Letter, number: int) -> bytes:
    """A delivery report (RFC 3464)."""
    text = f"""From: mailer-daemon@{SHOP}
To: {ours.sender}
Subject: Undelivered {number}
Message-ID: <{uuid4().hex}@{SHOP}>
Content-Type: multipart/report; report-type=delivery-status; boundary=part

--part
Content-Type: text/plain

It could not be delivered.
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; {SHOP}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--part--
"""
    return text.replace("\n", "\r\n").encode()


def letter(sender: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, MAILBOX, subject, f"<{uuid4().hex}@{SHOP}>"
    return mail


def crlf(mail: EmailMessage) -> bytes:
    return mail.as_bytes().replace(b"\n", b"\r\n")


# ── How it is done ───────────────────────────────────────────────────────────────────────────────────────────────────


def letters_to(house: House, address: str) -> list[Letter]:
    return [one for one in house.post.letters if address.lower() in (each.lower() for each in one.recipients)]


async def acknowledgement(house: House, address: str) -> Letter:
    return await house.post.wait_for(lambda one: address in one.recipients, timeout=30)


async def count(house: House, sql: str, *arguments: Any) -> int:
    return int(await house.hub.storage.database.value(sql, *arguments))


async def kept(house: House, sender: str, number: int) -> None:
    """So many messages of a sender are there."""
    sql = "SELECT count(*) FROM message WHERE direction = 'in' AND address->>'value' = $1"

    async def all_there() -> bool:
        return await count(house, sql, sender) == number

    await eventually(all_there, what=f"{number} mails of {sender}", seconds=60)


async def all_looked_through(house: House) -> None:
    """Everything that came has been looked at, and everything that was written has left."""
    sql = """SELECT NOT EXISTS (SELECT 1 FROM event WHERE position IS NULL) AND NOT EXISTS (SELECT 1 FROM outbox)
             AND NOT EXISTS (SELECT 1 FROM event e, answering a WHERE e.position > a.position AND e.type = 'message.created')"""
    await eventually(lambda: house.hub.storage.database.value(sql), what="all is looked through", seconds=60)
