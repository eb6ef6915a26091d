"""A message becomes the calls that its provider takes: nothing too long, nothing lost, in the order of reading."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Address, Choice, Media, Outgoing, TemplateUse
from connectors.manifest import Manifest
from connectors.parts import plan
from connectors.text import count

PLAIN = Manifest(
    contract=1, id="x", title={}, kind="message", icon="x", receives="webhook", address="phone",
    text_limit=20, parts=10, attachments=10, files_per_part=1, caption=10,
)  # fmt: skip
MESSAGE = Outgoing("id", Address("phone", "+34600000000"), "Hola", answers="quoted")
PICTURE = Media("a.jpg", "image/jpeg", url="https://h.example/media/1", size=100)


def parts_of(manifest: Manifest = PLAIN, **more: Any) -> list[tuple[str, int]]:
    return [(one.text, len(one.attachments)) for one in plan(replace(MESSAGE, **more), manifest)]


def test_a_short_message_is_one_part() -> None:
    assert plan(MESSAGE, PLAIN) == (MESSAGE,)


def test_a_long_text_is_cut_and_its_parts_are_numbered() -> None:
    parts = plan(replace(MESSAGE, text="uno dos tres cuatro cinco seis"), PLAIN)
    assert [(one.part, one.parts, one.text, one.answers) for one in parts] == [
        (0, 2, "uno dos tres cuatro", "quoted"),
        (1, 2, "cinco seis", ""),
    ]


def test_a_short_text_goes_with_the_first_file_and_a_long_one_before_it() -> None:
    assert parts_of(attachments=(PICTURE, PICTURE)) == [("Hola", 1), ("", 1)]
    assert parts_of(text="más de diez signos", attachments=(PICTURE,)) == [("más de diez signos", 0), ("", 1)]
    assert parts_of(replace(PLAIN, caption=0), attachments=(PICTURE,)) == [("Hola", 0), ("", 1)]


def test_all_files_go_together_where_the_provider_takes_them_so() -> None:
    assert parts_of(replace(PLAIN, files_per_part=0, caption=-1), attachments=(PICTURE,) * 4) == [("Hola", 4)]
    assert parts_of(replace(PLAIN, files_per_part=3), text="", attachments=(PICTURE,) * 4) == [("", 3), ("", 1)]


def test_what_the_provider_does_not_show_or_is_too_large_goes_as_a_link() -> None:
    manifest = replace(PLAIN, text_limit=0, caption=-1, media_types=("image/*",), media_bytes={"image": 100})
    page, large = Media("a.pdf", "application/pdf", url="https://h.example/2"), replace(PICTURE, size=101, url="https://h.example/3")
    assert parts_of(manifest, attachments=(page, PICTURE, large)) == [
        ("Hola\n\na.pdf: https://h.example/2\n\na.jpg: https://h.example/3", 1)
    ]


def test_a_file_without_an_address_goes_as_it_is() -> None:
    assert parts_of(replace(PLAIN, media_types=("image/*",)), attachments=(Media("a.pdf", "application/pdf", b"x"),)) == [("Hola", 1)]


def test_buttons_stand_at_the_end_or_become_lines() -> None:
    two = (Choice("1", "Sí"), Choice("2", "No"))
    parts = plan(replace(MESSAGE, choices=two, attachments=(PICTURE,)), replace(PLAIN, buttons=2))
    assert [(one.text, one.choices, len(one.attachments)) for one in parts] == [("", (), 1), ("Hola", two, 0)]
    [only] = plan(replace(MESSAGE, choices=two), replace(PLAIN, buttons=1))
    assert (only.text, only.choices) == ("Hola\n\n1. Sí\n2. No", ())


def test_buttons_without_a_text_become_lines_and_none_stands_below_a_file() -> None:
    two = (Choice("1", "Sí"), Choice("2", "No"))
    manifest = replace(PLAIN, buttons=2, caption=-1)
    [only] = plan(replace(MESSAGE, text="", choices=two, attachments=(PICTURE,)), manifest)
    assert (only.text, only.choices, len(only.attachments)) == ("1. Sí\n2. No", (), 1)
    linked = replace(manifest, media_types=("audio/*",), text_limit=0)
    [link] = plan(replace(MESSAGE, text="", choices=two, attachments=(PICTURE,)), linked)
    assert (link.text, link.choices) == ("a.jpg: https://h.example/media/1", two)


def test_a_type_is_the_same_with_its_parameters() -> None:
    manifest = replace(PLAIN, caption=-1, media_types=("audio/ogg",), media_bytes={"audio": 100})
    voice = Media("a.ogg", "Audio/OGG; codecs=opus", url="https://h.example/2", size=100)
    assert parts_of(manifest, attachments=(voice,)) == [("Hola", 1)]
    assert parts_of(replace(manifest, text_limit=0), attachments=(replace(voice, size=101),)) == [("Hola\n\na.ogg: https://h.example/2", 0)]


def test_a_picture_too_large_for_a_sticker_goes_as_a_link() -> None:
    manifest = replace(PLAIN, text_limit=0, media_bytes={"image": 5_000_000, "sticker": 100_000})
    small, large = (Media("a.webp", "image/webp", url="https://h.example/2", size=size) for size in (100_000, 100_001))
    assert parts_of(manifest, text="", attachments=(small,)) == [("", 1)]
    assert parts_of(manifest, text="", attachments=(large,)) == [("a.webp: https://h.example/2", 0)]
    assert parts_of(replace(manifest, media_bytes={"image": 5_000_000}), text="", attachments=(large,)) == [("", 1)]


def test_html_becomes_text_where_there_is_none() -> None:
    assert parts_of(text="", html="<p>Hola</p>") == [("Hola", 0)]
    [kept] = plan(replace(MESSAGE, html="<p>Hola</p>"), replace(PLAIN, html=True))
    assert kept.html == "<p>Hola</p>"


def test_a_template_is_never_cut() -> None:
    filled = replace(MESSAGE, text="x" * 500, template=TemplateUse("a", "es"))
    assert plan(filled, PLAIN) == (filled,)


@given(
    st.text(st.sampled_from("añ 😀\n"), max_size=200), st.integers(0, 6), st.integers(0, 3), st.integers(-1, 25), st.integers(0, 3),
    st.integers(0, 2),
)  # fmt: skip
def test_every_part_is_what_one_call_takes_and_all_together_are_the_message(
    text: str, files: int, per_part: int, caption: int, choices: int, buttons: int
) -> None:
    manifest = replace(PLAIN, files_per_part=per_part, caption=caption, buttons=buttons)
    given_choices = tuple(Choice(str(number), f"c{number}") for number in range(choices))
    sent = tuple(replace(PICTURE, name=f"{number}.jpg") for number in range(files))
    parts = plan(replace(MESSAGE, text=text, attachments=sent, choices=given_choices), manifest)
    assert [one.part for one in parts] == list(range(len(parts)))
    assert {one.parts for one in parts} == {len(parts)}
    assert tuple(media for one in parts for media in one.attachments) == sent
    assert "".join("".join(one.text for one in parts).split()).startswith("".join(text.split()))
    for one in parts:
        assert count(one.text, "characters") <= 20
        assert not per_part or len(one.attachments) <= per_part
        assert not (one.attachments and one.text and 0 <= caption < len(one.text))
        assert len(one.choices) <= buttons
        assert not one.choices or (one.text.strip() and not one.attachments)
    written = [one.choices or () for one in parts]
    assert any(written) or all(one.title in "".join(part.text for part in parts) for one in given_choices)
