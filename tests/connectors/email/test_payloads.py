"""Mails of real programs become messages and receipts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Address, Message, Receipt
from connectors.email import ids, payloads
from connectors.errors import MalformedPayload
from tests.connectors.email.world import KEY, OURS, delivery, message_of, recorded

OUR_MESSAGE = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
LUCIA = "lucia.campos@correo.example"


def original(recipient: str) -> str:
    return ids.message_id(KEY, OUR_MESSAGE, recipient, "demo.example").strip("<>")


def mail(body: str = "Hola", **headers: str) -> bytes:
    given = {"From": "Ana <ana@shop.example>", "To": OURS, "Message-ID": "<1@shop.example>", **headers}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items()).encode() + b"\r\n" + body.encode()


def test_a_reply_from_a_telephone_is_its_new_words() -> None:
    read = message_of(recorded("iphone_reply", ORIGINAL=original(LUCIA)))
    assert read.text == "La dirección es correcta, gracias.\n¿Cuándo llega?"
    assert read.sender == Address("email", LUCIA, "Lucía Campos")
    assert read.subject == "Re: Pedido 4471: confirmación de la dirección"
    assert read.context["cc"] == ["juan@correo.example"]
    assert "¿Nos confirma la dirección?" in str(read.context["full_text"])
    assert read.at == 1772439269.0
    assert not read.automatic


def test_the_one_we_wrote_to_answers_our_message() -> None:
    read = message_of(recorded("iphone_reply", ORIGINAL=original(LUCIA)))
    assert read.answers == (OUR_MESSAGE,)


def test_somebody_in_copy_joins_nothing() -> None:
    read = message_of(recorded("iphone_reply", ORIGINAL=original("ana@shop.example")))
    assert read.answers == ()
    assert read.reply_to == (f"<{original('ana@shop.example')}>",)


def test_a_forged_id_joins_nothing() -> None:
    read = message_of(recorded("iphone_reply", ORIGINAL=f"hilo.{'0' * 32}.{'a' * 16}@demo.example"))
    assert read.answers == ()


def test_the_reply_address_proves_the_answer_even_without_threading_headers() -> None:
    address = ids.reply_address(KEY, OUR_MESSAGE, "ana@shop.example", OURS)
    assert message_of(mail(To=address)).answers == (OUR_MESSAGE,)
    assert message_of(mail(), rcpt_to=address).answers == (OUR_MESSAGE,)
    assert message_of(mail(From="eve@evil.example", To=address)).answers == ()


def test_several_senders_join_nothing() -> None:
    address = ids.reply_address(KEY, OUR_MESSAGE, "ana@shop.example", OURS)
    read = message_of(mail(From="ana@shop.example, eve@evil.example", To=address))
    assert read.answers == ()
    assert read.context["several_senders"] is True


def test_a_second_from_header_is_noticed() -> None:
    read = message_of(b"From: eve@evil.example\r\n" + mail(To=ids.reply_address(KEY, OUR_MESSAGE, "eve@evil.example", OURS)))
    assert read.context["several_senders"] is True
    assert read.answers == ()


def test_mail_in_our_own_name_is_marked_and_joins_nothing() -> None:
    read = message_of(mail(From=f"Agent <{OURS}>", To=ids.reply_address(KEY, OUR_MESSAGE, OURS, OURS)))
    assert read.context["own_address"] is True
    assert read.answers == ()
    assert read.automatic


def test_a_name_that_shows_another_address_is_not_shown_as_the_name() -> None:
    read = message_of(mail(From='"boss@demo.example" <eve@evil.example>'))
    assert read.sender == Address("email", "eve@evil.example", "")
    assert read.context["misleading_name"] == "boss@demo.example"


def test_an_encoded_name_cannot_smuggle_in_an_address() -> None:
    read = message_of(mail(From="=?utf-8?Q?ana=40shop.example=3E,_=3C?= <eve@evil.example>"))
    assert read.sender.value == "eve@evil.example"


def test_a_comma_in_an_encoded_name_is_no_second_sender() -> None:
    read = message_of(mail(From="=?utf-8?Q?Nu=C3=B1ez,_Marta?= <marta@tienda.example>"))
    assert read.sender == Address("email", "marta@tienda.example", "Nuñez, Marta")


def test_html_is_made_harmless_and_its_pictures_are_kept() -> None:
    read = message_of(recorded("outlook_html_with_picture"))
    assert read.text.startswith("Guten Tag,\n\nauf der Rechnung fehlt unsere Bestellnummer, siehe Bild.")
    assert "Anbei die Rechnung" not in read.text
    assert "script" not in read.html
    assert "onerror" not in read.html
    assert "position" not in read.html
    assert 'src="cid:image001.png@01DC.7A"' in read.html
    assert 'data-remote-src="https://track.example/open.gif?u=7"' in read.html
    assert ' src="https:' not in read.html
    (picture,) = read.attachments
    assert (picture.name, picture.content_type, picture.content_id) == ("image001.png", "image/png", "image001.png@01DC.7A")
    assert picture.data is not None
    assert picture.data.startswith(b"\x89PNG")


def test_a_bounce_to_our_return_path_is_a_receipt() -> None:
    raw = recorded("bounce", RETURN_PATH=ids.return_path(KEY, OUR_MESSAGE, OURS))
    (receipt,) = payloads.events_of(delivery(raw, mail_from=""), key=KEY, ours=OURS)
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.message) == ("failed", OUR_MESSAGE)
    assert "User unknown" in receipt.reason


def test_a_bounce_is_known_by_our_message_id_as_well() -> None:
    raw = recorded("bounce", RETURN_PATH=OURS, ORIGINAL=original("peter.gross@firma.example"))
    (receipt,) = payloads.events_of(delivery(raw, mail_from=""), key=KEY, ours=OURS)
    assert isinstance(receipt, Receipt)
    assert receipt.message == OUR_MESSAGE


def test_a_bounce_of_a_mail_that_is_not_ours_stays_a_message() -> None:
    raw = recorded("bounce", RETURN_PATH=OURS)
    (event,) = payloads.events_of(delivery(raw, mail_from=""), key=KEY, ours=OURS)
    assert isinstance(event, Message)
    assert event.automatic


def test_a_delayed_mail_is_still_on_its_way() -> None:
    raw = recorded("bounce", RETURN_PATH=ids.return_path(KEY, OUR_MESSAGE, OURS)).replace(b"Action: failed", b"Action: delayed")
    (receipt,) = payloads.events_of(delivery(raw), key=KEY, ours=OURS)
    assert isinstance(receipt, Receipt)
    assert receipt.state == "sent"


def reported(*groups: str) -> list[Receipt]:
    """The receipts of a report with these groups of fields, about a mail of ours."""
    raw = recorded("bounce", RETURN_PATH=ids.return_path(KEY, OUR_MESSAGE, OURS)).decode()
    begin, end = raw.index("Final-Recipient"), raw.index("--9F3B1.1772607602/mx.firma.example\r\nContent-Description: Undelivered")
    raw = raw[:begin] + "\r\n\r\n".join(groups) + "\r\n\r\n" + raw[end:]
    events = payloads.events_of(delivery(raw.encode(), mail_from=""), key=KEY, ours=OURS)
    return [one for one in events if isinstance(one, Receipt)]


def test_a_report_on_several_recipients_is_a_receipt_for_each() -> None:
    found = reported(
        "Final-Recipient: rfc822; ana@x.example\r\nAction: relayed\r\nStatus: 2.0.0",
        "Original-Recipient: rfc822; Eva@x.example\r\nFinal-Recipient: rfc822; eva@y.example\r\nAction: failed\r\nStatus: 5.2.2",
        "Final-Recipient: rfc822; luis@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\nDiagnostic-Code: smtp; 421 busy",
    )
    assert [(one.state, one.recipient, one.reason) for one in found] == [
        ("delivered", "ana@x.example", ""),
        ("failed", "eva@x.example", "full_mailbox: eva@y.example: 5.2.2"),
        ("sent", "luis@x.example", "delayed: luis@x.example: 421 busy"),
    ]


def test_a_server_that_tried_for_days_gave_up() -> None:
    (receipt,) = reported("Final-Recipient: rfc822; ana@x.example\r\nAction: failed\r\nStatus: 4.4.7\r\nDiagnostic-Code: smtp; 421 busy")
    assert (receipt.state, receipt.reason) == ("failed", "gave_up: ana@x.example: 421 busy")


PROSE = """Return-Path: <>
From: MAILER-DAEMON@mx.firma.example
To: {path}
Subject: failure notice

