"""Variables of a signature."""

from hub.signatures.filling import filled, strange

VALUES = {"agent.name": "Ana & Eva", "agent.role": "", "brand.name": "Casa Roja"}


def test_variables_are_filled_in_and_no_value_is_markup() -> None:
    assert filled("<div>{{agent.name}}</div><div>{{ brand.name }}</div>", VALUES) == "<div>Ana &amp; Eva</div><div>Casa Roja</div>"


def test_a_line_of_which_nothing_is_left_goes() -> None:
    assert filled("<div>{{agent.name}}</div><div>{{agent.role}}</div>", VALUES) == "<div>Ana &amp; Eva</div>"


def test_variables_that_nobody_fills_in_are_named() -> None:
    assert strange("{{agent.name}} {{agent.phone}} {{x}} {{agent.phone}}") == ["agent.phone", "x"]
