"""Mails that prove whose they are, and mails that fail to. Keys come from a table of our own, no name server is asked."""

from collections.abc import Callable

import pytest

from connectors.email import ids
from connectors.email.authentication import Authentication, authenticate, organisation, wanted_names
from tests.connectors.email import zone
from tests.connectors.email.world import KEY, OURS, message_of

OUR_MESSAGE = "6f0c1f1e-7d0e-4c7e-9c39-0d7b1f2a3b4c"
MAIL = b"From: Ana <ana@tienda.example>\r\nTo: support@demo.example\r\nSubject: Pedido\r\nMessage-ID: <1@tienda.example>\r\n\r\nHola\r\n"
Records = dict[str, list[str] | None]
DMARC: Records = {"_dmarc.tienda.example": ["v=DMARC1; p=reject"]}


def signed(domain: str = "tienda.example", raw: bytes = MAIL) -> bytes:
    return zone.signed(raw, domain)


def world(more: Records) -> Callable[[str], list[str] | None]:
    """Name servers that know our key under every domain."""
    known: Records = {**DMARC, **more}
    return lambda name: [zone.keys()[1]] if name.startswith("s1._domainkey.") and name not in known else known.get(name, [])


def stated_by(server: str, results: str, raw: bytes = MAIL) -> bytes:
    return f"Authentication-Results: {server}; {results}\r\n".encode() + raw


def judged(raw: bytes, trusted: str = "", mail_from: str = "ana@tienda.example", more: Records | None = None) -> Authentication:
    return authenticate(raw, trusted, mail_from, world(more or {}))


def test_a_mail_signed_by_its_senders_domain_passes() -> None:
    assert judged(signed()) == Authentication("none", "pass", "pass", True)


def test_a_signature_of_a_subdomain_is_the_senders_unless_the_record_is_strict() -> None:
    assert judged(signed("correo.tienda.example")).dmarc == "pass"
    strict: Records = {"_dmarc.tienda.example": ["v=DMARC1; p=none; adkim=s"]}
    assert judged(signed("correo.tienda.example"), mail_from="x@envios.example", more=strict).dmarc == "fail"


def test_a_mail_changed_on_the_way_fails() -> None:
    result = judged(signed().replace(b"Hola", b"Paga"), mail_from="eve@evil.example")
    assert (result.dkim, result.dmarc, result.aligned) == ("fail", "fail", False)


def test_anothers_good_signature_does_not_speak_for_the_sender() -> None:
    result = judged(signed("evil.example"), mail_from="eve@evil.example")
    assert (result.dkim, result.dmarc, result.aligned) == ("pass", "fail", False)


def test_one_good_signature_beside_a_broken_one_is_enough() -> None:
    broken = signed("lista.example", MAIL.replace(b"Hola", b"Otra")).partition(b"From:")[0]
    assert judged(broken + signed()).dmarc == "pass"


def test_an_unsigned_mail_whose_envelope_agrees_is_neither_proved_nor_refuted() -> None:
    assert judged(MAIL).dmarc == "neutral"
    assert judged(MAIL, mail_from="").dmarc == "fail"


def test_a_domain_without_a_record_says_nothing() -> None:
    assert judged(MAIL, mail_from="eve@evil.example", more={"_dmarc.tienda.example": []}) == Authentication()


def test_name_servers_that_do_not_answer_decide_nothing() -> None:
    assert judged(signed(), more={"s1._domainkey.tienda.example": None}).dmarc == "temperror"
    assert judged(MAIL, more={"_dmarc.tienda.example": None}).dmarc == "temperror"


def test_the_record_of_the_whole_organisation_holds_for_its_subdomains() -> None:
    raw = MAIL.replace(b"ana@tienda", b"ana@correo.tienda")
    assert judged(signed(raw=raw)).dmarc == "pass"
    assert judged(raw, mail_from="eve@evil.example").dmarc == "fail"


