"""Offers: who is asked, what an answer leads to, and that a stale one does no harm."""

from dataclasses import replace

import pytest

from routing.decisions import Decision, ExpireOffer, MakeOffer, MarkNotResponding, RescindOffer
from routing.events import (
    AgentChanged,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferRescinded,
    OfferTimedOut,
    RoomFreed,
    Tick,
    WorkEnded,
    WorkQueued,
    WorkTaken,
)
from routing.model import Code, Offer, Queue, RoutingError, Work
from tests.routing.scene import Scene


def offer_in(decisions: list[Decision]) -> MakeOffer:
    """The one offer among the decisions."""
    (made,) = [decision for decision in decisions if isinstance(decision, MakeOffer)]
    return made


def test_work_is_offered_at_once_to_a_free_member(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    assert scene.log == [MakeOffer(1, "w1", "ana", "webchat", 33, scene.now + 30, scene.whys["w1"])]


def test_work_flows_at_once_when_an_agent_comes_online(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana", online=False)
    scene.work("w1")
    assert scene.offered_to("w1") is None
    scene.agent("ana", online=True)
    assert scene.offered_to("w1") == "ana"
    assert scene.whys["w1"].code is Code.NEXT_IN_LINE


def test_work_flows_at_once_when_an_agent_finishes_something(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana", channel_max={"webchat": 1})
    scene.work("w1")
    scene.accept("w1")
    scene.work("w2")
    assert scene.offered_to("w2") is None
    scene.end("w1")
    assert scene.offered_to("w2") == "ana"


def test_paused_work_gives_its_room_back_and_takes_it_again(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana", channel_max={"webchat": 1})
    scene.work("w1")
    scene.accept("w1")
    scene.work("w2")
    scene.tell(RoomFreed("w1"))
    assert scene.offered_to("w2") == "ana"
    scene.accept("w2")
    scene.tell(WorkTaken("w1", "ana", "webchat", 33))
    scene.work("w3")
    scene.end("w2")
    assert scene.offered_to("w3") is None
    assert scene.codes("w3") == {"ana": Code.CHANNEL_FULL}


def test_work_flows_when_an_agent_becomes_a_member(scene: Scene) -> None:
    scene.queue("service")
    scene.agent("ana")
    scene.work("w1")
    assert scene.codes("w1") == {None: Code.NO_MEMBERS}
    scene.queue("service", "ana")
    assert scene.offered_to("w1") == "ana"


def test_an_agent_who_is_no_member_any_more_loses_the_pending_offer(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.agent("luis")
    scene.work("w1")
    scene.queue("service", "luis")
    assert scene.offered_to("w1") == "luis"


def test_a_declined_offer_goes_to_the_next_agent(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.agent("luis")
    scene.work("w1")
    assert scene.offered_to("w1") == "ana"
    scene.decline("w1")
    assert scene.offered_to("w1") == "luis"
    assert not any(isinstance(decision, MarkNotResponding) for decision in scene.log)


def test_a_lone_agent_sees_a_declined_item_again_after_15_seconds_then_30_then_60(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    for away in (15, 30, 60, 120, 240, 240):
        scene.decline("w1")
        scene.wait(away - 0.5)
        assert scene.offered_to("w1") is None
        assert scene.reason("w1", "ana").seconds == pytest.approx(0.5)
        scene.wait(0.5)
        assert scene.offered_to("w1") == "ana"


def test_an_agent_who_declined_is_asked_again_only_when_nobody_else_can_take_it(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.work("w1")
    scene.decline("w1")
    scene.agent("luis", channel_max={"webchat": 0})
    scene.wait(14)
    assert scene.offered_to("w1") is None
    scene.agent("luis", channel_max={})
    assert scene.offered_to("w1") == "luis"
    scene.wait(2)
    scene.decline("w1")
    assert scene.offered_to("w1") == "ana"


def test_the_one_who_declined_a_minute_ago_is_like_everybody_else(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana", idle_since=scene.now - 100)
    scene.agent("luis", idle_since=scene.now - 10, online=False)
    scene.work("w1")
    scene.decline("w1")
    scene.agent("ana", routable=False)
    scene.wait(61)
    scene.work("w1", first_queued_at=scene.now - 61)
    scene.agent("luis", online=True, channel_max={"webchat": 0})
    scene.agent("ana", routable=True)
    assert scene.offered_to("w1") == "ana"


def test_a_missed_offer_makes_the_agent_not_responding_until_back(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    scene.wait(30)
    assert MarkNotResponding("ana") in scene.log
    scene.wait(600)
    assert scene.offered_to("w1") is None
    assert scene.codes("w1") == {"ana": Code.NOT_RESPONDING}
    scene.agent("ana", not_responding=False)
    assert scene.offered_to("w1") == "ana"


def test_a_missed_offer_takes_the_other_offers_of_that_agent_back(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1", channel="webchat")
    scene.work("w2", channel="email")
    second = scene.offers["w2"]
    scene.wait(30)
    assert RescindOffer(second.id, "w2", "ana", "not_responding") in scene.log
    assert scene.codes("w2") == {"ana": Code.NOT_RESPONDING}


def test_an_expiry_is_asked_for_again_until_it_is_answered(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    engine = scene.engine
    engine.apply(WorkQueued(Work("w1", "service", "webchat", "c", scene.now, scene.now)), scene.now)
    engine.apply(OfferMade(Offer("o1", "w1", "ana", "webchat", 33, scene.now + 30), 1), scene.now)
    assert engine.next_deadline() == scene.now + 30
    assert engine.apply(Tick(), scene.now + 30) == [ExpireOffer("o1", "w1", "ana")]
    assert engine.next_deadline() == scene.now + 31
    assert engine.apply(Tick(), scene.now + 31) == [ExpireOffer("o1", "w1", "ana")]
    assert engine.apply(OfferTimedOut("o1"), scene.now + 31) == [MarkNotResponding("ana")]
    assert engine.apply(OfferTimedOut("o1"), scene.now + 32) == []


def test_an_acceptance_at_the_last_moment_wins_over_the_expiry(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    offer = Offer("o1", "w1", "ana", "webchat", 33, scene.now + 30)
    scene.engine.apply(WorkQueued(Work("w1", "service", "webchat", "c", scene.now, scene.now)), scene.now)
    scene.engine.apply(OfferMade(offer, 1), scene.now)
    scene.engine.apply(Tick(), scene.now + 30)
    assert scene.engine.apply(OfferAccepted(offer), scene.now + 30) == []
    assert [reason.code for reason in scene.engine.reasons("w1", scene.now)] == [Code.ASSIGNED]
    assert scene.engine.next_deadline() is None


def test_a_disconnected_agent_loses_offers_at_once_without_not_responding(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.agent("luis")
    scene.work("w1")
    offer = scene.offers["w1"]
    scene.agent("ana", online=False)
    assert RescindOffer(offer.id, "w1", "ana", "offline") in scene.log
    assert scene.offered_to("w1") == "luis"
    assert MarkNotResponding("ana") not in scene.log
    scene.agent("ana", online=True)
    scene.decline("w1")
    assert scene.offered_to("w1") == "ana", "whoever lost the connection is not excluded"


def test_the_offer_of_an_abandoned_item_is_rescinded(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    offer = scene.offers["w1"]
    scene.end("w1", "abandoned")
    assert scene.log[-1] == RescindOffer(offer.id, "w1", "ana", "abandoned")
    assert scene.engine.reasons("w1", scene.now) == []


def test_work_taken_by_hand_rescinds_the_offer_to_somebody_else(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.agent("luis", routable=False)
    scene.work("w1")
    offer = scene.offers["w1"]
    scene.tell(WorkTaken("w1", "luis", "webchat", 33))
    assert scene.log[-1] == RescindOffer(offer.id, "w1", "ana", "taken")
    assert scene.codes("w1") == {"luis": Code.ASSIGNED}


def test_an_offer_taken_back_by_somebody_goes_to_another_agent(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.agent("luis")
    scene.work("w1")
    scene.tell(OfferRescinded(scene.offers["w1"].id, "supervisor"))
    assert scene.offered_to("w1") == "luis"


def test_a_refused_offer_goes_to_another_agent_and_does_not_turn_in_circles(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana")
    scene.agent("luis")
    engine, now = scene.engine, scene.now
    to_ana = offer_in(engine.apply(WorkQueued(Work("w1", "service", "webchat", "c", now, now)), now))
    to_luis = offer_in(engine.refused(to_ana, now))
    assert (to_ana.agent, to_luis.agent) == ("ana", "luis")
    assert engine.refused(to_ana, now) == [], "the answer to an earlier attempt"
    assert engine.refused(to_luis, now) == []
    assert engine.next_deadline() == now + 1
    assert offer_in(engine.apply(Tick(), now + 1)).agent == "ana"


def test_an_offer_decided_again_is_not_taken_for_the_one_given_up(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    engine, now = scene.engine, scene.now
    first = offer_in(engine.apply(WorkQueued(Work("w1", "service", "webchat", "c", now, now)), now))
    engine.apply(AgentChanged(replace(scene.agents["ana"], online=False)), now)
    second = offer_in(engine.apply(AgentChanged(scene.agents["ana"]), now + 40))
    late = Offer("o1", "w1", "ana", "webchat", 33, first.expires_at)
    assert engine.apply(OfferMade(late, first.attempt), now + 40) == [RescindOffer("o1", "w1", "ana", "outdated")]
    written = Offer("o2", "w1", "ana", "webchat", 33, second.expires_at)
    assert engine.apply(OfferMade(written, second.attempt), now + 40) == []
    assert engine.next_deadline() == second.expires_at


def test_an_offer_given_up_while_it_was_written_is_rescinded(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    engine, now = scene.engine, scene.now
    engine.apply(WorkQueued(Work("w1", "service", "webchat", "c", now, now)), now)
    assert engine.apply(WorkEnded("w1", "abandoned"), now) == []
    written = OfferMade(Offer("o1", "w1", "ana", "webchat", 33, now + 30), 1)
    assert engine.apply(written, now) == [RescindOffer("o1", "w1", "ana", "outdated")]


def test_answers_to_an_offer_that_is_over_change_nothing(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    offer = scene.offers["w1"]
    scene.accept("w1")
    for event in (OfferDeclined(offer.id, "busy"), OfferTimedOut(offer.id), OfferRescinded(offer.id, "moved")):
        assert scene.tell(event) == []
    assert scene.codes("w1") == {"ana": Code.ASSIGNED}


def test_the_agent_who_hands_work_back_is_not_the_first_to_get_it(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    scene.accept("w1")
    scene.work("w1")
    assert scene.codes("w1") == {"ana": Code.EXCLUDED}
    scene.agent("luis")
    scene.queue("service", "ana", "luis")
    assert scene.offered_to("w1") == "luis"


def test_each_kind_of_channel_has_its_own_time_to_answer(scene: Scene) -> None:
    scene.queue("service", "ana", offer_timeout={"sms": 45.0})
    scene.agent("ana")
    scene.work("w1", channel="email")
    scene.work("w2", channel="sms")
    assert scene.offers["w1"].expires_at == scene.now + 600
    assert scene.offers["w2"].expires_at == scene.now + 45


def test_a_queue_with_an_unknown_strategy_is_refused_by_name(scene: Scene) -> None:
    with pytest.raises(RoutingError, match=r"queue q: strategy 'nearest' does not exist; allowed: longest_idle, least_active"):
        scene.queue("q", strategy="nearest")
    with pytest.raises(RoutingError, match=r"order 'random' does not exist; allowed: priority, fifo"):
        scene.queue("q", order="random")
    assert scene.engine.reasons("w1", scene.now) == []
    assert Queue("q", "q").strategy == "longest_idle"


def test_work_taken_by_a_stranger_is_refused_by_name(scene: Scene) -> None:
    with pytest.raises(RoutingError, match="agent nobody, of whom nothing is known"):
        scene.tell(WorkTaken("w1", "nobody", "webchat", 33))


def test_an_item_barred_for_an_agent_does_not_hold_up_those_behind_it(scene: Scene) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.work("w1")
    scene.decline("w1")
    scene.queue("service")
    scene.work("w2")
    scene.queue("service", "ana")
    assert scene.offered_to("w1") is None
    assert scene.offered_to("w2") == "ana"


@pytest.mark.parametrize(("seconds", "chosen"), [(20, "luis"), (61, "ana")])
def test_who_declined_is_the_last_resort_for_a_minute(scene: Scene, seconds: float, chosen: str) -> None:
    scene.queue("service", "ana")
    scene.agent("ana")
    scene.agent("luis", idle_since=scene.now + 1)
    scene.work("w1")
    scene.decline("w1")
    scene.queue("service")
    scene.wait(seconds)
    scene.queue("service", "ana", "luis")
    assert scene.offered_to("w1") == chosen


def test_of_two_agents_who_come_free_together_the_one_idle_longest_is_served(scene: Scene) -> None:
    scene.queue("closing", "ana", "luis")
    scene.queue("service", "ana", "luis")
    scene.agent("ana", channel_max={"webchat": 1})
    scene.agent("luis", channel_max={"webchat": 1}, idle_since=scene.now - 90)
    scene.work("w1", queue="closing")
    scene.work("w2", queue="closing")
    scene.work("w3")
    assert set(scene.offers) == {"w1", "w2"}
    scene.queue("closing")
    assert {work: offer.agent for work, offer in scene.offers.items()} == {"w3": "luis"}
