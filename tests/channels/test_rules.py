"""Which queue takes what: the pure choice, and the list that admins put in order."""

import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.model import Channel
from hub.channels.rules import Rule, choose_queue, first_rule
from tests.attacks.house import House
from tests.channels.conftest import make
from tests.channels.test_switching import enabled, knock
from tests.people.conftest import Browser
from tests.rig.waiting import eventually

OWN, OTHER, CHAT = uuid4(), uuid4(), uuid4()
CHANNEL = Channel(CHAT, "webchat", "chat", "Chat", "hook", OWN, uuid4(), True, {})


@pytest.mark.parametrize(
    ("rule", "text", "language", "address", "fits"),
    [
        ({}, "", "", "", True),
        ({"channel": CHAT}, "", "", "", True),
        ({"channel": uuid4()}, "", "", "", False),
        ({"words": ("devolución",)}, "Quiero una DEVOLUCION, por favor", "", "", True),
        ({"words": ("devolucion",)}, "las devoluciones", "", "", False),
        ({"words": ("devol*",)}, "las devoluciones", "", "", True),
        ({"words": ("art",)}, "una carta", "", "", False),
        ({"words": ("nota de crédito",)}, "La nota   de\ncredito 7", "", "", True),
        ({"words": ("no", "sí")}, "Si.", "", "", True),
        ({"language": "es"}, "", "es-MX", "", True),
        ({"language": "es-MX"}, "", "es", "", False),
        ({"language": "es"}, "", "", "", False),
        ({"address": "rosa@shop.example"}, "", "", "Rosa@Shop.Example", True),
        ({"address": "*@shop.example"}, "", "", "rosa@shop.example", True),
        ({"address": "*@shop.example"}, "", "", "rosa@notshop.example", False),
        ({"address": "+34*"}, "", "", "+34600111222", True),
        ({"address": "+34*"}, "", "", "+33600111222", False),
        ({"address": "+34*", "words": ("hola",)}, "adiós", "", "+34600111222", False),
    ],
)
def test_a_rule_fits_when_all_that_it_names_does(rule: dict[str, Any], text: str, language: str, address: str, fits: bool) -> None:
    chosen = choose_queue(CHANNEL, (Rule(OTHER, **rule),), text, language, (address,))
    assert chosen == (OTHER if fits else OWN)


def test_an_address_is_the_customers_or_ours() -> None:
    assert choose_queue(CHANNEL, (Rule(OTHER, address="sales@shop.example"),), "", "", ("rosa@home.example", "sales@shop.example")) == OTHER


def test_the_first_that_fits_wins() -> None:
    rules = (Rule(uuid4(), words=("no",)), Rule(OTHER, words=("hola",)), Rule(uuid4()))
    assert first_rule(CHAT, rules, "Hola") == rules[1]


@given(st.text(max_size=300), st.lists(st.text(min_size=1, max_size=10), max_size=3))
def test_any_text_and_words_choose_some_queue(text: str, words: list[str]) -> None:
    assert choose_queue(CHANNEL, (Rule(OTHER, words=tuple(words)),), text) in (OWN, OTHER)


def test_an_endless_text_costs_no_time() -> None:
    rules = tuple(Rule(OTHER, words=(f"{'a' * 100}{n}", "a*b*")) for n in range(100))
    began = time.perf_counter()
    choose_queue(CHANNEL, rules, "a" * 5_000_000)
    assert time.perf_counter() - began < 0.5


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def queue(house: House, name: str) -> str:
    """A queue of its own."""
    made: UUID = await house.hub.storage.database.value("INSERT INTO queue (name) VALUES ($1) RETURNING id", f"{name} {uuid4().hex[:6]}")
    return str(made)


