"""What automatic answers say."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.answers.model import AnswerTexts
from hub.answers.wording import USUAL, chosen_language, complete, filled, own_words, safe_name, strange, when

MADRID = ZoneInfo("Europe/Madrid")
FRIDAY = datetime(2026, 11, 20, 20, 0, tzinfo=MADRID).timestamp()


def test_variables_are_filled_in() -> None:
    assert filled("{{ code }} · {{name}} · {{queue}}", {"code": "A", "name": "Ana", "queue": "Ventas"}) == "A · Ana · Ventas"


def test_a_greeting_does_without_a_name() -> None:
    assert filled("Hola, {{name}}:\n\nAdiós", {"name": ""}) == "Hola:\n\nAdiós"


def test_a_line_about_an_opening_that_never_comes_goes() -> None:
    assert filled("Cerrado.\nVolvemos: {{opens}}.\n\n{{code}}", {"opens": "", "code": "A"}) == "Cerrado.\n\nA"


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_template(code: str, name: str) -> None:
    said = filled("{{code}}|{{name}}", {"code": "{{queue}}" + code, "name": "N" + name, "queue": "secret"})
    assert "secret" not in said or "secret" in code + name


@pytest.mark.parametrize(
    "name", ["Gane 1000 € en www.example.org", "http://x.example", "ana@shop.example", "<b>x</b>", "Llame al 600", "x" * 61]
)
def test_a_name_that_is_an_advertisement_is_not_passed_on(name: str) -> None:
    assert safe_name(name) == ""


@pytest.mark.parametrize("name", ["Lucía Ferrán", "José-María O'Neill", "J. R. R.", "李小龍"])
def test_a_name_is_repeated_as_it_is(name: str) -> None:
    assert safe_name(name) == name


def test_direction_marks_and_line_ends_are_no_part_of_a_name() -> None:
    assert safe_name("Ana\r\nBcc\u202e Luis") == "Ana Bcc Luis"


def test_variables_that_nobody_fills_in_are_named() -> None:
    assert strange("{{code}} {{email}} {{x y}} {{email}}") == ["email", "x y"]


def test_the_language_is_that_of_the_record_then_of_the_message_then_of_the_channel() -> None:
    there_are = {"es", "en", "fr"}
    assert chosen_language("fr-CA", "es", "en", there_are) == "fr"
    assert chosen_language("de", "en", "es", there_are) == "en"
    assert chosen_language("", "", "en_GB", there_are) == "en"
    assert chosen_language("", "", "pt", there_are) == "es"


@pytest.mark.parametrize(
    ("language", "said"), [("es", "lunes, 9:00"), ("en", "Monday, 9:00\u202fAM"), ("fr", "lundi, 09:00"), ("xx", "Monday, 9:00\u202fAM")]
)
def test_a_near_moment_is_a_weekday_and_a_time(language: str, said: str) -> None:
    assert when(datetime(2026, 11, 23, 9, 0, tzinfo=MADRID), FRIDAY, language) == said


def test_a_moment_further_away_has_its_date() -> None:
    assert when(datetime(2026, 12, 7, 9, 0, tzinfo=MADRID), FRIDAY, "es") == "lunes, 7 de diciembre de 2026, 9:00"


def test_what_is_left_empty_has_the_usual_words_and_only_other_words_are_kept() -> None:
    french = AnswerTexts(language="fr", acknowledged="Reçu", closed="")
    kept = own_words([AnswerTexts(language="es", acknowledged="Recibido: {{code}}", closed=USUAL["es"].closed), french, USUAL["en"]])
    assert kept == [AnswerTexts(language="es", acknowledged="Recibido: {{code}}", closed=""), french]
    texts = complete(kept)
    assert texts["es"].closed == USUAL["es"].closed
    assert texts["fr"].closed == USUAL["en"].closed
    assert texts["en"] == USUAL["en"]
