"""A form's answers as lines: what is no form gives none, and a monstrous one stays short."""

import json

import pytest

from connectors.forms import LENGTH, LINES, answers


@pytest.mark.parametrize("written", ["", "no json", "[1]", '"text"', "null", '{"a":' * 5000])
def test_what_is_no_form_has_no_answers(written: str) -> None:
    assert answers(written) == []


def test_answers_are_named_and_machinery_is_left_out() -> None:
    given = {
        "flow_token": "t",
        "size": "M",
        "gift": True,
        "many": 2,
        "tags": ["a", {"b": 1}],
        "empty": "",
        "to": {"city": "Lugo", "deep": {"x": 1}},
    }
    assert answers(json.dumps(given)) == ["size: M", "gift: true", "many: 2", 'tags: a, {"b": 1}', "to.city: Lugo", 'to.deep: {"x": 1}']


def test_a_monstrous_form_stays_short() -> None:
    lines = answers(json.dumps({f"q{number}": "x" * 10_000 for number in range(1000)}))
    assert (len(lines), max(map(len, lines))) == (LINES, LENGTH)
