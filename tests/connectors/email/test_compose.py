"""What we write travels whole and comes back as it was."""

import base64
import quopri
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Address, Media, Outgoing
from connectors.email import ids, payloads
from connectors.email.compose import Composed, compose
from connectors.email.names import file_name
from connectors.errors import Rejected
from tests.connectors.email.world import KEY, OURS, message_of, outgoing


def composed(one: Outgoing, name: str = "Soporte") -> Composed:
    return compose(one, key=KEY, ours=OURS, name=name, now=1_772_600_000.0)


def headers(one: Outgoing) -> dict[str, str]:
    return {name: str(value) for name, value in message_from_bytes(composed(one).raw, policy=policy.default).items()}


def test_every_attempt_has_the_same_message_id() -> None:
    first, second = composed(outgoing()), composed(outgoing(attempt=2))
    assert first.message_id == second.message_id
    assert ids.answered_message(KEY, first.message_id, "ana@shop.example") == outgoing().id


def test_nothing_is_written_to_an_address_that_is_only_claimed() -> None:
    with pytest.raises(Rejected) as refused:
        composed(outgoing(to=Address("claimed_email", "ana@shop.example")))
    assert refused.value.code == "no_reply_possible"


def test_the_answer_comes_to_an_address_of_its_own() -> None:
    written = headers(outgoing())
    assert ids.answered_message(KEY, written["Reply-To"].partition("<")[2].strip(">"), "ana@shop.example") == outgoing().id
    assert ids.bounced_message(KEY, composed(outgoing()).sender) == outgoing().id
    assert written["From"] == f"Soporte <{OURS}>"


def test_the_agent_and_the_company_are_named() -> None:
    assert headers(outgoing(author="Luis"))["From"] == f'"Luis (Soporte)" <{OURS}>'


def test_the_thread_is_named_by_message_ids() -> None:
    thread = tuple(f"<{n}-{'x' * 80}@shop.example>#{n:032x}" for n in range(30))
    one = outgoing(answers=thread[-1], references=thread)
    raw = composed(one).raw
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0]
    written = headers(one)
    assert written["In-Reply-To"] == f"<29-{'x' * 80}@shop.example>"
    assert written["References"].split()[0] == f"<0-{'x' * 80}@shop.example>"
    assert written["References"].split()[-1] == f"<29-{'x' * 80}@shop.example>"
    assert len(written["References"].split()) == 12


def test_no_line_end_becomes_a_header() -> None:
    nasty = "x\r\nBcc: eve@evil.example\r\n\r\nbody\u2028\x00"
    one = outgoing(
        subject=nasty,
        author=nasty,
        topic=nasty,
        to=Address("email", "ana@shop.example", nasty),
        answers=f"<{nasty}>",
        references=(nasty,),
        attachments=(Media(nasty, nasty, b"x", content_id=nasty),),
        html="<p>x",
    )
    mail = message_from_bytes(composed(one).raw, policy=policy.default)
    assert mail["Bcc"] is None
    assert not any("evil" in value for name, value in mail.items() if name not in ("Subject", "From", "To", "X-Hilo-Topic"))
    assert [str(part["Bcc"]) for part in mail.walk()] == ["None"] * len(list(mail.walk()))


def test_blind_copies_are_only_in_the_envelope() -> None:
    mail = composed(outgoing(cc=("Juan <juan@shop.example>",), bcc=("boss@demo.example",)))
    assert mail.recipients == ("ana@shop.example", "juan@shop.example", "boss@demo.example")
    assert b"boss@demo.example" not in mail.raw
    assert b"Cc: Juan <juan@shop.example>" in mail.raw


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@x", "a b@c", "ana@x.example\r\nRCPT TO:<b@c>", "a@b@c", "<a@b>, c@d"])
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(Rejected, match="not a mail address"):
        composed(outgoing(to=Address("email", address)))


def test_an_automatic_answer_says_so() -> None:
    mail = headers(outgoing(automatic=True))
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"], mail["Precedence"]) == ("auto-generated", "All", "auto_reply")
    assert "Precedence" not in headers(outgoing())
    assert "Auto-Submitted" not in headers(outgoing())


