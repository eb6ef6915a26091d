"""What stands below a mail, in both forms."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.conversations.letters import Letter, Piece, answer_subject, forwarded, put_together, quoted, signature, zone_of
from hub.errors import Invalid

MADRID = ZoneInfo("Europe/Madrid")


def letter(**given: object) -> Letter:
    usual: dict[str, object] = {
        "who": "Ana",
        "address": "ana@x.es",
        "at": datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        "subject": "Pedido",
        "text": "Hola\n\n¿Llega?",
        "html": "",
        "people": {"to": ["tienda@casa.es"], "cc": ["eva@x.es"]},
    }
    return Letter(**{**usual, **given})  # type: ignore[arg-type]


def test_a_quotation_says_who_wrote_when_in_the_customers_language() -> None:
    assert quoted(letter(), "es", MADRID).text == "El 29/03/2026 a las 01:30, Ana <ana@x.es> escribió:\n> Hola\n>\n> ¿Llega?"
    assert quoted(letter(), "en", MADRID).text.startswith("On 29 Mar 2026 at 01:30, Ana <ana@x.es> wrote:")


def test_the_hour_that_summer_skips_is_told_as_clocks_show_it() -> None:
    assert "03:30" in quoted(letter(at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC)), "es", MADRID).text


def test_a_name_in_a_quotation_is_no_markup() -> None:
    assert "<script>" not in quoted(letter(who="<script>alert(1)</script>"), "es", MADRID).html


def test_a_quotation_shows_no_picture_that_does_not_travel() -> None:
    html = quoted(letter(html='<p>Mire <img src="cid:a"> <img src="https://x.es/b.png"></p>'), "es", MADRID).html
    assert "cid:" not in html
    assert "b.png" in html


def test_what_is_passed_on_stands_under_its_head() -> None:
    text = forwarded(letter(), "es", MADRID, html=True, files=True).text
    assert text.split("\n")[:6] == [
        "---------- Mensaje reenviado ----------",
        "De: Ana <ana@x.es>",
        "Fecha: 29/03/2026 01:30",
        "Asunto: Pedido",
        "Para: tienda@casa.es",
        "Cc: eva@x.es",
    ]
    assert text.endswith("Hola\n\n¿Llega?")


def test_what_is_passed_on_has_its_own_form_only_when_wanted() -> None:
    html = '<p><b>Hola</b><img src="cid:a"></p>'
    assert html in forwarded(letter(html=html), "es", MADRID, html=True, files=True).html
    assert "cid:a" not in forwarded(letter(html=html), "es", MADRID, html=True, files=False).html
    assert "<b>" not in forwarded(letter(html=html), "es", MADRID, html=False, files=True).html


def test_pieces_stand_one_below_the_other() -> None:
    whole = put_together(Piece("Sí & no"), [signature("<div>Ana</div>"), Piece("> Hola", "<q>Hola</q>")], html=True)
    assert whole.text == "Sí & no\n\n-- \nAna\n\n> Hola"
    assert whole.html == 'Sí &amp; no<br><div class="gmail_signature"><div>Ana</div></div><br><q>Hola</q>'
    assert put_together(Piece("Sí"), [], html=False) == Piece("Sí")


@pytest.mark.parametrize(
    ("subject", "mark", "wanted"),
    [
        ("Hola", "Fwd", "Fwd: Hola"),
        ("FW: Hola", "Fwd", "FW: Hola"),
        ("RV: Hola", "Fwd", "RV: Hola"),
        ("Re: Hola", "Fwd", "Fwd: Re: Hola"),
        ("", "Fwd", "Fwd:"),
    ],
)
def test_a_mark_stands_before_a_subject_once(subject: str, mark: str, wanted: str) -> None:
    assert answer_subject(subject, mark) == wanted


@pytest.mark.parametrize("name", ["Nowhere/Else", "../etc/passwd", "", "Europe"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="zone"):
        zone_of(name)
