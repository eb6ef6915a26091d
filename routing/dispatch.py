"""Dispatch: moves work between queue, offer and agent, and notes what that decides and whom it touches."""

from collections.abc import Iterable
from heapq import merge

from routing import capacity, explain
from routing.decisions import Decision, MakeOffer, RescindOffer
from routing.events import WorkTaken
from routing.floor import Floor
from routing.matching import choose_agent, next_item, order_of, why_next
from routing.model import Offer, Reason, RoutingError
from routing.state import AgentState, Hold, Pending, WorkState, exclude
from routing.timers import Deadline
from routing.waiting import LaneKey


class Dispatch:
    """The moves that an event is made of. `settle` then matches whatever they have touched."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.decisions: list[Decision] = []
        self._attempts = 0
        # What the present event has touched: items that look for an agent, agents who look for an item.
        self._items: dict[str, None] = {}
        self._agents: dict[str, None] = {}

    def settle(self, now: float) -> list[Decision]:
        """Match the items and agents touched; all decisions of the event, in the order in which to carry them out."""
        self._place_items(now)
        self._serve_agents(now)
        decisions, self.decisions = self.decisions, []
        return decisions

    def look_for_agent(self, state: WorkState) -> None:
        """Remember that an item may find an agent now."""
        self._items[state.work.id] = None

    def look_for_item(self, agent: AgentState) -> None:
        """Remember that an agent may find an item now."""
        self._agents[agent.agent.id] = None

    # offers

    def _offer(self, state: WorkState, agent: AgentState, why: Reason, now: float) -> None:
        work, agent_id = state.work, agent.agent.id
        units = capacity.weight(agent.agent, work.channel)
        expires_at = now + capacity.offer_timeout(self.floor.queue(work.queue), work.channel)
        self.floor.dequeue(state)
        self._attempts += 1
        state.pending = Pending(agent_id, self._attempts, expires_at)
        self.floor.hold(work.id, agent_id, Hold(work.channel, units))
        agent.offered[work.id] = None
        agent.last_offer[work.channel] = now
        self.decisions.append(MakeOffer(self._attempts, work.id, agent_id, work.channel, units, expires_at, why))

    def note_offer(self, state: WorkState, offer: Offer, attempt: int) -> None:
        """Take over the id and the deadline of an offer that is written."""
        state.pending = Pending(offer.agent, attempt, offer.expires_at, offer.id)
        self.floor.offers[offer.id] = offer.work
        self.floor.timers.set(offer.expires_at, Deadline.OFFER, offer.work)

    def reopen(self, offer: Offer) -> None:
        """Go on with an offer that was pending before a restart."""
        state = self.floor.works.get(offer.work)
        agent = self.floor.agents.get(offer.agent)
        if state is None or agent is None:
            raise RoutingError(f"offer {offer.id}: work {offer.work} and agent {offer.agent} must be restored with it")
        self.floor.hold(offer.work, offer.agent, Hold(offer.channel, offer.units))
        agent.offered[offer.work] = None
        self.note_offer(state, offer, attempt=0)

    def lose(self, offer_id: str, now: float) -> str | None:
        """End a pending offer by the agent's doing; the agent, or None when the offer is over already."""
        state = self.floor.works.get(self.floor.offers.get(offer_id, ""))
        if state is None or state.pending is None or state.pending.id != offer_id:
            return None
        agent_id = state.pending.agent
        state.exclusions[agent_id] = exclude(state.exclusions.get(agent_id), now)
        self.give_back(state, now)
        return agent_id

    def give_back(self, state: WorkState, now: float) -> None:
        """End a pending offer, whatever the cause, and let the item wait again."""
        self._close_offer(state)
        self.free(state.work.id)
        self.requeue(state, now)

    def _close_offer(self, state: WorkState) -> Pending | None:
        pending, state.pending = state.pending, None
        if pending is not None and pending.id is not None:
            self.floor.offers.pop(pending.id, None)
        return pending

    def _rescind(self, state: WorkState, reason: str) -> None:
        pending = self._close_offer(state)
        # One that has no id yet is rescinded when it gets one.
        if pending is not None and pending.id is not None:
            self.decisions.append(RescindOffer(pending.id, state.work.id, pending.agent, reason))

    def withdraw_unfit(self, agent: AgentState, now: float, *, lowered: bool = False) -> None:
        """Rescind the offers that an agent may not keep as things are now; for want of room only when limits were `lowered`."""
        # Whoever is given more work than fits has it beside the open offers: these were counted when they were made.
        for work_id in reversed(list(agent.offered)):
            state = self.floor.works[work_id]
            reason = explain.unfit(self.floor, agent, state) or (explain.beyond(agent, state) if lowered else None)
            if reason is not None:
                self._rescind(state, reason.code)
                self.give_back(state, now)

    # work and agents

    def take(self, taken: WorkTaken, reason: str, now: float) -> None:
        """Put work into the hands of an agent, offered or not, with room or without."""
        agent = self.floor.agents.get(taken.agent)
        if agent is None:
            raise RoutingError(f"work {taken.work} is taken by agent {taken.agent}, of whom nothing is known")
        self.forget(taken.work, reason, accepted_by=taken.agent)
        self.free(taken.work)
        self.floor.hold(taken.work, taken.agent, Hold(taken.channel, taken.units))
        agent.idle_since = max(agent.idle_since, now)

    def forget(self, work_id: str, reason: str, accepted_by: str | None = None) -> None:
        """Work does not wait any more; an offer that is out to anyone but `accepted_by` is rescinded."""
        state = self.floor.works.get(work_id)
        if state is None:
            return
        if state.pending is not None and state.pending.agent == accepted_by:
            self._close_offer(state)
        self._rescind(state, reason)
        self.floor.dequeue(state)
        self._items.pop(work_id, None)
        del self.floor.works[work_id]

    def free(self, work_id: str) -> AgentState | None:
        """Give back the room that work takes; the agent who had it, if anyone."""
        agent = self.floor.release(work_id)
        if agent is not None:
            self.look_for_item(agent)
        return agent

    def requeue(self, state: WorkState, now: float) -> None:
        """Let an item wait where it belongs now, and look for an agent."""
        self.floor.enqueue(state, now)
        self.look_for_agent(state)

    def review_reserved(self, agent: AgentState, now: float) -> None:
        """Let go the items that were kept for an agent who cannot come for them."""
        for work_id in self.floor.waiting.reserved_for(agent.agent.id):
            state = self.floor.works[work_id]
            if explain.unfit(self.floor, agent, state) or explain.beyond(agent, state):
                self.requeue(state, now)

    def exclude_giver(self, state: WorkState, now: float) -> None:
        """Pass over the agent who hands work back."""
        # Who is there and hands work back does not want it; who merely lost the connection may have it again.
        giver = self.floor.agents.get(self.floor.holders.get(state.work.id, ""))
        if giver is not None and giver.present:
            state.exclusions[giver.agent.id] = exclude(None, now)

    # matching

    def _place_items(self, now: float) -> None:
        """Look for an agent for every item touched, the next one of all queues first."""
        if not self._items:
            return
        touched, self._items = self._items, {}
        closed: set[LaneKey] = set()
        for state in self._in_order(touched):
            if state.lane is None or state.lane in closed:
                continue
            choice = choose_agent(self.floor, state, now)
            if choice.agent is not None and choice.why is not None:
                self._offer(state, choice.agent, choice.why, now)
            elif choice.lane_closed:
                closed.add(state.lane)

    def _in_order(self, work_ids: Iterable[str]) -> Iterable[WorkState]:
        by_queue: dict[str, list[WorkState]] = {}
        for work_id in work_ids:
            state = self.floor.works[work_id]
            if state.order is not None:
                by_queue.setdefault(state.work.queue, []).append(state)
        for states in by_queue.values():
            states.sort(key=lambda state: state.order or (0.0, 0.0, ""))
        return list(merge(*by_queue.values(), key=lambda state: order_of(self.floor, state.work)))

    def _serve_agents(self, now: float) -> None:
        """Look for items for every agent touched, the one who is idle longest first."""
        touched, self._agents = self._agents, {}
        states = [self.floor.agents[agent_id] for agent_id in touched]
        for agent in sorted(states, key=lambda state: (state.idle_since, state.agent.id)):
            while agent.open_channels and (state := next_item(self.floor, agent, now)) is not None:
                self._offer(state, agent, why_next(state, agent, now), now)
