"""Text is counted as providers count, and cut so that nobody sees where."""

import regex
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Choice
from connectors.text import Segments, count, cut, numbered, plain, segments

UNITS = ("characters", "utf16", "utf8", "gsm7")
FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇪🇸"
PIECES = [*"aé ñ€ç\n[", "\r\n", FAMILY, FLAG, "e\u0301", "\n\n", "נ", "한"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=120).map("".join)
ANY = st.text(st.characters(codec="utf-8"), max_size=300)


def without_spaces(text: str) -> str:
    return "".join(text.split())


def signs(text: str) -> list[str]:
    return [sign for sign in regex.findall(r"\X", text) if not sign.isspace()]


@given(WORDS | ANY, st.integers(4, 60), st.sampled_from(UNITS))
def test_no_part_is_too_long_and_no_letter_is_lost(text: str, limit: int, unit: str) -> None:
    parts = cut(text, limit, unit)
    assert all(count(part, unit) <= limit for part in parts)
    assert without_spaces("".join(parts)) == without_spaces(text)


@given(WORDS, st.integers(25, 60), st.sampled_from(UNITS))
def test_a_sign_is_never_parted(text: str, limit: int, unit: str) -> None:
    assert [sign for part in cut(text, limit, unit) for sign in signs(part)] == signs(text)


@given(WORDS, st.sampled_from(UNITS))
def test_what_fits_is_left_as_it_is(text: str, unit: str) -> None:
    assert cut(text, count(text, unit), unit) == (text,)
    assert cut(text, 0, unit) == (text,)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=10), min_size=1, max_size=60))
def test_words_stay_whole(words: list[str]) -> None:
    assert [word for part in cut(" ".join(words), 10) for word in part.split()] == words


def test_a_paragraph_is_a_better_place_than_a_line_and_a_line_than_a_word() -> None:
    assert cut("first one\n\nsecond line\nhere", 24) == ("first one\n\nsecond line", "here")
    assert cut("first paragraph\n\nmore text", 20) == ("first paragraph", "more text")
    assert cut("one two three", 9) == ("one two", "three")


def test_a_word_without_end_is_cut_where_it_must() -> None:
    assert cut("a" * 25, 10) == ("a" * 10, "a" * 10, "a" * 5)


def test_a_sign_larger_than_a_part_is_cut_between_its_code_points() -> None:
    parts = cut(FAMILY, 4, "utf16")
    assert "".join(parts) == FAMILY
    assert [count(part, "utf16") for part in parts] == [3, 3, 3, 2]


def test_units_are_the_providers_own() -> None:
    assert [count("añ€😀", unit) for unit in UNITS] == [4, 5, 10, 5]
    assert count("añ€", "gsm7") == 4


def test_segments_of_an_sms() -> None:
    assert segments("") == Segments("gsm7", 0, 160)
    assert segments("a" * 160) == Segments("gsm7", 1, 0)
    assert segments("a" * 161) == Segments("gsm7", 2, 153 - 8)
    assert segments("á") == Segments("ucs2", 1, 69)
    assert segments("á" * 71) == Segments("ucs2", 2, 67 - 4)


def test_an_escape_or_a_pair_is_not_parted_between_segments() -> None:
    assert segments("a" * 152 + "€" + "a" * 20) == Segments("gsm7", 2, 153 - 22)
    assert segments("a" * 66 + "😀" + "a" * 10) == Segments("ucs2", 2, 67 - 12)


@given(ANY)
def test_segments_hold_the_whole_text(text: str) -> None:
    found = segments(text)
    room = 1 if found.count == 1 else found.count
    assert count(text, "gsm7") <= room * (160 if found.encoding == "gsm7" else 70)
    assert found.left >= 0


def test_buttons_become_numbered_lines() -> None:
    assert numbered((Choice("a", "Sí"), Choice("b", "No"))) == "1. Sí\n2. No"


def test_html_becomes_its_text() -> None:
    assert plain("<p>Hola <b>Ana</b></p><ul><li>uno</li><li>dos</li></ul>") == "Hola Ana\n\n- uno\n- dos"
    assert plain('Mira <a href="https://x.example/a">esto</a><br>y <a href="https://y.example">https://y.example</a>') == (
        "Mira esto (https://x.example/a)\ny https://y.example"
    )
    assert plain("<style>p{}</style>a &amp; b<script>x()</script>") == "a & b"
    assert plain("<div>uno</div><div>dos</div>") == "uno\n\ndos"
