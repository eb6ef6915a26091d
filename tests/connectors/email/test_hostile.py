"""Shapes made to hurt: each is read within seconds, or shown as plain text; none raises."""

import random
import time
import tracemalloc
from collections.abc import Callable

import pytest

from connectors.email import mime, payloads
from tests.connectors.email.world import RECORDED, message_of

FROM = b"From: ana@shop.example\r\nMessage-ID: <1@shop.example>\r\n"
HTML = FROM + b"Content-Type: text/html\r\n\r\n"


def multipart(parts: bytes, boundary: bytes = b"b") -> bytes:
    return FROM + b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n" + parts


def nested(depth: int) -> bytes:
    begin = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth))
    return FROM + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + begin + b"Hola"


SHAPES: dict[str, Callable[[], bytes]] = {
    "comments within comments": lambda: b"To: " + b"(" * 5_000 + b"\r\n" + FROM + b"\r\nHola",
    "comments in the sender": lambda: b"From: " + b"(" * 5_000 + b" <ana@shop.example>\r\n\r\nHola",
    "3 000 nested parts": lambda: nested(3_000),
    "200 000 parts": lambda: multipart(b"--b\r\n\r\nHola\r\n" * 200_000),
    "one header of 30 MB": lambda: FROM + b"X: " + b"a" * 30_000_000 + b"\r\n\r\nHola",
    "a million headers": lambda: FROM + b"X: a\r\n" * 1_000_000 + b"\r\nHola",
    "20 000 nested tags": lambda: HTML + b"<div>" * 20_000 + b"Hola",
    "100 000 nested tags": lambda: HTML + b"<div>" * 100_000 + b"Hola",
    "tags that never end": lambda: HTML + b"<a " * 40_000 + b"Hola",
    "one tag with a million attributes": lambda: HTML + b"<p " + b"a=1 " * 1_000_000 + b">Hola",
    "comments that never end": lambda: HTML + b"<!--" * 15_000 + b"Hola",
    "closing quotes that never come": lambda: HTML + b'<a href="' * 15_000 + b"Hola",
    "unclosed formatting": lambda: HTML + b"<b><i><a href=x><p>" * 4_900 + b"Hola",
    "nested tables": lambda: HTML + b"<table><tr><td>" * 6_000 + b"Hola",
    "30 MB of HTML text": lambda: HTML + b"Hola " * 6_000_000,
    "30 MB on one line": lambda: FROM + b"\r\n" + b"a" * 30_000_000,
    "15 million lines": lambda: FROM + b"\r\n" + b"\r\n" * 15_000_000,
    "10 million quoted lines": lambda: FROM + b"\r\n" + b">\r\n" * 10_000_000,
    "lines like introductions": lambda: (
        FROM + b"\r\n" + b"On 2026-01-01 a@b.example " * 20_000 + b"\r\n" + b"From: a 10:00 b@c.example\r\n" * 19_000
    ),
    "introductions without words": lambda: FROM + b"\r\n" + b"---\r\nOn 2026-01-01 a@b.example:\r\n--\r\n" * 6_000,
    "nothing but signatures": lambda: FROM + b"\r\n" + b"--\r\n\r\nSent from my iPhone\r\n" * 6_000,
    "rules of dashes": lambda: FROM + b"\r\n" + b"-" * 400_000 + b"\r\n" + (b"--- " + b"-_" * 1_000 + b"\r\n") * 200,
    "encoded words without end": lambda: FROM + b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\nHola",
    "60 000 recipients": lambda: FROM + b"To: " + b"a@b, " * 45_000 + b"\r\n\r\nHola",
    "20 000 references": lambda: FROM + b"References: " + b"<a@b> " * 40_000 + b"\r\n\r\nHola",
    "base64 that lies": lambda: multipart(
        b"--b\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"!" * 20_000_000
    ),
    "uuencode that lies": lambda: (
        FROM + b"Content-Type: application/x\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + b"zzzz\n" * 1_000_000
    ),
    "a boundary of 200 KB": lambda: multipart(b"--b\r\n\r\nHola", boundary=b"b" * 200_000),
    "a slow codec": lambda: FROM + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"Hola-" + b"9" * 5_000_000,
    "30 MB of wide characters": lambda: (
        FROM + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xf0\x9f\x98\x80" + b"Hola \r\n" * 4_000_000
    ),
    "30 MB of HTML entities": lambda: HTML + b"\xf0\x9f\x98\x80" + b"Hola &amp;\r\n" * 2_500_000,
    "50 000 HTML entities": lambda: HTML + b"Hola &amp;\r\n" * 50_000,
    "text in a table": lambda: HTML + b"<table>" + b"a b\r\n" * 700_000,
    "comments between letters": lambda: HTML + b"a<!---->" * 20_000,
    "letters between formatting": lambda: HTML + b"a<b>" * 10_000 + b"a</b>" * 9_999,
    "lists in formatting": lambda: HTML + b"<b><li>" * 9_900,
    "quotations in quotations": lambda: HTML + b"<blockquote>a<br>" * 9_900,
    "report of many groups": lambda: (
        FROM
        + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"Action: failed\r\nFinal-Recipient: rfc822; a@b\r\n\r\n" * 300_000
    ),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_a_hostile_shape_is_read_in_time(shape: Callable[[], bytes]) -> None:
    raw = shape()
    began = time.process_time()
    read = message_of(raw, mail_from="ana@shop.example")
    assert time.process_time() - began < 5.0
    assert read.sender.value.endswith("shop.example")


def test_deep_and_wide_mails_are_shown_as_plain_text() -> None:
    for raw in (nested(21), multipart(b"--b\r\n\r\nHola\r\n" * 501)):
        read = message_of(raw)
        assert read.context["plain_only"] is True
        assert "Hola" in read.text


def test_what_is_within_the_caps_is_read_as_such() -> None:
    for raw in (nested(19), multipart(b"--b\r\n\r\nHola\r\n" * 499)):
        read = message_of(raw)
        assert "plain_only" not in read.context
        assert "Hola" in read.text


def test_a_mail_over_the_size_is_too_complex() -> None:
    with pytest.raises(mime.TooComplex):
        mime.read_mail(b"a" * (mime.RAW_LIMIT + 1))


def test_a_long_text_is_cut_and_kept_whole_as_a_file() -> None:
    read = message_of(FROM + b"\r\n" + b"Hola\r\n" * 200_000)
    assert len(read.text) <= 500_000
    (whole,) = read.attachments
    assert (whole.name, whole.data) == ("file.txt", b"Hola\n" * 200_000)


def test_a_big_attachment_stays_within_the_memory_of_the_worker() -> None:
    line = b"QUJD" * 19 + b"\r\n"
    raw = multipart(
        b"--b\r\n\r\nHola\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + line * 440_000
    )
    tracemalloc.start()
    (file,) = message_of(raw).attachments
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(file.data or b"") == 57 * 440_000
    assert peak < 300_000_000


def test_random_damage_never_raises() -> None:
    chance = random.Random(7)
    mails = sorted(RECORDED.glob("*.eml"))
    assert mails
    for path in mails:
        raw = bytearray(path.read_bytes())
        for _ in range(150):
            damaged = bytearray(raw)
            for _ in range(chance.randrange(1, 30)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            payloads.read(bytes(damaged))
            payloads.read(bytes(raw[: chance.randrange(len(raw))]))