def test_two_senders_have_no_domain_to_be_judged_by() -> None:
    raw = MAIL.replace(b"Ana <ana@tienda.example>", b"ana@tienda.example, eve@evil.example")
    assert judged(signed("evil.example", raw)) == Authentication("none", "pass", "none", False)


def test_the_trusted_server_is_believed() -> None:
    said = (
        "spf=pass (sender is ok) smtp.mailfrom=tienda.example;\r\n"
        ' dkim=fail reason="x; dmarc=pass" header.d=x.example;\r\n dmarc=fail (p=reject)'
    )
    assert judged(stated_by("mx.demo.example", said), "mx.demo.example") == Authentication("pass", "fail", "fail", False)


def test_a_server_that_anybody_could_name_is_not_believed() -> None:
    forged = stated_by("mx.evil.example", "dmarc=pass")
    assert judged(forged, "mx.demo.example", mail_from="eve@evil.example").dmarc == "fail"
    assert judged(forged, "", mail_from="eve@evil.example").dmarc == "fail"
    assert judged(stated_by("(mx.demo.example) mx.evil.example", "dmarc=pass"), "mx.demo.example", "eve@evil.example").dmarc == "fail"


def test_only_the_topmost_results_count() -> None:
    raw = stated_by("mx.demo.example", "dmarc=fail", stated_by("mx.demo.example", "dmarc=pass"))
    assert judged(raw, "MX.demo.example").dmarc == "fail"


def test_a_comment_states_nothing() -> None:
    raw = stated_by("mx.demo.example", "dmarc=fail (dmarc=pass (dkim=pass)); spf=hardfail")
    assert judged(raw, "mx.demo.example") == Authentication("fail", "none", "fail", False)


@pytest.mark.parametrize("given", [Authentication(), Authentication("softfail", "pass", "pass", True), Authentication(dmarc="temperror")])
def test_a_result_travels_with_the_delivery(given: Authentication) -> None:
    assert Authentication.from_word(given.as_word()) == given


@pytest.mark.parametrize("word", ["", "spf=pass", "spf=x dkim=x dmarc=x aligned=yes", "dmarc=pass " * 4])
def test_a_word_that_is_no_result_is_none(word: str) -> None:
    assert Authentication.from_word(word) is None


def test_a_mail_that_fails_is_marked_and_joins_nothing() -> None:
    address = ids.reply_address(KEY, OUR_MESSAGE, "ana@tienda.example", OURS)
    raw = MAIL.replace(b"support@demo.example", address.encode())
    failed = message_of(raw, authentication=Authentication(dmarc="fail").as_word())
    assert failed.answers == ()
    assert failed.context["failed_authentication"] is True
    passed = message_of(raw, authentication=Authentication("pass", "pass", "pass", True).as_word())
    assert passed.answers == (OUR_MESSAGE,)
    assert passed.context["authentication"] == {"spf": "pass", "dkim": "pass", "dmarc": "pass", "aligned": True}
    assert "authentication" not in message_of(raw).context


def test_all_that_is_asked_of_dns_is_known_before() -> None:
    raw = signed("correo.tienda.example", MAIL.replace(b"ana@tienda", b"ana@correo.tienda"))
    asked: set[str] = set()

    def look_up(name: str) -> list[str]:
        asked.add(name)
        return []

    authenticate(raw, "", "", look_up)
    assert asked == set(wanted_names(raw, ""))
    assert wanted_names(stated_by("mx.demo.example", "dmarc=pass", raw), "mx.demo.example") == ()


def test_organisations_are_told_apart_by_who_registers_them() -> None:
    assert organisation("correo.tienda.com.ar") == "tienda.com.ar"
    assert organisation("com.ar") == "com.ar"
    assert organisation("correo.tienda.example") == "tienda.example"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"From: x\r\nDKIM-Signature: v=1; d=\r\n\r\n",
        b"Authentication-Results: " + b"(" * 200_000,
        b"DKIM-Signature: " + b"a=;" * 80_000,
    ],
)
def test_damaged_headers_decide_nothing(raw: bytes) -> None:
    assert judged(raw, "mx.demo.example").dmarc == "none"