async def test_rules_are_kept_in_order_tried_and_followed_at_once(house: House, olga: Browser, made: dict[str, Any]) -> None:
    returns, vip, channel = await queue(house, "Returns"), await queue(house, "VIP"), made["channel"]["id"]
    items = [{"queue": returns, "channel": channel, "words": ["devol*"]}, {"queue": vip, "channel": channel, "address": "rosa"}]
    status, written = await olga.ask("PUT", "/queue-rules", {"items": items})
    assert (status, [one["queue"] for one in written["items"]]) == (200, [returns, vip])
    assert (await olga.ask("GET", "/queue-rules"))[1] == written
    _, verdict = await olga.ask("POST", "/queue-rules/try", {"channel": channel, "text": "Una devolución", "address": "rosa"})
    assert (verdict["rule"], verdict["position"], verdict["queue"]["id"]) == (written["items"][0]["id"], 1, returns)
    _, turned = await olga.ask("PUT", "/queue-rules", {"items": written["items"][::-1]})
    assert [one["id"] for one in turned["items"]] == [one["id"] for one in written["items"]][::-1]
    await enabled(olga, made)
    await _heard(house, 2)
    assert await knock(made["channel"]["webhook"], made["generated"]["signing"], "Una devolución") == 200
    sql = "SELECT w.queue_id::text FROM work w JOIN topic t ON t.id = w.topic_id WHERE t.channel_id = $1"
    assert await house.hub.storage.database.value(sql, channel) == vip
    assert (await olga.ask("PUT", "/queue-rules", {"items": []}))[1]["items"] == []
    _, verdict = await olga.ask("POST", "/queue-rules/try", {"channel": channel})
    assert (verdict["rule"], verdict["position"], verdict["queue"]["id"]) == (None, None, made["channel"]["queue"]["id"])


async def _heard(house: House, rules: int) -> None:
    """Every node follows the ledger: wait until this one has the rules."""

    async def known() -> bool:
        return len(house.hub.intake.rules) == rules and house.hub.intake.rules == await house.hub.channels.rules()

    await eventually(known, what="the rules are known")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"queue": str(uuid4())}, "queue"),
        ({"channel": str(uuid4())}, "channel"),
        ({"words": ["*"]}, "words"),
        ({"words": ["x"] * 101}, "words"),
        ({"address": "*"}, "address"),
        ({"address": "a*b*"}, "address"),
        ({"language": "sp anish"}, "language"),
        ({"id": "7"}, "id"),
    ],
)
async def test_a_wrong_rule_is_named_with_its_line_and_nothing_is_changed(
    house: House, olga: Browser, wrong: dict[str, Any], field: str
) -> None:
    good = {"queue": await queue(house, "Good")}
    await olga.ask("PUT", "/queue-rules", {"items": [good]})
    status, answer = await olga.ask("PUT", "/queue-rules", {"items": [good, {**good, **wrong}]})
    assert (status, list(answer["error"]["fields"])) == (422, [f"items[1].{field}"])
    assert len((await olga.ask("GET", "/queue-rules"))[1]["items"]) == 1
    await olga.ask("PUT", "/queue-rules", {"items": []})


WRONG = {
    "es": {
        "address": "una dirección exacta, *@ejemplo.es, o el comienzo de un número, como +34*",
        "words": "cada una necesita una letra o cifra; al final puede llevar un asterisco",
        "language": "un idioma, como es, en o es-MX",
        "queue": "esa cola no existe",
    },
    "en": {
        "address": "an exact address, *@example.com, or the beginning of a number such as +34*",
        "words": "each needs a letter or digit; a star may stand at its end",
        "language": "a language such as es, en or es-MX",
        "queue": "there is no such queue",
    },
}


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_what_is_wrong_with_a_rule_is_said_in_the_callers_language(olga: Browser, locale: str) -> None:
    await olga.ask("PUT", "/me/preferences", {"locale": locale})
    wrong = {"queue": str(uuid4()), "address": "*", "words": ["*"], "language": "sp anish"}
    status, answer = await olga.ask("PUT", "/queue-rules", {"items": [wrong]})
    await olga.ask("PUT", "/me/preferences", {"locale": "es"})
    assert (status, answer["error"]["fields"]) == (422, {f"items[0].{name}": said for name, said in WRONG[locale].items()})


async def test_a_change_of_rules_is_on_record_with_who_made_it(house: House, olga: Browser) -> None:
    await make(olga)
    await olga.ask("PUT", "/queue-rules", {"items": []})
    sql = "SELECT actor::text, data FROM event WHERE type = 'rules.changed' ORDER BY id DESC LIMIT 1"
    row = await house.hub.storage.database.row(sql)
    assert row is not None
    assert (row["actor"], row["data"]) == (house.ids["olga"], {"rules": 0})
