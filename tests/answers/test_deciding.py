"""Whether a message is answered by itself: never a machine, never whoever may not be who he says, and not what came late."""

from dataclasses import replace
from typing import Any

import pytest

from hub.answers.deciding import DOUBTS, OLD_S, Asked, Manner, domain_of, sender_of, what_to_say, why_silent

ASKED = Asked(
    kind="mail", address_kind="email", address="ana@shop.example", context={}, age_s=5, first=True, waits=True, own=False, alarmed=False
)
BOTH = Manner(acknowledges=True, tells_closed=True, kinds=frozenset({"mail"}))


def test_a_new_matter_is_acknowledged_while_it_is_open() -> None:
    assert what_to_say(ASKED, BOTH, is_open=True) == "acknowledged"


def test_a_further_message_is_not_acknowledged_again() -> None:
    assert what_to_say(replace(ASKED, first=False), BOTH, is_open=True) is None


@pytest.mark.parametrize("first", [True, False])
def test_outside_opening_hours_every_message_is_told_so(first: bool) -> None:
    assert what_to_say(replace(ASKED, first=first), BOTH, is_open=False) == "closed"


def test_who_does_not_tell_that_it_is_closed_acknowledges_then_too() -> None:
    assert what_to_say(ASKED, replace(BOTH, tells_closed=False), is_open=False) == "acknowledged"


def test_other_kinds_of_channels_are_left_alone() -> None:
    assert what_to_say(replace(ASKED, kind="chat"), BOTH, is_open=False) is None


@pytest.mark.parametrize("doubt", DOUBTS)
def test_machines_lists_and_doubtful_senders_get_no_answer(doubt: str) -> None:
    assert why_silent(replace(ASKED, context={doubt: True})) == doubt


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"own": True}, "ours"),
        ({"address_kind": "claimed_email"}, "claimed"),
        ({"alarmed": True}, "alarm"),
        ({"waits": False}, "nobody"),
        ({"age_s": OLD_S + 1}, "old"),
        ({"context": {"authentication": {"spf": "fail", "dmarc": "none"}}}, "failed_spf"),
    ],
)
def test_silence_has_a_reason(change: dict[str, Any], reason: str) -> None:
    assert why_silent(replace(ASKED, **change)) == reason


def test_a_mail_forwarded_with_its_signature_intact_is_its_senders() -> None:
    assert why_silent(replace(ASKED, context={"authentication": {"spf": "fail", "dmarc": "pass"}})) == ""


@pytest.mark.parametrize("address", ["ana+1@shop.example", "Ana@shop.example", "ana+x+y@SHOP.example"])
def test_one_mailbox_is_one_sender_however_it_is_written(address: str) -> None:
    assert sender_of("email", address) == "email ana@shop.example"


def test_dots_make_no_other_mailbox_at_gmail_and_do_elsewhere() -> None:
    assert sender_of("email", "a.na@googlemail.com") == sender_of("email", "ana@gmail.com")
    assert sender_of("email", "a.na@shop.example") != sender_of("email", "ana@shop.example")


def test_a_domain_counts_as_one_where_not_everybody_can_have_an_address() -> None:
    assert domain_of("email", "x@Shop.example") == "shop.example"
    assert domain_of("email", "x@hotmail.es") == ""
    assert domain_of("phone", "+34600111222") == ""
