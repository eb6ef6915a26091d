"""Whose words a mail brings: forms, lists and colleagues speak for customers; nobody else does."""

from email.message import EmailMessage

import pytest

from connectors.contract import Message
from connectors.email import payloads
from connectors.email.authentication import Authentication
from connectors.email.senders import Company
from tests.connectors.email.world import KEY, OURS, delivery

ANA = "Ana Ruiz <ana@demo.example>"
SAID = "¿Dónde está mi pedido?"
ROSA = "Rosa Gil <rosa@shop.example>"
GMAIL = """¿Lo miras?

---------- Forwarded message ---------
De: *Rosa Gil* <rosa@shop.example>
Date: vie, 20 nov 2026
Subject: Pedido 17
To: <ana@demo.example>


"""
THUNDERBIRD = (
    f"\n-------- Mensaje reenviado --------\nAsunto: \tPedido 17\nFecha: \tFri, 20 Nov 2026\nDe: \t{ROSA}\nPara: \tana@demo.example\n\n\n"
)
OUTLOOK = """De: Rosa Gil [mailto:rosa@shop.example]
Enviado el: viernes, 20 de noviembre de 2026 10:00
Para: Ana <ana@demo.example>
Asunto: Pedido 17

"""
APPLE = f"Mira esto\n\nInicio del mensaje reenviado:\n\n> De: {ROSA}\n> Asunto: Pedido 17\n> Para: ana@demo.example\n> \n> "


def mail(sender: str, text: str = "Hola", subject: str = "Pedido", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = sender, OURS, subject, "<1@outside.example>"
    for name, value in headers.items():
        made[name] = value
    made.set_content(text)
    return made


def message_of(made: EmailMessage, company: Company | None = None, **envelope: str) -> Message:
    (event,) = payloads.events_of(delivery(made.as_bytes(), **envelope), key=KEY, ours=OURS, company=company)
    assert isinstance(event, Message)
    return event


@pytest.mark.parametrize("head", [GMAIL, THUNDERBIRD, OUTLOOK, APPLE])
def test_a_forwarded_mail_is_the_customers_in_every_programs_manner(head: str) -> None:
    found = message_of(mail(ANA, head + SAID, "RV: Pedido 17"))
    assert (found.sender.kind, found.sender.value, found.sender.name) == ("claimed_email", "rosa@shop.example", "Rosa Gil")
    assert (found.text, found.subject) == (SAID, "Pedido 17")
    assert found.claims == {"email": "rosa@shop.example"}


def test_a_mail_forwarded_as_a_file_is_the_customers_too() -> None:
    made = mail(ANA, "¿Lo miras?", "Fwd: Pedido 17")
    made.add_attachment(mail("Rosa Gil <rosa@shop.example>", SAID, "Pedido 17"))
    found = message_of(made)
    assert (found.sender.kind, found.sender.value, found.text) == ("claimed_email", "rosa@shop.example", SAID)
    assert found.context["forward_note"] == "¿Lo miras?"


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("pepe@elsewhere.example", "RV: Pedido 17", GMAIL + SAID),  # not ours to vouch for anybody
        (ANA, "Re: Pedido 17", "Gracias\n\n" + OUTLOOK + SAID),  # an answer that quotes
        (ANA, "RV: Turnos", OUTLOOK.replace("rosa@shop.example", "luis@demo.example") + SAID),  # a colleague's mail
        (ANA, "RV: Pedido", "De: mi jefe\nPara: ti\nAsunto: nada\n\n" + SAID),  # nobody can tell whose
    ],
)
def test_what_is_no_customers_mail_passed_on_is_its_senders(sender: str, subject: str, text: str) -> None:
    found = message_of(mail(sender, text, subject))
    assert found.sender.kind == "email"
    assert found.sender.value in sender
    assert "forwarded_by" not in found.context


def test_a_forwarded_mail_answers_nothing() -> None:
    found = message_of(mail(ANA, GMAIL + SAID, "Fwd: x", **{"In-Reply-To": "<x@y.example>"}))
    assert (found.answers, found.reply_to) == ((), ())


def test_a_form_whose_mail_fails_is_believed_no_more_than_anybody() -> None:
    made = mail("noreply@demo.example", **{"Reply-To": "rosa@shop.example"})
    assert message_of(made).sender.kind == "email"
    failed = message_of(made, authentication=Authentication(dmarc="fail").as_word())
    assert (failed.sender.kind, failed.sender.value) == ("claimed_email", "rosa@shop.example")
    assert failed.automatic is True  # nobody is answered by a machine for what he or she may not have sent


def test_a_form_is_no_machine_that_nobody_may_answer() -> None:
    assert message_of(mail("noreply@demo.example", **{"Reply-To": "rosa@shop.example"})).automatic is False
    assert message_of(mail("noreply@demo.example")).automatic is True


def test_by_a_list_of_ours_people_write_and_by_others_machines() -> None:
    headers = {"List-Id": "<help.demo.example>", "Precedence": "list", "X-Original-From": "Rosa Gil <rosa@shop.example>"}
    assert message_of(mail("help@demo.example", **headers)).automatic is False
    assert message_of(mail("club@lists.example", **headers)).automatic is True


def test_an_address_at_a_public_provider_makes_nobody_a_colleague() -> None:
    assert not Company.of("tienda@gmail.com").owns("anybody@gmail.com")
    assert Company.of("tienda@gmail.com", "barro.example @otra.example").owns("Ana@Otra.example")
    assert Company.of("soporte@barro.example").owns("ana@barro.example")
    assert not Company.of("soporte@barro.example").owns("ana@not-barro.example")
