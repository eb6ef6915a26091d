"""Why: what stands between a work item and each agent, by the very checks that decide."""

from routing import capacity
from routing.floor import Floor
from routing.model import Code, Reason
from routing.state import AgentState, WorkState, bar, requirement


def reasons(floor: Floor, work_id: str, now: float) -> list[Reason]:
    """One reason per member of the queue, by id; or the single one that says where the work is. Empty when unknown."""
    state = floor.works.get(work_id)
    if state is None:
        holder = floor.holders.get(work_id)
        return [Reason(Code.ASSIGNED, holder)] if holder else []
    if state.pending is not None:
        return [Reason(Code.OFFERED, state.pending.agent, seconds=state.pending.expires_at - now)]
    queue = floor.queue(state.work.queue)
    if not queue.members:
        return [Reason(Code.NO_MEMBERS, name=queue.id)]
    return [_why_not(floor, agent_id, state, now) for agent_id in sorted(queue.members)]


def unfit(floor: Floor, agent: AgentState, state: WorkState) -> Reason | None:
    """Why an agent may not have the item, whatever room there is, or None: presence, membership, channel, skills."""
    return _absent(agent) or _unsuited(floor, agent, state)


def beyond(agent: AgentState, state: WorkState) -> Reason | None:
    """Why an item that the agent carries is one too many for the limits, or None."""
    return capacity.overload(agent.agent, agent.load, state.work.channel)


def position(floor: Floor, work_id: str) -> int | None:
    """The place in the queue, 1 for the next; 0 while offered; None when the work does not wait."""
    state = floor.works.get(work_id)
    if state is None:
        return None
    if state.order is None:
        return 0
    return floor.waiting.ahead(state.work.queue, state.order) + 1


def _why_not(floor: Floor, agent_id: str, state: WorkState, now: float) -> Reason:
    agent = floor.agents.get(agent_id)
    if agent is None:
        return Reason(Code.OFFLINE, agent_id)
    reason = unfit(floor, agent, state) or _kept(agent, state, now) or _full(agent, state) or _barred(agent, state, now)
    # Nothing stands in the way only between the end of a bar and the tick that acts on it.
    return reason or Reason(Code.NEXT_TICK, agent_id)


def _absent(agent: AgentState) -> Reason | None:
    facts = agent.agent
    if not facts.online:
        return Reason(Code.OFFLINE, facts.id)
    if not facts.routable:
        return Reason(Code.ACTIVITY, facts.id, name=facts.activity)
    return Reason(Code.NOT_RESPONDING, facts.id) if agent.not_responding else None


def _unsuited(floor: Floor, agent: AgentState, state: WorkState) -> Reason | None:
    agent_id, channel = agent.agent.id, state.work.channel
    if state.work.queue not in agent.queues:
        return Reason(Code.NOT_A_MEMBER, agent_id, name=state.work.queue)
    if not agent.takes(channel):
        return Reason(Code.CHANNEL_OFF, agent_id, name=channel)
    for skill, need in requirement(state.work, floor.step(state)):
        have = agent.agent.skills.get(skill, 0)
        if have < need:
            return Reason(Code.SKILL, agent_id, name=skill, have=have, need=need)
    return None


def _kept(agent: AgentState, state: WorkState, now: float) -> Reason | None:
    known = state.lane.reserved if state.lane else None
    if known is None or known == agent.agent.id or state.step_ends_at is None:
        return None
    return Reason(Code.KEPT_FOR, agent.agent.id, seconds=state.step_ends_at - now, name=known)


def _full(agent: AgentState, state: WorkState) -> Reason | None:
    return capacity.lack_of_room(agent.agent, agent.load, state.work.channel)


def _barred(agent: AgentState, state: WorkState, now: float) -> Reason | None:
    free_at, excluded = bar(state, agent)
    if free_at <= now:
        return None
    return Reason(Code.EXCLUDED if excluded else Code.DELAY, agent.agent.id, seconds=free_at - now)
