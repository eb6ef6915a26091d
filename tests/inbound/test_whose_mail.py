"""Whose conversation a mail enters, handed over by SMTP to a whole hub that asks a name server of ours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from hub.kernel.embedded import EmbeddedPostgres
from tests.attacks.house import House
from tests.inbound.letters import SHOP, arrived, mail_house, someone
from tests.rig.company import MAILBOX

COLLEAGUE = "Ana Ruiz <ana@demo.example>"


@pytest.fixture(scope="module")
async def house(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A hub whose customers' domain signs all its mails."""
    async with mail_house(postgres, "whose_mail", tmp_path_factory.mktemp("whose")) as opened:
        yield opened


async def test_a_mail_that_its_domain_signed_enters_its_senders_thread(house: House) -> None:
    rosa = someone("rosa")
    first = await arrived(house, rosa, signed_by=SHOP)
    second = await arrived(house, rosa, signed_by=SHOP)
    assert first["root"] == second["root"]
    assert second["context"]["authentication"]["dmarc"] == "pass"
    assert (second["address"]["kind"], second["proved"]) == ("email", True)


async def test_a_forged_mail_of_a_known_customer_has_a_conversation_of_its_own(house: House) -> None:
    rosa = someone("rosa")
    real = await arrived(house, rosa, signed_by=SHOP)
    forged = await arrived(house, rosa, envelope="eve@evil.example")
    assert forged["root"] != real["root"]
    assert forged["context"]["failed_authentication"] is True
    assert (forged["address"]["kind"], forged["proved"]) == ("claimed_email", False)
    again = await arrived(house, rosa, signed_by=SHOP)
    assert (again["root"], again["topic_id"]) == (real["root"], real["topic_id"])


async def test_the_forged_one_is_suggested_and_a_colleague_may_say_that_it_is_really_her(house: House) -> None:
    rosa = someone("rosa")
    real = await arrived(house, rosa, signed_by=SHOP)
    forged = await arrived(house, rosa, envelope="eve@evil.example")
    sofia = await house.browser("sofia")
    _, record = await sofia.ask("GET", f"/customers/{forged['root']}")
    assert [(one["customer"]["id"], one["evidence"]) for one in record["suggestions"]] == [(real["root"], ["same_email_claimed"])]
    status, joined = await sofia.ask("POST", f"/customers/{real['root']}/joins", {"customer": forged["root"]})
    assert status == 201
    assert forged["id"] in [one["id"] for one in await house.thread(real["root"], sofia)]
    assert (await sofia.ask("DELETE", f"/joins/{joined['join']}"))[0] == 200
    assert forged["id"] not in [one["id"] for one in await house.thread(real["root"], sofia)]


async def test_a_forged_mail_of_somebody_unknown_waits_for_no_real_one(house: House) -> None:
    rosa = someone("rosa")
    forged = await arrived(house, rosa, envelope="eve@evil.example")
    real = await arrived(house, rosa, signed_by=SHOP)
    assert real["root"] != forged["root"]


async def test_who_is_asked_about_a_forged_mail_and_answers_is_not_joined_to_it(house: House) -> None:
    """The agent may write to whom the mail claims to be from. That she answers does not make the forged mail hers."""
    for known in (True, False):
        rosa = someone("rosa")
        real = await arrived(house, rosa, signed_by=SHOP) if known else None
        forged = await arrived(house, rosa, envelope="eve@evil.example")
        ours = await answer(house, forged["root"], rosa)
        found = await arrived(house, rosa, signed_by=SHOP, **{"In-Reply-To": ours})
        assert found["root"] != forged["root"]
        assert real is None or (found["root"], found["topic_id"]) == (real["root"], real["topic_id"])


