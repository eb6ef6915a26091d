"""Which agent gets an item, which item an agent gets, and that the reason given is the true one."""

from typing import Any

import pytest

from routing.capacity import weight
from routing.events import Tick, WorkTaken
from routing.model import Agent, Code, Profile, Reason, Step
from tests.routing.scene import Scene


def ready(scene: Scene, *names: str, **facts: object) -> None:
    scene.queue("service", *names)
    for name in names:
        scene.agent(name, **facts)


def test_the_agent_idle_longest_is_asked_first(scene: Scene) -> None:
    scene.queue("service", "ana", "luis")
    scene.agent("ana", idle_since=scene.now - 10)
    scene.agent("luis", idle_since=scene.now - 90)
    scene.work("w1")
    assert scene.whys["w1"] == Reason(Code.LONGEST_IDLE, "luis", seconds=90, have=0, among=2)


def test_an_agent_with_work_in_hand_is_not_idle(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.work("w1")
    scene.accept("w1")
    scene.wait(5)
    scene.agent("luis", idle_since=scene.now)
    scene.work("w2")
    assert (scene.whys["w1"].agent, scene.whys["w2"].agent) == ("ana", "luis")


def test_an_agent_who_has_just_finished_comes_last(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.work("w1")
    scene.accept("w1")
    scene.wait(5)
    scene.end("w1")
    scene.work("w2")
    assert scene.offered_to("w2") == "luis"


def test_an_item_abandoned_while_it_rings_does_not_end_the_idle_time(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.wait(5)
    scene.work("w1")
    scene.end("w1", "abandoned")
    scene.work("w2")
    assert scene.offered_to("w2") == "ana"


def test_the_least_active_agent_is_asked_first(scene: Scene) -> None:
    scene.queue("service", "ana", "luis", strategy="least_active")
    scene.agent("ana", idle_since=scene.now - 90)
    scene.agent("luis")
    given = []
    for number in range(4):
        scene.work(f"w{number}")
        given.append(scene.offered_to(f"w{number}"))
    assert given == ["ana", "luis", "ana", "luis"]
    assert scene.whys["w2"].code is Code.LEAST_ACTIVE
    assert scene.whys["w2"].have == 1


def test_round_robin_goes_around_per_kind_of_channel(scene: Scene) -> None:
    scene.queue("service", "ana", "eva", "luis", strategy="round_robin")
    for name in ("ana", "eva", "luis"):
        scene.agent(name)
    given = []
    for number in range(6):
        scene.wait(1)
        scene.work(f"w{number}")
        given.append(scene.offered_to(f"w{number}"))
        scene.accept(f"w{number}")
        scene.end(f"w{number}")
    assert given == ["ana", "eva", "luis"] * 2
    scene.work("mail", channel="email")
    assert scene.offered_to("mail") == "ana"


@pytest.mark.parametrize(("strategy", "chosen"), [("most_free_units", "luis"), ("most_free_share", "ana")])
def test_free_room_counts_in_units_or_as_a_share(scene: Scene, strategy: str, chosen: str) -> None:
    scene.queue("service", "ana", "luis", strategy=strategy)
    scene.agent("luis", units_max=200)
    scene.agent("ana", units_max=100, online=False)
    scene.work("first", channel="webchat")
    scene.agent("ana", online=True)
    scene.work("w1")
    assert scene.offered_to("w1") == chosen


def test_the_best_skilled_agent_is_asked_first(scene: Scene) -> None:
    scene.queue("service", "ana", "luis", strategy="best_skill")
    scene.agent("ana", skills={"billing": 3})
    scene.agent("luis", skills={"billing": 5})
    scene.work("w1", require={"billing": 2})
    assert scene.offered_to("w1") == "luis"


def test_an_agent_carries_three_chats_or_five_mails_or_one_call(scene: Scene) -> None:
    for channel, most in (("webchat", 3), ("email", 5), ("voice", 1)):
        scene.queue(channel, channel)
        scene.agent(channel)
        for number in range(most + 1):
            scene.work(f"{channel}{number}", queue=channel, channel=channel)
        assert scene.offered_to(f"{channel}{most - 1}") == channel
        reason = scene.reason(f"{channel}{most}", channel)
        left = 100 - most * weight(Agent("a", "available", True, True, 0.0), channel)
        assert reason == Reason(Code.AT_CAPACITY, channel, name=channel, have=left, need=(100 - left) // most)


def test_a_maximum_per_channel_holds_whatever_the_units_say(scene: Scene) -> None:
    ready(scene, "ana", channel_max={"webchat": 1})
    scene.work("w1")
    scene.work("w2")
    scene.work("mail", channel="email")
    assert scene.reason("w2", "ana") == Reason(Code.CHANNEL_FULL, "ana", name="webchat", have=1, need=1)
    assert scene.offered_to("mail") == "ana"


def test_an_offer_beyond_a_lowered_limit_is_taken_back(scene: Scene) -> None:
    ready(scene, "ana")
    scene.work("w1")
    scene.work("w2")
    scene.agent("ana", units_max=40)
    assert scene.offered_to("w1") == "ana"
    assert scene.codes("w2") == {"ana": Code.AT_CAPACITY}


@pytest.mark.parametrize("lower", [{"units_max": 60}, {"channel_max": {"webchat": 1}}])
def test_work_given_beyond_the_limit_takes_no_offer_back_until_the_limit_is_lowered(scene: Scene, lower: dict[str, Any]) -> None:
    ready(scene, "ana", units_max=70)
    scene.work("w1")
    scene.work("w2")
    scene.work("call", channel="voice")
    scene.tell(WorkTaken("call", "ana", "voice", 100))
    scene.agent("ana")
    assert (scene.offered_to("w1"), scene.offered_to("w2")) == ("ana", "ana")
    scene.agent("ana", **lower)
    assert scene.offered_to("w2") is None


def test_higher_priority_comes_first_and_then_the_older(scene: Scene) -> None:
    ready(scene, "ana", online=False, channel_max={"webchat": 1})
    scene.work("young", first_queued_at=scene.now - 10)
    scene.work("old", first_queued_at=scene.now - 100)
    scene.work("urgent", priority=5)
    assert [scene.engine.position(work) for work in ("urgent", "old", "young")] == [1, 2, 3]
    scene.agent("ana", online=True)
    for work in ("urgent", "old", "young"):
        assert list(scene.offers) == [work]
        scene.accept(work)
        scene.end(work)


@pytest.mark.parametrize(
    ("order", "expected"),
    [("fifo", ["b", "a", "c"]), ("lifo", ["c", "a", "b"]), ("score", ["c", "b", "a"]), ("due", ["a", "b", "c"])],
)
def test_each_order_of_a_queue_is_its_own(scene: Scene, order: str, expected: list[str]) -> None:
    scene.queue("service", order=order)
    now = scene.now
    scene.work("a", first_queued_at=now - 50, queued_at=now - 50, due_at=now + 5)
    scene.work("b", first_queued_at=now - 100, queued_at=now - 100, due_at=now + 50)
    scene.work("c", first_queued_at=now, queued_at=now, priority=2)
    assert sorted("abc", key=lambda work: scene.engine.position(work) or 0) == expected


def test_the_queue_with_the_higher_priority_comes_first(scene: Scene) -> None:
    scene.queue("later", "ana")
    scene.queue("sooner", "ana", priority=1)
    scene.agent("ana", online=False, channel_max={"webchat": 1})
    scene.work("w1", queue="later", first_queued_at=scene.now - 900)
    scene.work("w2", queue="sooner")
    scene.agent("ana", online=True)
    assert list(scene.offers) == ["w2"]


def test_the_agent_who_knows_the_customer_comes_first(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.agent("ana", idle_since=scene.now - 90)
    scene.work("w1", known_agent="luis")
    assert scene.whys["w1"] == Reason(Code.KNOWN_AGENT, "luis", seconds=0, have=0, among=1)


def test_the_item_is_kept_for_the_known_agent_for_a_time_and_then_goes_to_anyone(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.agent("luis", channel_max={"webchat": 0})
    scene.work("w1", known_agent="luis")
    scene.wait(10)
    assert scene.reason("w1", "ana") == Reason(Code.KEPT_FOR, "ana", seconds=20, name="luis")
    assert scene.codes("w1")["luis"] is Code.CHANNEL_FULL
    scene.wait(20)
    assert scene.offered_to("w1") == "ana"


def test_a_known_agent_who_comes_free_in_time_gets_the_item(scene: Scene) -> None:
    ready(scene, "ana", "luis", channel_max={"webchat": 1})
    scene.work("w0", known_agent="luis")
    scene.accept("w0")
    scene.work("w1", known_agent="luis")
    scene.wait(10)
    scene.end("w0")
    assert scene.whys["w1"] == Reason(Code.KNOWN_AGENT, "luis", seconds=10, among=1)


def test_nothing_is_kept_for_a_known_agent_who_is_away_or_leaves(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.agent("luis", online=False)
    scene.work("w1", known_agent="luis")
    assert scene.offered_to("w1") == "ana"
    scene.agent("luis", online=True, channel_max={"webchat": 0})
    scene.work("w2", known_agent="luis")
    assert scene.offered_to("w2") is None
    scene.agent("luis", online=False)
    assert scene.offered_to("w2") == "ana"


def test_a_known_agent_who_declines_leaves_the_item_to_anyone(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.work("w1", known_agent="luis")
    scene.decline("w1")
    assert scene.offered_to("w1") == "ana"


def test_steps_relax_what_is_demanded(scene: Scene) -> None:
    ready(scene, "ana", skills={"spanish": 3})
    steps = (Step(20, require={"spanish": 5}), Step(20, require={"spanish": 4}), Step())
    scene.work("w1", steps=steps, require={"spanish": 2})
    assert scene.reason("w1", "ana") == Reason(Code.SKILL, "ana", name="spanish", have=3, need=5)
    scene.wait(20)
    assert scene.reason("w1", "ana").need == 4
    scene.wait(20)
    assert scene.offered_to("w1") == "ana"


def test_what_the_work_demands_is_never_relaxed(scene: Scene) -> None:
    ready(scene, "ana")
    scene.work("w1", require={"spanish": 1}, steps=(Step(20, require={"spanish": 5}), Step()))
    scene.wait(3600)
    assert scene.reason("w1", "ana") == Reason(Code.SKILL, "ana", name="spanish", have=0, need=1)
    scene.agent("ana", skills={"spanish": 1})
    assert scene.offered_to("w1") == "ana"


def test_a_step_does_not_end_while_an_offer_is_out(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.agent("luis", skills={"spanish": 5})
    scene.work("w1", channel="email", steps=(Step(20, require={"spanish": 5}), Step()))
    scene.wait(100)
    assert scene.offered_to("w1") == "luis"
    scene.decline("w1")
    assert scene.offered_to("w1") == "ana"


def test_preferred_skills_come_first_but_are_not_demanded(scene: Scene) -> None:
    ready(scene, "ana", "luis")
    scene.agent("luis", skills={"french": 3})
    scene.work("w1", steps=(Step(prefer={"french": 2}),))
    assert scene.offered_to("w1") == "luis"
    scene.agent("luis", online=False)
    assert scene.offered_to("w1") == "ana"


def test_a_profile_hides_an_item_until_it_has_waited_the_delay(scene: Scene) -> None:
    ready(scene, "ana", profile={("service", "webchat"): Profile(delay_s=12)})
    scene.work("w1")
    scene.wait(2)
    assert scene.reason("w1", "ana") == Reason(Code.DELAY, "ana", seconds=10)
    scene.wait(10)
    assert scene.offered_to("w1") == "ana"


def test_a_profile_decides_which_queue_an_agent_serves_first(scene: Scene) -> None:
    scene.queue("sooner", "ana", priority=1)
    scene.queue("later", "ana")
    profile = {("later", "webchat"): Profile(priority=9)}
    scene.agent("ana", online=False, channel_max={"webchat": 1}, profile=profile)
    scene.work("w1", queue="sooner")
    scene.work("w2", queue="later")
    scene.agent("ana", online=True)
    assert list(scene.offers) == ["w2"]


def test_every_cause_of_waiting_is_named_for_the_agent_it_concerns(scene: Scene) -> None:
    names = ("away", "break", "deaf", "full", "mute", "stranger", "unskilled")
    scene.queue("service", *names)
    scene.agent("away", online=False)
    scene.agent("break", activity="lunch", routable=False)
    scene.agent("deaf", not_responding=True)
    scene.agent("full", units_max=10, skills={"english": 3})
    scene.agent("mute", channels=frozenset({"email"}))
    scene.agent("unskilled", skills={"english": 1})
    scene.work("w1", require={"english": 2})
    assert scene.engine.reasons("w1", scene.now) == [
        Reason(Code.OFFLINE, "away"),
        Reason(Code.ACTIVITY, "break", name="lunch"),
        Reason(Code.NOT_RESPONDING, "deaf"),
        Reason(Code.AT_CAPACITY, "full", name="webchat", have=10, need=33),
        Reason(Code.CHANNEL_OFF, "mute", name="webchat"),
        Reason(Code.OFFLINE, "stranger"),
        Reason(Code.SKILL, "unskilled", name="english", have=1, need=2),
    ]


def test_the_waiting_age_is_kept_whatever_is_told_later(scene: Scene) -> None:
    ready(scene, "ana", online=False)
    scene.queue("other", "ana")
    scene.work("old", first_queued_at=scene.now - 100)
    scene.work("rival", queue="other", first_queued_at=scene.now - 50)
    scene.work("old", queue="other", first_queued_at=scene.now)
    assert [scene.engine.position(work) for work in ("old", "rival")] == [1, 2]


def test_the_position_counts_only_what_comes_before(scene: Scene) -> None:
    ready(scene, "ana", channel_max={"webchat": 1})
    scene.work("w1")
    scene.work("w2", require={"english": 1})
    scene.wait(1)
    scene.work("w3")
    assert [scene.engine.position(work) for work in ("w1", "w2", "w3", "none")] == [0, 1, 2, None]


def test_a_bar_that_has_ended_says_that_the_next_tick_offers(scene: Scene) -> None:
    ready(scene, "ana")
    scene.work("w1")
    scene.decline("w1")
    scene.now += 15
    assert scene.codes("w1") == {"ana": Code.NEXT_TICK}
    scene.tell(Tick())
    assert scene.offered_to("w1") == "ana"


def test_the_delay_of_a_profile_counts_also_for_who_comes_online_meanwhile(scene: Scene) -> None:
    ready(scene, "ana", online=False, profile={("service", "webchat"): Profile(delay_s=12)})
    scene.work("w1")
    scene.wait(2)
    scene.agent("ana", online=True)
    assert scene.offered_to("w1") is None
    scene.wait(10)
    assert scene.offered_to("w1") == "ana"


def test_who_comes_online_without_the_skill_is_not_asked(scene: Scene) -> None:
    ready(scene, "ana", online=False)
    scene.work("w1", require={"english": 1})
    scene.agent("ana", online=True)
    assert scene.codes("w1") == {"ana": Code.SKILL}


def test_the_steps_begin_again_in_another_queue(scene: Scene) -> None:
    ready(scene, "ana", online=False)
    scene.queue("other", "ana")
    steps = (Step(20, require={"spanish": 5}), Step())
    scene.work("w1", steps=steps)
    scene.wait(20)
    assert scene.codes("w1") == {"ana": Code.OFFLINE}
    scene.work("w1", queue="other", steps=steps)
    scene.agent("ana", online=True)
    assert scene.codes("w1") == {"ana": Code.SKILL}
    scene.wait(20)
    assert scene.offered_to("w1") == "ana"
