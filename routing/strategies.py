"""Who gets an item and which item comes next: every rule is a sort key in a table; the smallest key wins."""

from collections.abc import Callable
from typing import NamedTuple

from routing.model import Code, Queue, RoutingError, Work
from routing.state import AgentState
from routing.waiting import OrderKey

AgentKey = tuple[float, float, str]


def _longest_idle(state: AgentState, work: Work) -> float:
    # An agent with work in hand is not idle, however long ago it came.
    return 1.0 if state.holds else 0.0


def _least_active(state: AgentState, work: Work) -> float:
    return len(state.holds)


def _round_robin(state: AgentState, work: Work) -> float:
    return state.last_offer.get(work.channel, float("-inf"))


def _most_free_units(state: AgentState, work: Work) -> float:
    return state.load.units - state.agent.units_max


def _most_free_share(state: AgentState, work: Work) -> float:
    return state.load.units / state.agent.units_max if state.agent.units_max else 1.0


def _best_skill(state: AgentState, work: Work) -> float:
    return -sum(state.agent.skills.get(skill, 0) for skill in work.require)


#: Each ranks an agent for an item; ties go to the one who is idle longest, then to the smaller id.
STRATEGIES: dict[str, Callable[[AgentState, Work], float]] = {
    Code.LONGEST_IDLE.value: _longest_idle,
    Code.LEAST_ACTIVE.value: _least_active,
    Code.ROUND_ROBIN.value: _round_robin,
    Code.MOST_FREE_UNITS.value: _most_free_units,
    Code.MOST_FREE_SHARE.value: _most_free_share,
    Code.BEST_SKILL.value: _best_skill,
}

#: Each ranks an item in its queue; none depends on the present time, so that a place once found stays right.
ORDERS: dict[str, Callable[[Work, Queue], tuple[float, float]]] = {
    "priority": lambda work, queue: (-work.priority, work.first_queued_at),
    "fifo": lambda work, queue: (work.first_queued_at, 0.0),
    "lifo": lambda work, queue: (-work.queued_at, 0.0),
    "score": lambda work, queue: (work.first_queued_at - work.priority * queue.priority_worth_s, 0.0),
    "due": lambda work, queue: (float("inf") if work.due_at is None else work.due_at, work.first_queued_at),
}


class AcrossQueues(NamedTuple):
    """Ranks the next items of several queues for one agent."""

    profile: int
    queue: int
    work: int
    first_queued_at: float
    id: str


def check_queue(queue: Queue) -> None:
    """Raise RoutingError when the queue names a strategy or an order that does not exist."""
    for setting, value, table in (("strategy", queue.strategy, STRATEGIES), ("order", queue.order, ORDERS)):
        if value not in table:
            raise RoutingError(f"queue {queue.id}: {setting} {value!r} does not exist; allowed: {', '.join(table)}")


def order_key(work: Work, queue: Queue) -> OrderKey:
    """The place of an item in its queue."""
    return (*ORDERS[queue.order](work, queue), work.id)


def agent_key(state: AgentState, work: Work, queue: Queue) -> AgentKey:
    """The place of an agent among those who may take an item."""
    return (STRATEGIES[queue.strategy](state, work), state.idle_since, state.agent.id)


def across_queues(work: Work, queue: Queue, profile_priority: int = 0) -> AcrossQueues:
    """The place of an item among the next items of other queues."""
    return AcrossQueues(-profile_priority, -queue.priority, -work.priority, work.first_queued_at, work.id)
