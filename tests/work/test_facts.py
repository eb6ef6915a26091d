"""Rows as facts of routing: what the present state of an item means, and how causes are kept."""

from typing import Any

import pytest

from hub.work.facts import Capacities, agent_of, event_of, queue_of, why_chosen, why_waiting, work_of
from routing.events import RoomFreed, WorkEnded, WorkQueued, WorkTaken
from routing.model import Code, Reason, Step

CAPACITIES = Capacities([{"kind": "chat", "units": 33, "most": 3, "offer_s": 30}, {"kind": "mail", "units": 15, "most": 6, "offer_s": 600}])
ROW: dict[str, Any] = {
    "id": "w1",
    "queue": "q1",
    "kind": "chat",
    "customer": "c1",
    "state": "queued",
    "agent": None,
    "units": 0,
    "priority": 0,
    "known_agent": None,
    "kept_s": None,
    "first_queued_at": 10.0,
    "queued_at": 20.0,
    "due_at": 310.0,
}


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("queued", WorkQueued(work_of(ROW))),
        ("offered", WorkQueued(work_of(ROW))),
        ("assigned", WorkTaken("w1", "ana", "chat", 33)),
        ("wrapping", WorkTaken("w1", "ana", "chat", 33)),
        ("paused", RoomFreed("w1")),
        ("abandoned", WorkEnded("w1", "abandoned")),
    ],
)
def test_every_state_of_an_item_means_something_to_routing(state: str, event: object) -> None:
    assert event_of(ROW | {"state": state, "agent": "ana", "units": 33}) == event


def test_paused_work_that_nobody_has_waits_for_nobody() -> None:
    assert event_of(ROW | {"state": "paused", "agent": None}) == WorkEnded("w1", "paused")


def test_work_handed_to_a_colleague_is_kept_for_as_long_as_was_said() -> None:
    assert work_of(ROW | {"known_agent": "ana", "kept_s": 120}).steps == (Step(timeout_s=120.0, known_only=True), Step())
    assert work_of(ROW | {"known_agent": "ana"}).steps == ()


def test_a_queue_has_its_own_offer_times_over_the_usual_ones() -> None:
    row = {"id": "q1", "name": "Service", "members": ["ana"], "strategy": "least_active", "ordering": "fifo", "offer_timeout": {"chat": 12}}
    queue = queue_of(row | {"priority": 2, "sticky_s": 5, "wrap_s": 9}, CAPACITIES)
    assert (dict(queue.offer_timeout), queue.order, set(queue.members)) == ({"chat": 12.0, "mail": 600.0}, "fifo", {"ana"})


def test_an_agent_takes_every_kind_that_is_not_switched_off() -> None:
    row = {"id": "ana", "activity": "available", "routable": True, "connected": True, "idle_since": 1.0, "not_responding": False}
    agent = agent_of(row | {"units_max": 100, "channels_off": ["chat"]}, CAPACITIES)
    assert agent.channels == frozenset({"mail"})
    assert agent.channel_max == {"chat": 3, "mail": 6}


def test_causes_are_kept_small_and_what_is_left_becomes_a_time() -> None:
    waits = Reason(Code.EXCLUDED, "ana", seconds=12.34)
    assert why_waiting(waits, 100.0) == {"code": "excluded", "agent": "ana", "until": 112.3}
    chosen = Reason(Code.LONGEST_IDLE, "ana", seconds=7.0, have=0, among=2)
    assert why_chosen(chosen) == {"code": "longest_idle", "agent": "ana", "for_s": 7.0, "have": 0, "among": 2}
