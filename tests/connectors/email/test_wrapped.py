"""Mails whose content is wrapped: winmail.dat, S/MIME, PGP, invitations to meetings, mails within mails, files with odd names."""

import base64
import struct
import time

import pytest

from connectors.email import invitation, tnef
from tests.connectors.email.world import message_of

FROM = b"From: Ana <ana@tienda.example>\r\nMessage-ID: <1@tienda.example>\r\n"
PDF = b"%PDF-1.4 factura"


def multipart(kind: str, *parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + one + b"\r\n" for one in parts)
    return FROM + b"Content-Type: multipart/" + kind.encode() + b"; boundary=b\r\n\r\n" + body + b"--b--\r\n"


def part(content_type: str, data: bytes, *headers: str) -> bytes:
    lines = [f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *headers, "", base64.encodebytes(data).decode()]
    return "\r\n".join(lines).encode()


# ── winmail.dat ──────────────────────────────────────────────────────────────────────────────────────────────────────


def tnef_object(level: int, name: int, data: bytes, kind: int = 6) -> bytes:
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) % 65536)


def winmail(*objects: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(objects)


FILE = (
    tnef_object(2, 0x9002, b"\0" * 14),
    tnef_object(2, 0x8010, b"Factura 4471.pdf\0", 1),
    tnef_object(2, 0x800F, PDF),
)
WORDS = tnef_object(1, 0x800C, b"Adjunto la factura.\0", 2)


def test_the_files_in_a_winmail_dat_are_files_of_the_mail() -> None:
    read = message_of(multipart("mixed", b"\r\nHola", part("application/ms-tnef; name=winmail.dat", winmail(WORDS, *FILE))))
    assert read.text == "Hola"
    assert [(one.name, one.content_type, one.data) for one in read.attachments] == [("Factura 4471.pdf", "application/pdf", PDF)]


def test_the_text_in_a_winmail_dat_is_read_where_there_is_no_other() -> None:
    read = message_of(FROM + part("application/ms-tnef", winmail(WORDS, *FILE)))
    assert read.text == "Adjunto la factura."
    assert [one.data for one in read.attachments] == [PDF]


def test_a_winmail_dat_under_a_general_type_is_known_by_its_name() -> None:
    raw = multipart("mixed", b"\r\nHola", part("application/octet-stream; name=WINMAIL.DAT", winmail(*FILE)))
    assert [one.name for one in message_of(raw).attachments] == ["Factura 4471.pdf"]


@pytest.mark.parametrize("data", [b"", b"junk", winmail(), winmail(tnef_object(2, 0x800F, PDF)), winmail(*FILE)[:60]])
def test_a_winmail_dat_that_cannot_be_read_stays_a_file(data: bytes) -> None:
    read = message_of(multipart("mixed", b"\r\nHola", part("application/ms-tnef; name=winmail.dat", data)))
    assert [(one.name, one.data) for one in read.attachments] == [("winmail.dat", data)]


@pytest.mark.parametrize(
    "data",
    [
        winmail(tnef_object(1, 0x9004, b"\xff" * 100)),
        winmail(tnef_object(1, 0x9003, b"\xff" * 100)),
        winmail(*[tnef_object(1, 0x800C, b"")] * 300_000),
        winmail(tnef_object(1, 0x9003, struct.pack("<IHHI", 1, 0x1002, 1, 0xFFFFFFFF))),
        winmail(tnef_object(1, 0, b""), b"\0" * 2_000_000),
    ],
    ids=["recipients", "properties", "many objects", "many values", "nothing"],
)
def test_a_lying_winmail_dat_costs_no_time(data: bytes) -> None:
    began = time.process_time()
    message_of(multipart("mixed", b"\r\nHola", part("application/ms-tnef; name=winmail.dat", data)))
    assert time.process_time() - began < 2.0
    assert tnef.OBJECT_LIMIT < 300_000


# ── Signed and encrypted ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_signed_mail_is_read_and_its_signature_is_a_file() -> None:
    signature = part("application/pkcs7-signature; name=smime.p7s", b"x")
    read = message_of(multipart('signed; protocol="application/pkcs7-signature"; micalg=sha-256', b"\r\nHola", signature))
    assert (read.text, read.context["signed"]) == ("Hola", "s/mime")
    assert "encrypted" not in read.context
    assert [one.name for one in read.attachments] == ["smime.p7s"]


def test_a_pgp_signature_is_known_without_a_protocol_and_gets_a_name() -> None:
    read = message_of(multipart("signed", b"\r\nHola", part("application/pgp-signature", b"x")))
    assert read.context["signed"] == "pgp"
    assert [one.name for one in read.attachments] == ["signature.asc"]


def test_an_encrypted_mail_says_so_and_keeps_its_bytes() -> None:
    secret = part("application/octet-stream; name=encrypted.asc", b"-----BEGIN PGP MESSAGE-----")
    read = message_of(
        multipart('encrypted; protocol="application/pgp-encrypted"', part("application/pgp-encrypted", b"Version: 1"), secret)
    )
    assert (read.text, read.context["encrypted"]) == ("", "pgp")
    assert read.attachments[1].data == b"-----BEGIN PGP MESSAGE-----"


@pytest.mark.parametrize(
    ("kind", "context"),
    [
        ("smime-type=enveloped-data", {"encrypted": "s/mime"}),
        ("smime-type=authEnveloped-data", {"encrypted": "s/mime"}),
        ("name=smime.p7m", {"encrypted": "s/mime"}),
        ("smime-type=signed-data", {"signed": "s/mime"}),
        ("smime-type=certs-only", {}),
    ],
)
def test_a_wrapped_mail_says_how(kind: str, context: dict[str, str]) -> None:
    read = message_of(FROM + part(f"application/pkcs7-mime; {kind}", b"x"))
    assert {key: value for key, value in read.context.items() if key in ("signed", "encrypted")} == context
    assert [one.name for one in read.attachments] == ["smime.p7m" if "name=" in kind else "file.p7m"]


def test_a_pgp_text_is_known_by_its_first_line() -> None:
    assert message_of(FROM + b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM").context["encrypted"] == "pgp"
    assert message_of(FROM + b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHola").context["signed"] == "pgp"
    assert "encrypted" not in message_of(FROM + b"\r\nVea: -----BEGIN PGP MESSAGE-----").context


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────

MEETING = """BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:1@tienda.example
SUMMARY:Visita del técnico\\, segunda planta
DTSTART;TZID=Europe/Madrid:20260302T091500
{end}
LOCATION:Calle Mayor 1
ORGANIZER;CN="Ana Pérez":mailto:ana@tienda.example
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
SAID = {
    "method": "request",
    "summary": "Visita del técnico, segunda planta",
    "start": "2026-03-02T09:15:00+01:00",
    "end": "2026-03-02T10:00:00+01:00",
    "place": "Calle Mayor 1",
    "organiser": "Ana Pérez <ana@tienda.example>",
}


@pytest.mark.parametrize("end", ["DTEND;TZID=Europe/Madrid:20260302T100000", "DURATION:PT45M"])
def test_an_invitation_says_what_when_and_where(end: str) -> None:
    data = MEETING.format(end=end).encode()
    read = message_of(multipart("alternative", b"\r\nVenga", part("text/calendar; method=REQUEST; charset=utf-8", data)))
    assert read.context["invitation"] == SAID
    assert read.text == "Venga"
    assert [(one.name, one.data) for one in read.attachments] == [("invitation.ics", data)]


def test_a_whole_day_is_a_date() -> None:
    text = MEETING.format(end="DTEND;VALUE=DATE:20260304").replace(";TZID=Europe/Madrid:20260302T091500", ";VALUE=DATE:20260302")
    read = invitation.read_calendar(text)
    assert (read["start"], read["end"]) == ("2026-03-02", "2026-03-04")


@pytest.mark.parametrize(
    "text", ["", "BEGIN:VCALENDAR", "BEGIN:VEVENT\r\n" * 2_000, "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR"]
)
def test_a_calendar_that_cannot_be_read_says_nothing(text: str) -> None:
    assert invitation.read_calendar(text) == {}


@pytest.mark.parametrize("line", ["X-A:b\r\n" * 14_000, "SUMMARY" + ";A=b" * 24_000 + ":x\r\n", "SUMMARY:" + "\r\n a" * 24_000 + "\r\n"])
def test_a_calendar_without_end_costs_no_time(line: str) -> None:
    began = time.process_time()
    message_of(FROM + part("text/calendar", f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{line}END:VEVENT\r\nEND:VCALENDAR".encode()))
    assert time.process_time() - began < 2.0


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ("application/pdf; name=factura.pdf", "factura.pdf"),
        ('application/pdf; name="=?utf-8?Q?Factura_n=C2=BA_4.pdf?="', "Factura no 4.pdf"),
        ("application/pdf; name*0*=utf-8''Factura%20; name*1*=n%C3%BAmero; name*2=.pdf", "Factura número.pdf"),
        ("application/pdf; name*=iso-8859-1''a%F1o.pdf", "año.pdf"),
        ("application/pdf\r\nContent-Disposition: attachment; filename=", "file.pdf"),
        ("image/jpeg", "image.jpg"),
        ("video/quicktime", "video.mov"),
        ("application/x-nobody-knows", "file.bin"),
        ("application/pdf\r\nContent-Disposition: attachment; filename=Factura de marzo.pdf", "Factura de marzo.pdf"),
        ("application/pdf\r\nContent-Description: Albarán.pdf", "Albarán.pdf"),
    ],
)
def test_a_file_is_called_as_its_sender_called_it(headers: str, name: str) -> None:
    raw = multipart("mixed", b"\r\nHola", b"Content-Type: " + headers.encode() + b"\r\n\r\nx")
    assert [one.name for one in message_of(raw).attachments] == [name]


def test_a_forwarded_mail_keeps_its_subject_and_what_is_in_it() -> None:
    inner = b"From: Luis <luis@otra.example>\r\nDate: Mon, 2 Mar 2026 09:14:00 +0000\r\nSubject: =?utf-8?Q?Aver=C3=ADa?=\r\n\r\nNo enciende"
    read = message_of(multipart("mixed", b"\r\nLe paso esto", b"Content-Type: message/rfc822\r\n\r\n" + inner))
    (file,) = read.attachments
    assert (file.name, file.content_type) == ("Avería.eml", "message/rfc822")
    assert b"No enciende" in (file.data or b"")
    assert read.context["forwarded"] == [
        {"from": "Luis <luis@otra.example>", "subject": "Avería", "at": 1772442840.0, "text": "No enciende"}
    ]


def test_mails_within_mails_are_told_to_a_certain_depth_and_number() -> None:
    many = multipart("digest", *[b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nHola"] * 300)
    told = message_of(many).context["forwarded"]
    assert isinstance(told, list)
    assert len(told) == 5
    deep = b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"Hola"
    assert message_of(FROM + deep).context.get("forwarded", []) == []


def test_a_forwarded_mail_sent_as_base64_is_opened_all_the_same() -> None:
    inner = b"From: Luis <luis@otra.example>\r\nSubject: Dos\r\n\r\nNo enciende"
    read = message_of(multipart("mixed", b"\r\nVea", part("message/rfc822", inner)))
    assert [(one.name, one.data) for one in read.attachments] == [("Dos.eml", inner)]


def test_the_long_name_of_a_file_in_a_winmail_dat_counts() -> None:
    name = "Factura número 4471.pdf".encode("utf-16-le") + b"\0\0"
    listed = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(name)) + name
    data = winmail(*FILE[:1], tnef_object(2, 0x8010, b"FACTUR~1.PDF\0", 1), FILE[2], tnef_object(2, 0x9005, listed))
    read = message_of(multipart("mixed", b"\r\nHola", part("application/ms-tnef", data)))
    assert [(one.name, one.data) for one in read.attachments] == [("Factura número 4471.pdf", PDF)]
