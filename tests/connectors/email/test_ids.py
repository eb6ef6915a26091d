"""Signed ids: made for one message and one recipient, and for nobody else."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from connectors.email import ids

KEY = b"k" * 32
MESSAGE = str(uuid4())
ANA = "ana@shop.example"


def test_the_recipient_answers_by_message_id() -> None:
    made = ids.message_id(KEY, MESSAGE, ANA, "demo.example")
    assert ids.answered_message(KEY, made, ANA) == MESSAGE


def test_the_recipient_answers_by_reply_address() -> None:
    made = ids.reply_address(KEY, MESSAGE, ANA, "support@demo.example")
    assert ids.answered_message(KEY, made, ANA) == MESSAGE


@given(st.uuids(), st.emails(), st.emails())
def test_an_id_is_worth_nothing_to_anybody_else(message: UUID, recipient: str, other: str) -> None:
    for made in (ids.message_id(KEY, str(message), recipient, "d.example"), ids.reply_address(KEY, str(message), recipient, "s@d.example")):
        same = ids.normal_address(recipient) == ids.normal_address(other)
        assert ids.answered_message(KEY, made, other) == (str(message) if same else "")


def test_a_program_that_folds_case_does_no_harm() -> None:
    made = ids.reply_address(KEY, MESSAGE, "Ana@Shop.Example", "support@demo.example")
    assert ids.answered_message(KEY, made.upper(), "ANA@shop.example") == MESSAGE
    assert ids.answered_message(KEY, made.lower(), ANA) == MESSAGE


def test_another_key_verifies_nothing() -> None:
    made = ids.message_id(KEY, MESSAGE, ANA, "demo.example")
    assert ids.answered_message(b"x" * 32, made, ANA) == ""


def test_one_changed_character_is_noticed() -> None:
    made = ids.message_id(KEY, MESSAGE, ANA, "demo.example")
    for at in range(6, made.index("@")):
        changed = made[:at] + ("b" if made[at] != "b" else "c") + made[at + 1 :]
        assert ids.answered_message(KEY, changed, ANA) == ""


def test_a_return_path_is_no_reply_address_and_the_other_way_round() -> None:
    path = ids.return_path(KEY, MESSAGE, "support@demo.example")
    assert ids.bounced_message(KEY, path) == MESSAGE
    assert ids.answered_message(KEY, path, "") == ""
    assert ids.bounced_message(KEY, ids.reply_address(KEY, MESSAGE, "", "support@demo.example")) == ""


def test_a_token_never_makes_the_local_part_too_long() -> None:
    long = "customer.service.of.the.company@demo.example"
    assert ids.reply_address(KEY, MESSAGE, ANA, long) == long
    assert len(ids.reply_address(KEY, MESSAGE, ANA, "support@demo.example").partition("@")[0]) <= ids.LOCAL_PART_LIMIT


def test_the_plain_address_is_found_again() -> None:
    assert ids.plain_address(ids.reply_address(KEY, MESSAGE, ANA, "support@demo.example")) == "support@demo.example"
    assert ids.plain_address("support+offers@demo.example") == "support+offers@demo.example"


@given(st.text(max_size=200), st.text(max_size=50))
def test_garbage_verifies_nothing_and_raises_nothing(claimed: str, sender: str) -> None:
    assert ids.answered_message(KEY, claimed, sender) == ""
    assert ids.bounced_message(KEY, claimed) == ""


def test_letters_beyond_ascii_in_a_domain_have_one_spelling() -> None:
    assert ids.normal_address("Ana@Señor.example") == ids.normal_address("ana@xn--seor-hqa.example")
