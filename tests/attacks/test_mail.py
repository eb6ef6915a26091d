"""Mail that lies: about who sent it, what it answers, and what it is. It never gets into somebody else's conversation."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from uuid import uuid4

import pytest

from sandbox.mail import Letter
from tests.attacks.house import House
from tests.rig.company import MAILBOX
from tests.rig.waiting import eventually


async def test_only_the_one_whom_we_wrote_to_answers_in_the_thread(house: House) -> None:
    """The control: without it the tests below would prove nothing."""
    rosa, customer, ours = await _written_to(house, "rosa")
    await _send(house, rosa, _reply(ours, "yes, thank you"))
    assert "yes, thank you" in await _read(house, customer, "yes, thank you")
    assert await house.customer_of(rosa) == customer


@pytest.mark.parametrize(
    "claim", ["message id", "upper case", "reply address", "truncated", "one letter changed", "references only", "subject only"]
)
async def test_another_sender_with_our_ids_has_a_conversation_of_his_own(house: House, claim: str) -> None:
    _, customer, ours = await _written_to(house, "victim")
    thief = f"thief{uuid4().hex[:8]}@evil.example"
    mail, recipient = _forged(claim, ours)
    await _send(house, thief, mail, recipient)
    own = await house.customer_of(thief)
    assert own != customer
    assert "let me in" not in await _text(house, customer)
    assert "let me in" in await _read(house, own, "let me in")


@pytest.mark.parametrize(
    "sender",
    [
        '"%(victim)s" <%(thief)s>',
        "%(victim)s <%(thief)s>",
        '"%(victim)s\\" <x" <%(thief)s>',
        "=?utf-8?q?%(victim)s?= <%(thief)s>",
        "(%(victim)s) %(thief)s",
    ],
)
async def test_a_name_that_looks_like_an_address_is_only_a_name(house: House, sender: str) -> None:
    victim, customer, ours = await _written_to(house, "victim")
    thief = f"thief{uuid4().hex[:8]}@evil.example"
    mail = _reply(ours, "let me in")
    await _send(house, thief, mail, sender=sender % {"victim": victim, "thief": thief})
    assert await house.customer_of(thief) != customer
    assert "let me in" not in await _text(house, customer)


async def test_a_mail_of_several_senders_is_never_the_second_ones(house: House) -> None:
    victim, customer, ours = await _written_to(house, "victim")
    thief, mark = f"thief{uuid4().hex[:8]}@evil.example", f"let me in {uuid4().hex}"
    await _send(house, thief, _reply(ours, mark), sender=f"{thief}, {victim}")
    await _kept(house, mark)
    assert mark not in await _text(house, customer)


@pytest.mark.parametrize("headers", ["one", "two"])
async def test_a_mail_of_several_senders_says_so_and_answers_nothing(house: House, headers: str) -> None:
    victim, _, ours = await _written_to(house, "victim")
    thief, mark = f"thief{uuid4().hex[:8]}@evil.example", f"let me in {uuid4().hex}"
    both = f"{victim}, {thief}" if headers == "one" else f"{victim}\r\nFrom: {thief}"
    await _send(house, thief, _reply(ours, mark), sender=both)
    row = await _kept(house, mark)
    assert row["context"]["several_senders"] is True
    assert row["reply_to"] is None


async def test_who_was_copied_does_not_answer_in_the_customers_name(house: House) -> None:
    _, customer, ours = await _written_to(house, "victim", cc="copied@friend.example")
    mail = _reply(ours, "I was only copied")
    await _send(house, "copied@friend.example", mail)
    own = await house.customer_of("copied@friend.example")
    assert own != customer
    assert "I was only copied" not in await _text(house, customer)


async def test_a_mail_from_a_colleagues_address_is_no_colleague(house: House) -> None:
    _, customer, ours = await _written_to(house, "victim")
    mark = f"trust me {uuid4().hex}"
    await _send(house, "ana@demo.example", _reply(ours, mark))
    row = await _kept(house, mark)
    assert row["direction"] == "in"
    assert mark not in await _text(house, customer)


async def test_a_bounce_that_we_did_not_cause_changes_nothing(house: House) -> None:
    rosa, customer, ours = await _written_to(house, "victim")
    before = await _states(house, customer)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "mailer-daemon@evil.example", MAILBOX, "Undelivered", make_msgid()
    mail["Content-Type"] = "multipart/report; report-type=delivery-status; boundary=b"
    mail.set_payload(
        "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; {rosa}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <hilo.{uuid4().hex}.{'a' * 16}@demo.example>\r\n\r\nx\r\n--b--\r\n"
    )
    assert (await house.post.write(mail, sender="", recipients=[MAILBOX]))[0] == 250
    await _send(house, rosa, _reply(ours, "after the bounce"))
    await _read(house, customer, "after the bounce")
    assert (await _states(house, customer)).items() >= before.items()


@pytest.mark.parametrize("field", ["name", "subject"])
async def test_no_text_becomes_a_header_on_the_way_out(house: House, field: str) -> None:
    sender = f"crafty{uuid4().hex[:8]}@evil.example"
    inject = "=?utf-8?q?x=0D=0ABcc:_all=40evil.example=0D=0AX-Evil:_1?="
    mail = EmailMessage()
    mail["Message-ID"] = make_msgid(domain="evil.example")
    mail.set_content("answer me")
    raw = _raw(mail, f"{inject if field == 'name' else 'x'} <{sender}>", subject=inject if field == "subject" else "x")
    assert (await _hand_over(house, sender, raw))[0] == 250
    letter = await _answer(house, await house.customer_of(sender), sender)
    assert letter.recipients == (sender,)
    assert {"bcc", "x-evil"}.isdisjoint(name.lower() for name, _ in letter.message().items())


@pytest.mark.parametrize("field", ["subject", "cc", "bcc", "address"])
async def test_an_agents_line_ends_do_not_become_headers(house: House, field: str) -> None:
    _, customer, _ = await _written_to(house, "rosa")
    ana = await house.browser("ana")
    evil = "x@shop.example\r\nBcc: all@evil.example"
    body: dict[str, Any] = {"id": str(uuid4()), "kind": "reply", "channel": house.company.channels["email"], "text": "x"}
    body[field] = [evil] if field in ("cc", "bcc") else evil
    assert (await ana.ask("POST", f"/customers/{customer}/messages", body))[0] == 422


# ── How it is done ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _written_to(house: House, name: str, cc: str = "") -> tuple[str, str, Letter]:
    """Somebody who wrote to us and was answered: address, customer, and our letter."""
    address = f"{name}{uuid4().hex[:8]}@shop.example"
    mail = EmailMessage()
    mail["Message-ID"] = make_msgid(domain="shop.example")
    mail.set_content("Where is my order?")
    await _send(house, address, mail)
    customer = await house.customer_of(address)
    return address, customer, await _answer(house, customer, address, cc)


async def _answer(house: House, customer: str, address: str, cc: str = "") -> Letter:
    """Our letter. It has a time to leave at, sooner than the seconds in which an agent may otherwise take it back."""
    ana = await house.browser("ana")
    body = {"id": str(uuid4()), "kind": "reply", "channel": house.company.channels["email"], "text": "On its way", "cc": [cc] if cc else []}
    body["send_at"] = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    status, said = await ana.ask("POST", f"/customers/{customer}/messages", body)
    assert status == 201, said
    return await house.post.wait_for(lambda letter: address in letter.recipients, timeout=20)


def _reply(ours: Letter, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = make_msgid(domain="shop.example")
    mail["In-Reply-To"] = mail["References"] = str(ours.message()["Message-ID"])
    mail.set_content(text)
    return mail


def _forged(claim: str, ours: Letter) -> tuple[EmailMessage, str]:
    """A mail that claims to answer ours, and the address it goes to."""
    sent = ours.message()
    id_, address = str(sent["Message-ID"]), sent["Reply-To"].addresses[0].addr_spec
    words = {
        "upper case": id_.upper(), "truncated": id_[:-20] + ">", "one letter changed": id_.replace(id_[45], "b" if id_[45] != "b" else "c"),
        "references only": f"<x@y> {id_}", "subject only": "",
    }  # fmt: skip
    mail = EmailMessage()
    mail["Message-ID"] = make_msgid(domain="evil.example")
    said = words.get(claim, id_)
    if said and claim != "references only":
        mail["In-Reply-To"] = said
    if said:
        mail["References"] = said
    mail["Subject"] = f"Re: {sent['Subject']} {sent['X-Hilo-Topic'] or ''}"
    mail.set_content("let me in")
    return mail, address if claim == "reply address" else MAILBOX


def _raw(mail: EmailMessage, sender: str, subject: str = "Re: Order") -> bytes:
    """A mail with headers that the library would not write."""
    if mail["Subject"]:
        return f"From: {sender}\r\nTo: {MAILBOX}\r\n".encode() + mail.as_bytes()
    return f"From: {sender}\r\nTo: {MAILBOX}\r\nSubject: {subject}\r\n".encode() + mail.as_bytes()


async def _send(house: House, address: str, mail: EmailMessage, recipient: str = MAILBOX, sender: str = "") -> None:
    code, said = await _hand_over(house, address, _raw(mail, sender or address), recipient)
    assert code == 250, said


async def _hand_over(house: House, address: str, raw: bytes, recipient: str = MAILBOX) -> tuple[int, str]:
    return await house.send_bytes(raw, address, recipient)


async def _text(house: House, customer: str) -> str:
    return str(await house.thread(customer, await house.browser("sofia")))


async def _read(house: House, customer: str, text: str) -> str:
    """The thread, once it holds a text."""

    async def look() -> str:
        thread = await _text(house, customer)
        return thread if text in thread else ""

    return await eventually(look, what=f"{text!r} is in the thread", seconds=30)


async def _kept(house: House, text: str) -> Any:
    """The row of the message with a text, wherever it is."""
    return await eventually(
        lambda: house.hub.storage.database.row("SELECT * FROM message WHERE text LIKE '%' || $1 || '%'", text),
        what=f"{text!r} is kept",
        seconds=30,
    )


async def _states(house: House, customer: str) -> dict[str, str]:
    return {one["id"]: one["state"] for one in await house.thread(customer, await house.browser("sofia"))}
