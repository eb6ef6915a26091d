"""Who gets this item, and which item does this agent get: the two questions behind every offer."""

from collections.abc import Iterable
from typing import NamedTuple

from routing.floor import Floor
from routing.model import Code, Profile, Queue, Reason, Work
from routing.state import AgentState, WorkState, bar
from routing.strategies import AcrossQueues, across_queues, agent_key
from routing.waiting import Lane, LaneKey, OrderKey

_NO_PROFILE = Profile()


class Choice(NamedTuple):
    """The agent for an item and why; or nobody, and whether nobody in the item's whole lane can be served."""

    agent: AgentState | None
    why: Reason | None = None
    lane_closed: bool = False


def choose_agent(floor: Floor, state: WorkState, now: float) -> Choice:
    """The best agent who may take a waiting item now. Notes on the floor when a bar that stood in the way ends."""
    lane, queue, work = state.lane, floor.queue(state.work.queue), state.work
    if lane is None:
        return Choice(None)
    prefer = tuple(floor.step(state).prefer.items())
    best, best_rank, eligible, barred = None, None, 0, False
    for agent in _candidates(floor, lane):
        if lane.require and not agent.skilled(lane.require):
            continue
        free_at, _ = bar(state, agent)
        if free_at > now:
            floor.bar_until(state, free_at)
            barred = True
            continue
        eligible += 1
        rank = (_last_resort(state, agent, now), bool(prefer) and not agent.skilled(prefer), agent_key(agent, work, queue))
        if best_rank is None or rank < best_rank:
            best, best_rank = agent, rank
    if best is None:
        return Choice(None, lane_closed=not barred)
    return Choice(best, _why_agent(lane, queue, best, eligible, now))


def next_item(floor: Floor, agent: AgentState, now: float) -> WorkState | None:
    """The next item for an agent who has room. Notes on the floor when a bar that stood in the way ends."""
    best: tuple[AcrossQueues, WorkState] | None = None
    for queue_id in agent.queues:
        head = _head(floor, agent, floor.waiting.lanes_for(queue_id, agent.agent.id), now)
        if head is not None:
            profile = agent.agent.profile.get((queue_id, head.work.channel), _NO_PROFILE)
            rank = across_queues(head.work, floor.queue(queue_id), profile.priority)
            if best is None or rank < best[0]:
                best = (rank, head)
    return best[1] if best else None


def why_next(state: WorkState, agent: AgentState, now: float) -> Reason:
    """Why the agent who came free gets this item: it was kept for him or her, or nobody else could take it."""
    code = Code.KNOWN_AGENT if state.lane and state.lane.reserved else Code.NEXT_IN_LINE
    return Reason(code, agent.agent.id, seconds=now - state.work.first_queued_at, among=1)


def _candidates(floor: Floor, lane: LaneKey) -> Iterable[AgentState]:
    ready = floor.ready.get((lane.queue, lane.channel), set())
    if lane.reserved is not None:
        return [floor.agents[lane.reserved]] if lane.reserved in ready else []
    return [floor.agents[agent_id] for agent_id in ready]


def _last_resort(state: WorkState, agent: AgentState, now: float) -> bool:
    exclusion = state.exclusions.get(agent.agent.id)
    return exclusion is not None and exclusion.ends_at > now


def _why_agent(lane: LaneKey, queue: Queue, agent: AgentState, eligible: int, now: float) -> Reason:
    code = Code.KNOWN_AGENT if lane.reserved else Code(queue.strategy)
    idle = now - agent.idle_since
    return Reason(code, agent.agent.id, seconds=idle, have=len(agent.holds), among=eligible)


def _head(floor: Floor, agent: AgentState, lanes: Iterable[Lane], now: float) -> WorkState | None:
    best: tuple[int, OrderKey] | None = None
    for lane in lanes:
        if lane.key.channel not in agent.open_channels or not agent.skilled(lane.key.require):
            continue
        item = _first_unbarred(floor, agent, lane, now)
        if item is not None:
            profile = agent.agent.profile.get((lane.key.queue, lane.key.channel), _NO_PROFILE)
            best = min(best or (-profile.priority, item), (-profile.priority, item))
    return floor.works[best[1][-1]] if best else None


def _first_unbarred(floor: Floor, agent: AgentState, lane: Lane, now: float) -> OrderKey | None:
    for item in lane.items:
        state = floor.works[item[-1]]
        free_at, _ = bar(state, agent)
        if free_at <= now:
            return item
        floor.bar_until(state, free_at)
    return None


def order_of(floor: Floor, work: Work) -> AcrossQueues:
    """The place of an item among the next items of all queues."""
    return across_queues(work, floor.queue(work.queue))
