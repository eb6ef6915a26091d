"""Mails that follow no rule are read as a careful person would read them."""

import time

import pytest

from connectors.contract import Address
from connectors.email import payloads
from tests.connectors.email.world import message_of


def mail(*headers: bytes, body: bytes = b"Hola") -> bytes:
    return b"\r\n".join((*headers, b"", body))


def test_an_address_of_several_words_is_not_the_address_of_its_last_word() -> None:
    read = payloads.read(mail(b'From: "Premio Seguro" <oficina de premios ana@tienda.example>'))
    assert read.senders == (("Premio Seguro", "oficina de premios ana@tienda.example"),)


def test_a_sender_that_is_no_address_is_shown_as_it_stands() -> None:
    read = message_of(mail(b'From: "La Gran Rifa"@rifa.example>'))
    assert read.sender == Address("email", '"la gran rifa"@rifa.example>', "")
    assert read.context["no_from"] is True


def test_the_envelope_is_believed_before_a_sender_that_is_no_address() -> None:
    read = message_of(mail(b'From: "La Gran Rifa"@rifa.example>'), mail_from="rifa@correo.example")
    assert read.sender == Address("email", "rifa@correo.example")


def test_the_envelope_is_asked_where_the_sender_is_only_a_name() -> None:
    read = message_of(mail(b"From: La Gran Rifa"), mail_from="rifa@correo.example")
    assert read.sender.value == "rifa@correo.example"


@pytest.mark.parametrize("spaces", [b" ", b"\t"])
def test_a_sender_of_nothing_but_spaces_costs_no_time(spaces: bytes) -> None:
    raw = mail(b"From: a" + spaces * 200_000 + b"<a b" + spaces * 20_000 + b"x", body=b"")
    began = time.process_time()
    payloads.read(raw)
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("charset", "word"),
    [("shift_jis", "ツール"), ("iso-8859-2", "Žádost"), ("windows-1251", "Заказ"), ("big5", "訂單"), ("iso-2022-jp", "ツール")],
)
def test_a_subject_without_a_charset_is_in_that_of_the_text(charset: str, word: str) -> None:
    written = {"iso-2022-jp": "shift_jis"}.get(charset, charset)
    raw = mail(
        b"From: a@b.example", b"Subject: " + word.encode(written), b"Content-Type: text/plain; charset=" + charset.encode(), body=b"x"
    )
    assert payloads.read(raw).subject == word


def test_a_subject_without_a_charset_is_in_that_of_the_other_headers() -> None:
    raw = mail(b"From: =?iso-8859-7?B?wO3t4Q==?= <a@b.example>", b"Subject: " + "Άννα".encode("iso-8859-7"))
    assert payloads.read(raw).subject == "Άννα"


def test_a_subject_in_utf_8_is_utf_8_whatever_the_text_is_in() -> None:
    raw = mail(b"From: a@b.example", "Subject: Avería".encode(), b"Content-Type: text/plain; charset=iso-8859-2")
    assert payloads.read(raw).subject == "Avería"


def test_letters_that_spell_tags_in_utf_7_stay_letters() -> None:
    raw = mail(
        b"From: a@b.example", b"Content-Type: text/html; charset=utf-7", body=b"Hola +ADw-a href=+ACI-http://evil.example+ACIAPg-aqui"
    )
    assert payloads.read(raw).html == "Hola +ADw-a href=+ACI-http://evil.example+ACIAPg-aqui"


def test_a_page_that_belongs_to_a_page_is_a_file() -> None:
    body = (
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Hola</p>\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Marco</p>\r\n"
        b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
    )
    related = payloads.read(mail(b"From: a@b.example", b"Content-Type: multipart/related; boundary=b", body=body))
    assert related.html == "<p>Hola</p>"
    assert [(one.content_type, one.data) for one in related.attachments] == [("text/html", b"<p>Marco</p>"), ("image/png", b"x")]


def test_text_around_a_picture_is_read_on() -> None:
    body = b"--b\r\n\r\nAntes\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\n\r\nDespues\r\n--b--\r\n"
    mixed = payloads.read(mail(b"From: a@b.example", b"Content-Type: multipart/mixed; boundary=b", body=body))
    assert mixed.text == "Antes\n\nDespues"


def test_spans_that_say_nothing_are_left_out() -> None:
    body = b'<span class="x">Ho</span><span style="color:red">la <span>Ana</span></span><p title="<span>">y</p>'
    read = payloads.read(mail(b"From: a@b.example", b"Content-Type: text/html", body=body))
    assert read.html.startswith('Ho<span style="color:red">la Ana</span>')
    assert read.html.endswith(">y</p>")