async def test_who_answers_about_what_a_colleague_forwarded_goes_on_there(house: House) -> None:
    rosa, mark = someone("rosa"), uuid4().hex
    head = f"De: Rosa Gil <{rosa}>\nDate: vie, 20 nov 2026\nSubject: Pedido 17\nTo: {COLLEAGUE}"
    forwarded = await arrived(house, COLLEAGUE, subject="Fwd: Pedido 17", text=f"{head}\n\n{mark}\n", look_for=mark)
    ours = await answer(house, forwarded["root"], rosa)
    found = await arrived(house, rosa, signed_by=SHOP, **{"In-Reply-To": ours})
    assert (found["root"], found["topic_id"]) == (forwarded["root"], forwarded["topic_id"])


async def test_what_a_colleague_forwards_is_the_customers_as_claimed(house: House) -> None:
    rosa = someone("rosa")
    known = await arrived(house, rosa, signed_by=SHOP)
    mark = f"¿Dónde está mi pedido? {uuid4().hex}"
    head = f"De: Rosa Gil <{rosa}>\nDate: vie, 20 nov 2026\nSubject: Pedido 17\nTo: {COLLEAGUE}"
    text = f"¿Lo miras tú?\n\n---------- Forwarded message ---------\n{head}\n\n{mark}\n"
    found = await arrived(house, COLLEAGUE, subject="Fwd: Pedido 17", text=text, look_for=mark)
    assert found["root"] != known["root"]
    assert found["address"] == {"kind": "claimed_email", "value": rosa, "name": "Rosa Gil", "to": MAILBOX}
    assert (found["text"], found["subject"]) == (mark, "Pedido 17")
    assert (found["context"]["forwarded_by"], found["context"]["forward_note"]) == (COLLEAGUE, "¿Lo miras tú?")


async def test_what_a_web_form_sends_is_from_whoever_filled_it_in(house: House) -> None:
    rosa, pia = someone("rosa"), someone("pia")
    own = await arrived(house, "noreply@demo.example", **{"Reply-To": f"Rosa Gil <{rosa}>"})
    assert (own["address"]["value"], own["address"]["name"], own["context"]["form"]) == (rosa, "Rosa Gil", "noreply@demo.example")
    hired = await arrived(house, "forms@provider.example", **{"Reply-To": pia})
    assert hired["address"]["value"] == pia
    other = await arrived(house, "forms@evil.example", **{"Reply-To": pia})
    assert other["address"]["value"] == "forms@evil.example"


async def test_a_list_of_the_companys_own_hides_nobody(house: House) -> None:
    rosa = someone("rosa")
    more = {"List-Id": "<help.demo.example>", "Precedence": "list", "X-Original-Sender": rosa, "Reply-To": "help@demo.example"}
    found = await arrived(house, "'Rosa Gil' via Ayuda <help@demo.example>", **more)
    assert (found["address"]["value"], found["address"]["name"]) == (rosa, "Rosa Gil")
    assert found["root"] == (await arrived(house, rosa, signed_by=SHOP))["root"]


async def test_anybody_elses_list_speaks_for_itself(house: House) -> None:
    rosa = someone("rosa")
    found = await arrived(house, "'Rosa' via Club <club@lists.example>", **{"List-Id": "<club.lists.example>", "X-Original-From": rosa})
    assert (found["address"]["value"], found["context"]["list"]) == ("club@lists.example", "club.lists.example")


async def test_a_mail_that_was_resent_is_its_writers_and_says_by_whom(house: House) -> None:
    rosa = someone("rosa")
    found = await arrived(house, rosa, signed_by=SHOP, envelope="ana@demo.example", **{"Resent-From": COLLEAGUE})
    assert (found["address"]["value"], found["context"]["resent_by"]) == (rosa, COLLEAGUE)


async def answer(house: House, customer: str, address: str) -> str:
    """Write to an address that is only claimed; the Message-ID of our letter."""
    sofia = await house.browser("sofia")
    body = {"id": str(uuid4()), "kind": "reply", "channel": house.company.channels["email"], "text": "¿Es suyo?", "address": address}
    body["send_at"] = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    status, said = await sofia.ask("POST", f"/customers/{customer}/messages", body)
    assert status == 201, said
    return str((await house.post.wait_for(lambda letter: address in letter.recipients, timeout=20)).message()["Message-ID"])
