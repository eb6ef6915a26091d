"""The engine: told what happened, it decides which work is offered to whom, at once and always in the same way."""

from functools import singledispatchmethod

from routing import capacity, explain
from routing.decisions import Decision, ExpireOffer, MakeOffer, MarkNotResponding, RescindOffer
from routing.dispatch import Dispatch
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
from routing.model import Reason
from routing.state import WorkState, exclude, hold_back
from routing.strategies import check_queue
from routing.timers import Deadline, Timer

#: How long an agent is passed over for an item when the offer could not be written.
REFUSED_S = 1.0
#: How long to wait for the answer to ExpireOffer before asking again.
ASK_AGAIN_S = 1.0


class Engine:
    """Keeps the state of the floor. Equal events at equal times give equal decisions."""

    def __init__(self) -> None:
        self._floor = Floor()
        self._dispatch = Dispatch(self._floor)

    def apply(self, event: Event, now: float) -> list[Decision]:
        """Take in what happened at `now` and decide. Raises RoutingError when the event itself is wrong."""
        self._run_due(now)
        self._on(event, now)
        return self._dispatch.settle(now)

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
            self._dispatch.requeue(self._floor.works[item[-1]], now)
        for agent_id in sorted(self._floor.agents):
            self._dispatch.withdraw_unfit(self._floor.agents[agent_id], now)

    @_on.register
    def _(self, event: AgentChanged, now: float) -> None:
        before = self._floor.agents.get(event.agent.id)
        lowered = before is not None and capacity.lowered(before.agent, event.agent)
        state = self._floor.set_agent(event.agent)
        self._dispatch.withdraw_unfit(state, now, lowered=lowered)
        self._dispatch.review_reserved(state, now)
        self._dispatch.look_for_item(state)

    @_on.register
    def _(self, event: WorkQueued, now: float) -> None:
        state = self._floor.set_work(event.work)
        if state.pending is None:
            self._dispatch.exclude_giver(state, now)
            self._dispatch.free(event.work.id)
            self._dispatch.requeue(state, now)
        else:
            self._dispatch.withdraw_unfit(self._floor.agents[state.pending.agent], now)

    @_on.register
    def _(self, event: WorkTaken, now: float) -> None:
        self._dispatch.take(event, "taken", now)

    @_on.register
    def _(self, event: OfferAccepted, now: float) -> None:
        offer = event.offer
        self._dispatch.take(WorkTaken(offer.work, offer.agent, offer.channel, offer.units), "accepted", now)

    @_on.register
    def _(self, event: WorkEnded, now: float) -> None:
        was_waiting = event.work in self._floor.works
        self._dispatch.forget(event.work, event.reason)
        agent = self._dispatch.free(event.work)
        if agent is not None and not agent.holds and not was_waiting:
            agent.idle_since = now

    @_on.register
    def _(self, event: RoomFreed, now: float) -> None:
        self._dispatch.free(event.work)

    @_on.register
    def _(self, event: OfferMade, now: float) -> None:
        offer, state = event.offer, self._floor.works.get(event.offer.work)
        if state is not None and state.pending is not None and state.pending.attempt == event.attempt:
            self._dispatch.note_offer(state, offer, event.attempt)
        else:
            # Given up while it was being written.
            self._dispatch.decisions.append(RescindOffer(offer.id, offer.work, offer.agent, "outdated"))

    @_on.register
    def _(self, event: OfferRefused, now: float) -> None:
        state = self._floor.works.get(event.work)
        if state is None or state.pending is None or state.pending.attempt != event.attempt or state.pending.id is not None:
            return
        agent_id = state.pending.agent
        state.exclusions[agent_id] = hold_back(state.exclusions.get(agent_id), now, REFUSED_S)
        self._dispatch.give_back(state, now)

    @_on.register
    def _(self, event: OfferDeclined, now: float) -> None:
        self._dispatch.lose(event.offer, now)

    @_on.register
    def _(self, event: OfferRescinded, now: float) -> None:
        self._dispatch.lose(event.offer, now)

    @_on.register
    def _(self, event: OfferTimedOut, now: float) -> None:
        agent_id = self._dispatch.lose(event.offer, now)
        if agent_id is None:
            return
        state = self._floor.agents[agent_id]
        state.not_responding = True
        self._floor.refresh(state)
        self._dispatch.decisions.append(MarkNotResponding(agent_id))
        self._dispatch.withdraw_unfit(state, now)
        self._dispatch.review_reserved(state, now)

    @_on.register
    def _(self, event: Tick, now: float) -> None:
        """Every event runs what is due; this one does nothing else."""

    @_on.register
    def _(self, event: Restored, now: float) -> None:
        for queue in event.queues:
            check_queue(queue)
            self._floor.set_queue(queue)
        for agent in event.agents:
            self._dispatch.look_for_item(self._floor.set_agent(agent))
        for taken in event.taken:
            self._dispatch.take(taken, "taken", now)
        states = [self._floor.set_work(work) for work in event.waiting]
        for refusal in event.refusals:
            exclusions = self._floor.works[refusal.work].exclusions
            exclusions[refusal.agent] = exclude(exclusions.get(refusal.agent), refusal.at)
        offered = {offer.work for offer in event.offers}
        for state in states:
            if state.work.id not in offered:
                self._dispatch.requeue(state, now)
        for offer in event.offers:
            self._dispatch.reopen(offer)
        for agent in event.agents:
            self._dispatch.withdraw_unfit(self._floor.agents[agent.id], now)

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
            self._dispatch.decisions.append(ExpireOffer(state.pending.id, state.work.id, state.pending.agent))
            state.pending.expires_at = now + ASK_AGAIN_S
            self._floor.timers.set(state.pending.expires_at, Deadline.OFFER, state.work.id)
        elif timer.what is Deadline.STEP:
            self._dispatch.requeue(state, now)
        elif timer.what is Deadline.BAR:
            state.bar_ends_at = None
            self._dispatch.look_for_agent(state)

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