WORDS = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60)
LINES = st.lists(WORDS, max_size=8).map("\n".join)
FILES = st.lists(
    st.builds(
        Media, WORDS, st.sampled_from(["application/pdf", "image/png", "text/csv", "message/rfc822", "nonsense"]), st.binary(max_size=300)
    ),
    max_size=3,
)


@given(LINES, WORDS, WORDS, FILES)
def test_any_mail_comes_back_as_it_was_written(text: str, subject: str, name: str, files: list[Media]) -> None:
    one = outgoing(text=text, subject=subject, attachments=tuple(files), to=Address("email", "ana@shop.example", name))
    mail = payloads.read(composed(one).raw)
    assert mail.text.strip() == text.strip()
    assert " ".join(mail.subject.split()) == " ".join(subject.split())
    assert [(got.name, got.data) for got in mail.attachments] == [(file_name(file.name, file.content_type), file.data) for file in files]


CHARSETS = ["utf-8", "iso-8859-15", "cp1252", "koi8-r", "shift_jis", "gb18030", "utf-16"]


@given(
    st.text(alphabet="áéñ¿ПриветこんabcZ €", min_size=1, max_size=50),
    st.sampled_from(CHARSETS),
    st.sampled_from(["8bit", "base64", "quoted-printable"]),
)
def test_text_in_any_charset_is_read(text: str, charset: str, encoding: str) -> None:
    try:
        data = text.encode(charset)
    except UnicodeError:
        return
    if encoding == "8bit" and charset == "utf-16":
        return
    body = {"8bit": data, "base64": base64.encodebytes(data), "quoted-printable": quopri.encodestring(data)}[encoding]
    raw = (
        f"From: a@b.example\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body
    )
    assert payloads.read(raw).text.strip() == text.strip()


@pytest.mark.parametrize(("shown", "name"), [("agent_company", '"Luis (Soporte)"'), ("company", "Soporte"), ("agent", "Luis")])
def test_the_channel_says_whose_name_is_shown(shown: str, name: str) -> None:
    raw = compose(outgoing(author="Luis"), key=KEY, ours=OURS, name="Soporte", now=1_772_600_000.0, shown=shown).raw
    assert f"From: {name} <{OURS}>".encode() in raw


def test_an_answer_to_what_was_passed_on_leads_nowhere() -> None:
    one = outgoing(forwarded=True, answers="<a@b.example>", references=("<a@b.example>",), topic="ABC-123")
    written = headers(one)
    assert written["Reply-To"] == f"Soporte <{OURS}>"
    assert ids.answered_message(KEY, written["Message-ID"], "ana@shop.example") == ""
    assert ids.bounced_message(KEY, composed(one).sender) == one.id
    assert written.keys().isdisjoint({"In-Reply-To", "References", "X-Hilo-Topic"})


def test_what_nobody_asked_for_can_be_unsubscribed_from_in_one_click() -> None:
    page = "https://hilo.example/unsubscribe/" + "x" * 90
    written = composed(outgoing(unsubscribe=page)).raw
    assert f"List-Unsubscribe: <{page}>\r\n".encode() in written
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in written
    assert b"One-Click" not in composed(outgoing(unsubscribe=page.replace("https", "http"))).raw
    assert b"List-" not in composed(outgoing()).raw


def test_the_others_of_several_get_the_very_same_mail() -> None:
    several = outgoing(cc=("eva@shop.example",), bcc=("boss@demo.example",))
    whole, rest = composed(several), composed(replace(several, only=("boss@demo.example",), attempt=2))
    assert (rest.recipients, rest.raw, rest.rest) == (("boss@demo.example",), whole.raw, True)


def test_html_and_inline_pictures_come_back() -> None:
    picture = Media("a.png", "image/png", b"\x89PNG\r\n\x1a\n", content_id="pic@demo.example")
    one = outgoing(
        text="Mire", html='<p>Mire <img src="cid:pic@demo.example"></p>', attachments=(picture, Media("b.txt", "text/plain", b"x"))
    )
    read = message_of(composed(one).raw)
    assert read.html.strip() == '<p>Mire <img src="cid:pic@demo.example"></p>'
    assert [(file.name, file.content_id) for file in read.attachments] == [("a.png", "pic@demo.example"), ("b.txt", "")]