Hi. This is the program at mx.firma.example.
<peter.gross@firma.example>:
550 sorry, no mailbox here by that name. No such user (#5.1.1)
"""


def test_a_bounce_in_prose_is_a_receipt_as_well() -> None:
    raw = PROSE.format(path=ids.return_path(KEY, OUR_MESSAGE, OURS)).encode()
    (receipt,) = payloads.events_of(delivery(raw, mail_from=""), key=KEY, ours=OURS)
    assert isinstance(receipt, Receipt)
    assert (receipt.state, receipt.message) == ("failed", OUR_MESSAGE)
    assert receipt.reason.startswith("no_mailbox: 550 sorry")


def test_a_person_who_writes_to_the_return_path_is_heard() -> None:
    raw = PROSE.format(path=ids.return_path(KEY, OUR_MESSAGE, OURS)).replace("MAILER-DAEMON@mx", "peter.gross@").encode()
    (event,) = payloads.events_of(delivery(raw), key=KEY, ours=OURS)
    assert isinstance(event, Message)


def test_a_vacation_notice_is_automatic() -> None:
    read = message_of(recorded("vacation"), mail_from="")
    assert read.automatic
    assert read.sender.name == "Marta Nuñez"
    assert read.text == "Vuelvo el lunes."


@pytest.mark.parametrize(
    "header",
    [
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "list"},
        {"List-Id": "<a.b>"},
        {"Return-Path": "<>"},
        {"From": "no-reply@shop.example"},
    ],
)
def test_marks_of_machines_make_a_mail_automatic(header: dict[str, str]) -> None:
    assert message_of(mail(**header)).automatic
    assert not message_of(mail(**{"Auto-Submitted": "no"})).automatic


def test_broken_headers_lose_nothing() -> None:
    read = message_of(recorded("no_charset_broken_headers"))
    assert read.sender.value == "tienda@correo.example"
    assert read.subject == "Fwd: Pregunta sobre la garantía"
    assert "¿Cuánto dura la garantía?" in read.text


def test_a_mail_that_nobody_sent_is_set_aside() -> None:
    with pytest.raises(MalformedPayload, match="From"):
        message_of(b"Subject: x\r\n\r\nHola")


def test_the_envelope_names_the_sender_when_the_headers_do_not() -> None:
    read = message_of(b"Subject: x\r\n\r\nHola", mail_from="ana@shop.example")
    assert read.sender.value == "ana@shop.example"
    assert read.context["no_from"] is True


def test_the_same_mail_by_two_ways_has_one_id() -> None:
    raw = recorded("iphone_reply")
    other_way = b"Received: from elsewhere\r\nDelivered-To: x@y.example\r\n" + raw.replace(b"\r\n", b"\n") + b"\n"
    assert payloads.external_id(raw) == payloads.external_id(other_way)


def test_a_repeated_message_id_makes_nobody_elses_mail_vanish() -> None:
    one, other = mail("Pague aquí"), mail("El pedido llegó roto")
    assert payloads.external_id(one) != payloads.external_id(other)
    assert message_of(one).external_id != message_of(other).external_id
    assert payloads.message_id_of(message_of(one).external_id) == "<1@shop.example>"


def test_a_file_name_is_one_harmless_line() -> None:
    raw = mail(
        "--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment; filename*=utf-8''..%EF%BC%8F..%2Fetc%2Ffactura%E2%80%AEfdp.exe%00\r\n\r\nx\r\n--b--\r\n",
        **{"Content-Type": "multipart/mixed; boundary=b"},
    )
    (file,) = message_of(raw).attachments
    assert file.name == "facturafdp.exe"


def test_a_mail_within_a_mail_is_a_file_with_its_subject() -> None:
    raw = mail(
        "--b\r\n\r\nVea\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: Oferta 3/4\r\n\r\nDentro\r\n--b--\r\n",
        **{"Content-Type": "multipart/mixed; boundary=b"},
    )
    read = message_of(raw)
    assert read.text == "Vea"
    assert [(one.name, one.content_type) for one in read.attachments] == [("Oferta 3_4.eml", "message/rfc822")]


def test_a_mail_without_words_is_a_message_with_a_file() -> None:
    read = message_of(mail("SG9sYQ==", **{"Content-Type": "application/pdf; name=a.pdf", "Content-Transfer-Encoding": "base64"}))
    assert read.text == ""
    assert [(one.name, one.data) for one in read.attachments] == [("a.pdf", b"Hola")]


def test_lines_that_flow_are_joined() -> None:
    body = "La dirección es \r\ncorrecta.\r\n\r\n> ¿Es correcta \r\n> la dirección?\r\n-- \r\nAna\r\n"
    read = message_of(mail(body, **{"Content-Type": "text/plain; charset=utf-8; format=flowed"}))
    assert read.text == "La dirección es correcta."
    assert read.context["full_text"] == "La dirección es correcta.\n\n> ¿Es correcta la dirección?\n-- \nAna\n"


def test_a_script_of_another_country_is_guessed_from_the_declared_one() -> None:
    raw = mail(**{"Content-Type": "text/plain; charset=iso-2022-jp"}).replace(b"Hola", "ツール".encode("cp932"))
    assert message_of(raw).text == "ツール"


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        ("eve@evil.example <ana@shop.example>", "ana@shop.example", ""),
        ("ana@shop.example <ana@shop.example>", "ana@shop.example", "ana@shop.example"),
        ("Tienda, La <ana@shop.example>", "ana@shop.example", "Tienda, La"),
        ("ana@shop.example@evil.example", "ana@shop.example@evil.example", ""),
        ("ana@shop.example (Ana)", "ana@shop.example", "Ana"),
        ("<ana@shop.example", "ana@shop.example", ""),
        ("MAILER-DAEMON (Mail System)", "mailer-daemon", "Mail System"),
    ],
)
def test_the_sender_is_the_address_that_mailboxes_show(written: str, address: str, name: str) -> None:
    assert message_of(mail(From=written)).sender == Address("email", address, name)


@given(st.binary(max_size=2_000), st.binary(max_size=200))
def test_any_bytes_are_a_message_or_are_set_aside(body: bytes, sender: bytes) -> None:
    for raw in (body, b"From: " + sender + b"\r\n" + body, b"From: a@b.example\r\nContent-Type: " + sender + b"\r\n" + body):
        try:
            (event,) = payloads.events_of(delivery(raw, mail_from="", rcpt_to=OURS), key=KEY, ours=OURS)
        except MalformedPayload:
            continue
        assert isinstance(event, Message)
        words = [event.text, event.html, event.subject, event.sender.value, event.sender.name, *map(str, event.context.values())]
        assert "\0" not in "".join(words)
        assert json.dumps(words, ensure_ascii=False).encode("utf-8")
