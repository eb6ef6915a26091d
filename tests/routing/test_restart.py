"""A restart: what was known comes back in one step, and the order in which it is loaded does not matter."""

from dataclasses import replace
from itertools import permutations

import pytest

from routing.decisions import ExpireOffer, MakeOffer, RescindOffer
from routing.engine import Engine
from routing.events import OfferAccepted, Refusal, Restored, Tick, WorkTaken
from routing.model import Agent, Code, Offer, Queue, RoutingError, Work

NOW = 1_000.0
ANA = Agent("ana", "available", routable=True, online=True, idle_since=NOW, channel_max={"webchat": 1})
SERVICE = Queue("service", "Service", frozenset({"ana"}))
SALES = Queue("sales", "Sales", frozenset({"ana"}), priority=1)


def work(work_id: str, queue: str = "service", priority: int = 0, since: float = NOW) -> Work:
    return Work(work_id, queue, "webchat", "customer", since, since, priority)


@pytest.mark.parametrize("order", list(permutations(("low", "old", "urgent"))))
def test_the_next_item_is_offered_first_whatever_the_order_of_loading(order: tuple[str, ...]) -> None:
    waiting = {"low": work("low"), "old": work("old", since=NOW - 60), "urgent": work("urgent", priority=3)}
    decisions = Engine().apply(Restored((SERVICE,), (ANA,), (), tuple(waiting[key] for key in order), ()), NOW)
    assert [made.work for made in decisions if isinstance(made, MakeOffer)] == ["urgent"]


@pytest.mark.parametrize("order", list(permutations(("old", "sale"))))
def test_the_queue_with_the_higher_priority_is_served_first(order: tuple[str, ...]) -> None:
    waiting = {"old": work("old", since=NOW - 60), "sale": work("sale", queue="sales")}
    decisions = Engine().apply(Restored((SERVICE, SALES), (ANA,), (), tuple(waiting[key] for key in order), ()), NOW)
    assert [made.work for made in decisions if isinstance(made, MakeOffer)] == ["sale"]


def test_pending_offers_go_on_and_overdue_ones_expire_first() -> None:
    luis = replace(ANA, id="luis")
    queue = replace(SERVICE, members=frozenset({"ana", "luis"}))
    overdue = Offer("o1", "w1", "ana", "webchat", 33, NOW - 5)
    pending = Offer("o2", "w2", "luis", "webchat", 33, NOW + 5)
    engine = Engine()
    assert engine.apply(Restored((queue,), (ANA, luis), (), (work("w1"), work("w2")), (overdue, pending)), NOW) == []
    assert engine.next_deadline() == NOW - 5
    assert engine.apply(Tick(), NOW) == [ExpireOffer("o1", "w1", "ana")]
    assert engine.apply(OfferAccepted(pending), NOW) == []
    assert [reason.code for reason in engine.reasons("w2", NOW)] == [Code.ASSIGNED]


def test_the_offer_of_an_agent_who_left_meanwhile_is_rescinded() -> None:
    offer = Offer("o1", "w1", "ana", "webchat", 33, NOW + 5)
    gone = replace(ANA, online=False)
    decisions = Engine().apply(Restored((SERVICE,), (gone,), (), (work("w1"),), (offer,)), NOW)
    assert decisions == [RescindOffer("o1", "w1", "ana", "offline")]


def test_an_offer_goes_on_though_its_agent_was_given_a_call_beyond_the_limit() -> None:
    offer = Offer("o1", "w1", "ana", "webchat", 33, NOW + 5)
    engine = Engine()
    restored = Restored((SERVICE,), (ANA,), (WorkTaken("w0", "ana", "voice", 100),), (work("w1"),), (offer,))
    assert engine.apply(restored, NOW) == []
    assert [reason.code for reason in engine.reasons("w1", NOW)] == [Code.OFFERED]
    assert engine.apply(OfferAccepted(offer), NOW) == []
    assert [reason.code for reason in engine.reasons("w1", NOW)] == [Code.ASSIGNED]


def test_work_in_hand_keeps_its_room() -> None:
    engine = Engine()
    assert engine.apply(Restored((SERVICE,), (ANA,), (WorkTaken("w0", "ana", "webchat", 33),), (work("w1"),), ()), NOW) == []
    assert [reason.code for reason in engine.reasons("w1", NOW)] == [Code.CHANNEL_FULL]


def test_an_offer_without_its_work_is_refused_by_name() -> None:
    lost = Offer("o1", "w1", "ana", "webchat", 33, NOW)
    with pytest.raises(RoutingError, match="offer o1: work w1 and agent ana must be restored with it"):
        Engine().apply(Restored((SERVICE,), (ANA,), (), (), (lost,)), NOW)


def test_who_declined_before_the_restart_is_not_asked_again_at_once() -> None:
    engine = Engine()
    refused = Refusal("w1", "ana", NOW - 5)
    assert engine.apply(Restored((SERVICE,), (ANA,), (), (work("w1"),), (), (refused,)), NOW) == []
    assert engine.next_deadline() == NOW + 10
    (asked,) = engine.apply(Tick(), NOW + 10)
    assert isinstance(asked, MakeOffer)
