"""Rules that choose the queue: the first that matches, and clear refusals."""

import pytest

from routing.model import RoutingError, Step
from routing.rules import Facts, place, read_rules

QUEUES = frozenset({"sales", "service"})


def matches(operator: str, value: object, facts: Facts) -> bool:
    rules = read_rules([{"id": "r", "queue": "sales", "when": [{"fact": "x", "is": operator, "value": value}]}], QUEUES)
    return place(facts, rules) is not None


def test_the_first_rule_that_matches_wins() -> None:
    rules = read_rules(
        [
            {"id": "quotes", "when": [{"fact": "subject", "is": "contains", "value": "quote"}], "queue": "sales", "priority": 5},
            {"id": "chats", "when": [{"fact": "channel", "is": "equal", "value": "webchat"}], "queue": "sales"},
            {"id": "rest", "queue": "service", "require": {"spanish": 3}, "steps": [{"timeout_s": 20, "known_only": True}, {}]},
        ],
        QUEUES,
    )
    quote = place({"channel": "webchat", "subject": "A QUOTE please"}, rules)
    assert quote is not None
    assert (quote.id, quote.queue, quote.priority) == ("quotes", "sales", 5)
    mail = place({"channel": "email"}, rules)
    assert mail is not None
    assert (mail.id, mail.require, mail.steps) == ("rest", {"spanish": 3}, (Step(20.0, known_only=True), Step()))


def test_nothing_matches_when_no_rule_does() -> None:
    assert place({"channel": "sms"}, ()) is None


@pytest.mark.parametrize(
    ("operator", "value", "fact", "missing"),
    [
        ("equal", "Es", "es", False),
        ("is_not", "en", "es", True),
        ("any_of", ["es", "ca"], "ES", False),
        ("contains", "uota", "Quotation", False),
        ("contains", "vip", ["VIP", "old"], False),
        ("starts_with", "re:", "Re: hello", False),
        ("at_least", 3, 3, False),
        ("at_most", 3, 2.5, False),
        ("missing", False, "here", True),
    ],
)
def test_each_comparison_holds_for_its_fact(operator: str, value: object, fact: str | list[str], missing: bool) -> None:
    assert matches(operator, value, {"x": fact})
    assert matches(operator, value, {}) is (missing and operator != "missing")
    assert not matches(operator, value, {"x": "something else" if operator != "is_not" else "EN"}) or operator == "missing"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"id": "r", "queue": "nowhere"}, "rule 'r': queue 'nowhere' does not exist; allowed: sales, service"),
        ({"id": "r", "queue": "sales", "color": 1}, "rule 'r': 'color' is not a setting; allowed: id, priority, queue"),
        ({"queue": "sales"}, "id must be a text, not None"),
        ({"id": "r", "queue": "sales", "when": "x"}, "when must be a list of tables, not 'x'"),
        ({"id": "r", "queue": "sales", "when": [{"fact": "x", "is": "near", "value": 1}]}, "'near' does not exist; allowed: equal"),
        ({"id": "r", "queue": "sales", "when": [{"fact": "x", "is": "equal"}]}, "equal needs a value"),
        ({"id": "r", "queue": "sales", "when": [{"fact": "x", "is": "at_least", "value": "3"}]}, "at_least needs a number, not '3'"),
        ({"id": "r", "queue": "sales", "priority": "high"}, "priority must be a whole number, not 'high'"),
        ({"id": "r", "queue": "sales", "require": {"spanish": "good"}}, "require.spanish must be a whole number, not 'good'"),
        ({"id": "r", "queue": "sales", "require": ["spanish"]}, "require must map skills to levels"),
        ({"id": "r", "queue": "sales", "steps": [{"timeout_s": -1}]}, "timeout_s must be seconds, 0 or more, not -1"),
    ],
)
def test_a_bad_rule_is_refused_and_what_is_allowed_is_named(setting: dict[str, object], message: str) -> None:
    with pytest.raises(RoutingError) as refused:
        read_rules([setting], QUEUES)
    assert message in str(refused.value)
