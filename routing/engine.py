"""The engine: told what happened, it decides which work is offered to whom, at once and always in the same way."""

from collections.abc import Iterable
from functools import singledispatchmethod
from heapq import merge

from routing import capacity, explain
from routing.decisions import Decision, ExpireOffer, MakeOffer, MarkNotResponding, RescindOffer
from routing.events import (
    AgentChanged,
    Event,
    OfferAccepted,
    OfferDeclined,
    OfferMade,
    OfferRefused,
    OfferRescinded,
    OfferTimedOut,
    QueueChanged,
    Restored,
    RoomFreed,
    Tick,
    WorkEnded,
    WorkQueued,
    WorkTaken,
)
from routing.floor import Floor
from routing.matching import choose_agent, next_item, order_of, why_next
from routing.model import Offer, Reason, RoutingError
from routing.state import AgentState, Hold, Pending, WorkState, exclude, hold_back
from routing.strategies import check_queue
from routing.timers import Deadline, Timer
from routing.waiting import LaneKey

#: How long an agent is passed over for an item when the offer could not be written.
REFUSED_S = 1.0
#: How long to wait for the answer to ExpireOffer before asking again.
ASK_AGAIN_S = 1.0


class Engine:
    """Keeps the state of the floor. Equal events at equal times give equal decisions."""

    def __init__(self) -> None:
        self._floor = Floor()
        self._decisions: list[Decision] = []
        self._attempts = 0
        # What the present event has touched: items that look for an agent, agents who look for an item.
        self._items: dict[str, None] = {}
        self._agents: dict[str, None] = {}

    def apply(self, event: Event, now: float) -> list[Decision]:
        """Take in what happened at `now` and decide. Raises RoutingError when the event itself is wrong."""
        self._run_due(now)
        self._on(event, now)
        self._place_items(now)
        self._serve_agents(now)
        decisions, self._decisions = self._decisions, []
        return decisions

    def refused(self, made: MakeOffer, now: float) -> list[Decision]:
        """The offer could not be written: try again with what is now known."""
        return self.apply(OfferRefused(made.work, made.attempt), now)

    def next_deadline(self) -> float | None:
        """When to send the next Tick, or None when nothing is under way."""
        timers = self._floor.timers
        while (timer := timers.first()) is not None and not self._counts(timer):
            timers.drop_first()
        return timer.at if timer else None

    def reasons(self, work_id: str, now: float) -> list[Reason]:
        """Why the work is not in anyone's hands: one reason per member of its queue; where it is, when it does not wait."""
        return explain.reasons(self._floor, work_id, now)

    def position(self, work_id: str) -> int | None:
        """The place in its queue, 1 for the next; 0 while it is offered; None when it does not wait."""
        return explain.position(self._floor, work_id)

    # events

    @singledispatchmethod
    def _on(self, event: Event, now: float) -> None:
        raise TypeError(f"not an event of routing: {event!r}")

    @_on.register
    def _(self, event: QueueChanged, now: float) -> None:
        check_queue(event.queue)
        self._floor.set_queue(event.queue)
        for item in self._floor.waiting.of_queue(event.queue.id):
            self._requeue(self._floor.works[item[-1]], now)
        for agent_id in sorted(self._floor.agents):
            self._withdraw_unfit(self._floor.agents[agent_id], now)

    @_on.register
    def _(self, event: AgentChanged, now: float) -> None:
        state = self._floor.set_agent(event.agent)
        self._withdraw_unfit(state, now)
        self._review_reserved(state, now)
        self._agents[event.agent.id] = None

    @_on.register
    def _(self, event: WorkQueued, now: float) -> None:
        state = self._floor.set_work(event.work)
        if state.pending is None:
            self._exclude_giver(state, now)
            self._free(event.work.id)
            self._requeue(state, now)
        else:
            self._withdraw_unfit(self._floor.agents[state.pending.agent], now)

    @_on.register
    def _(self, event: WorkTaken, now: float) -> None:
        self._take(event, "taken", now)

    @_on.register
    def _(self, event: OfferAccepted, now: float) -> None:
        offer = event.offer
        self._take(WorkTaken(offer.work, offer.agent, offer.channel, offer.units), "accepted", now)

    @_on.register
    def _(self, event: WorkEnded, now: float) -> None:
        was_waiting = event.work in self._floor.works
        self._forget(event.work, event.reason)
        agent = self._free(event.work)
        if agent is not None and not agent.holds and not was_waiting:
            agent.idle_since = now

    @_on.register
    def _(self, event: RoomFreed, now: float) -> None:
        self._free(event.work)

    @_on.register
    def _(self, event: OfferMade, now: float) -> None:
        offer, state = event.offer, self._floor.works.get(event.offer.work)
        if state is not None and state.pending is not None and state.pending.attempt == event.attempt:
            self._note_offer(state, offer, event.attempt)
        else:
            # Given up while it was being written.
            self._decisions.append(RescindOffer(offer.id, offer.work, offer.agent, "outdated"))

    @_on.register
    def _(self, event: OfferRefused, now: float) -> None:
        state = self._floor.works.get(event.work)
        if state is None or state.pending is None or state.pending.attempt != event.attempt or state.pending.id is not None:
            return
        agent_id = state.pending.agent
        state.exclusions[agent_id] = hold_back(state.exclusions.get(agent_id), now, REFUSED_S)
        self._give_back(state, now)

    @_on.register
    def _(self, event: OfferDeclined, now: float) -> None:
        self._lose(event.offer, now)

    @_on.register
    def _(self, event: OfferRescinded, now: float) -> None:
        self._lose(event.offer, now)

    @_on.register
    def _(self, event: OfferTimedOut, now: float) -> None:
        agent_id = self._lose(event.offer, now)
        if agent_id is None:
            return
        state = self._floor.agents[agent_id]
        state.not_responding = True
        self._floor.refresh(state)
        self._decisions.append(MarkNotResponding(agent_id))
        self._withdraw_unfit(state, now)
        self._review_reserved(state, now)

    @_on.register
    def _(self, event: Tick, now: float) -> None:
        """Every event runs what is due; this one does nothing else."""

    @_on.register
    def _(self, event: Restored, now: float) -> None:
        for queue in event.queues:
            check_queue(queue)
            self._floor.set_queue(queue)
        for agent in event.agents:
            self._floor.set_agent(agent)
            self._agents[agent.id] = None
        for taken in event.taken:
            self._take(taken, "taken", now)
        offered = {offer.work for offer in event.offers}
        for work in event.waiting:
            state = self._floor.set_work(work)
            if work.id not in offered:
                self._requeue(state, now)
        for offer in event.offers:
            self._reopen(offer)

    # deadlines

    def _run_due(self, now: float) -> None:
        timers = self._floor.timers
        while (timer := timers.first()) is not None and timer.at <= now:
            timers.drop_first()
            state = self._floor.works.get(timer.work)
            if state is not None and self._is_set(timer, state):
                self._due(timer, state, now)

    def _due(self, timer: Timer, state: WorkState, now: float) -> None:
        if timer.what is Deadline.OFFER and state.pending and state.pending.id:
            self._decisions.append(ExpireOffer(state.pending.id, state.work.id, state.pending.agent))
            state.pending.expires_at = now + ASK_AGAIN_S
            self._floor.timers.set(state.pending.expires_at, Deadline.OFFER, state.work.id)
        elif timer.what is Deadline.STEP:
            self._requeue(state, now)
        elif timer.what is Deadline.BAR:
            state.bar_ends_at = None
            self._items[state.work.id] = None

    def _counts(self, timer: Timer) -> bool:
        state = self._floor.works.get(timer.work)
        return state is not None and self._is_set(timer, state)

    @staticmethod
    def _is_set(timer: Timer, state: WorkState) -> bool:
        if timer.what is Deadline.OFFER:
            return state.pending is not None and state.pending.id is not None and state.pending.expires_at == timer.at
        if timer.what is Deadline.STEP:
            # While an offer is out the step does not end.
            return state.lane is not None and state.step_ends_at == timer.at
        return state.bar_ends_at == timer.at

    # offers

    def _offer(self, state: WorkState, agent: AgentState, why: Reason, now: float) -> None:
        work, agent_id = state.work, agent.agent.id
        units = capacity.weight(agent.agent, work.channel)
        expires_at = now + capacity.offer_timeout(self._floor.queue(work.queue), work.channel)
        self._floor.dequeue(state)
        self._attempts += 1
        state.pending = Pending(agent_id, self._attempts, expires_at)
        self._floor.hold(work.id, agent_id, Hold(work.channel, units))
        agent.offered[work.id] = None
        agent.last_offer[work.channel] = now
        self._decisions.append(MakeOffer(self._attempts, work.id, agent_id, work.channel, units, expires_at, why))

    def _note_offer(self, state: WorkState, offer: Offer, attempt: int) -> None:
        state.pending = Pending(offer.agent, attempt, offer.expires_at, offer.id)
        self._floor.offers[offer.id] = offer.work
        self._floor.timers.set(offer.expires_at, Deadline.OFFER, offer.work)

    def _reopen(self, offer: Offer) -> None:
        state = self._floor.works.get(offer.work)
        agent = self._floor.agents.get(offer.agent)
        if state is None or agent is None:
            raise RoutingError(f"offer {offer.id}: work {offer.work} and agent {offer.agent} must be restored with it")
        self._floor.hold(offer.work, offer.agent, Hold(offer.channel, offer.units))
        agent.offered[offer.work] = None
        self._note_offer(state, offer, attempt=0)

    def _lose(self, offer_id: str, now: float) -> str | None:
        """End a pending offer by the agent's doing; the agent, or None when the offer is over already."""
        state = self._floor.works.get(self._floor.offers.get(offer_id, ""))
        if state is None or state.pending is None or state.pending.id != offer_id:
            return None
        agent_id = state.pending.agent
        state.exclusions[agent_id] = exclude(state.exclusions.get(agent_id), now)
        self._give_back(state, now)
        return agent_id

    def _give_back(self, state: WorkState, now: float) -> None:
        self._close_offer(state)
        self._free(state.work.id)
        self._requeue(state, now)

    def _close_offer(self, state: WorkState) -> Pending | None:
        pending, state.pending = state.pending, None
        if pending is not None and pending.id is not None:
            self._floor.offers.pop(pending.id, None)
        return pending

    def _rescind(self, state: WorkState, reason: str) -> None:
        pending = self._close_offer(state)
        # One that has no id yet is rescinded when it gets one.
        if pending is not None and pending.id is not None:
            self._decisions.append(RescindOffer(pending.id, state.work.id, pending.agent, reason))

    def _withdraw_unfit(self, agent: AgentState, now: float) -> None:
        for work_id in reversed(list(agent.offered)):
            state = self._floor.works[work_id]
            reason = explain.unfit(self._floor, agent, state)
            if reason is not None:
                self._rescind(state, reason.code)
                self._give_back(state, now)

    # work and agents

    def _take(self, taken: WorkTaken, reason: str, now: float) -> None:
        agent = self._floor.agents.get(taken.agent)
        if agent is None:
            raise RoutingError(f"work {taken.work} is taken by agent {taken.agent}, of whom nothing is known")
        self._forget(taken.work, reason, accepted_by=taken.agent)
        self._free(taken.work)
        self._floor.hold(taken.work, taken.agent, Hold(taken.channel, taken.units))
        agent.idle_since = max(agent.idle_since, now)

    def _forget(self, work_id: str, reason: str, accepted_by: str | None = None) -> None:
        state = self._floor.works.get(work_id)
        if state is None:
            return
        if state.pending is not None and state.pending.agent == accepted_by:
            self._close_offer(state)
        self._rescind(state, reason)
        self._floor.dequeue(state)
        self._items.pop(work_id, None)
        del self._floor.works[work_id]

    def _free(self, work_id: str) -> AgentState | None:
        agent = self._floor.release(work_id)
        if agent is not None:
            self._agents[agent.agent.id] = None
        return agent

    def _requeue(self, state: WorkState, now: float) -> None:
        self._floor.enqueue(state, now)
        self._items[state.work.id] = None

    def _review_reserved(self, agent: AgentState, now: float) -> None:
        for work_id in self._floor.waiting.reserved_for(agent.agent.id):
            state = self._floor.works[work_id]
            if explain.unfit(self._floor, agent, state):
                self._requeue(state, now)

    def _exclude_giver(self, state: WorkState, now: float) -> None:
        # Who is there and hands work back does not want it; who merely lost the connection may have it again.
        giver = self._floor.agents.get(self._floor.holders.get(state.work.id, ""))
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
            choice = choose_agent(self._floor, state, now)
            if choice.agent is not None and choice.why is not None:
                self._offer(state, choice.agent, choice.why, now)
            elif choice.lane_closed:
                closed.add(state.lane)

    def _in_order(self, work_ids: Iterable[str]) -> Iterable[WorkState]:
        by_queue: dict[str, list[WorkState]] = {}
        for work_id in work_ids:
            state = self._floor.works[work_id]
            if state.order is not None:
                by_queue.setdefault(state.work.queue, []).append(state)
        for states in by_queue.values():
            states.sort(key=lambda state: state.order or (0.0, 0.0, ""))
        return list(merge(*by_queue.values(), key=lambda state: order_of(self._floor, state.work)))

    def _serve_agents(self, now: float) -> None:
        """Look for items for every agent touched, the one who is idle longest first."""
        touched, self._agents = self._agents, {}
        states = [self._floor.agents[agent_id] for agent_id in touched]
        for agent in sorted(states, key=lambda state: (state.idle_since, state.agent.id)):
            while agent.open_channels and (state := next_item(self._floor, agent, now)) is not None:
                self._offer(state, agent, why_next(state, agent, now), now)
