"""The floor: all queues, agents and work that the engine knows, kept indexed so that nothing is ever scanned whole."""

from dataclasses import replace

from routing import capacity
from routing.model import Agent, Queue, Step, Work
from routing.state import AgentState, Hold, WorkState, requirement, steps_of
from routing.strategies import order_key
from routing.timers import Deadline, Timers
from routing.waiting import LaneKey, Waiting


class Floor:
    """Facts and indexes. `ready` holds, per queue and kind of channel, the members who have room right now."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self.agents: dict[str, AgentState] = {}
        self.works: dict[str, WorkState] = {}
        self.holders: dict[str, str] = {}
        self.offers: dict[str, str] = {}
        self.ready: dict[tuple[str, str], set[str]] = {}
        self.waiting = Waiting()
        self.timers = Timers()
        self._channels: set[str] = set()

    def queue(self, queue_id: str) -> Queue:
        """The queue; one that nobody described yet has no members, and its work waits."""
        return self.queues.get(queue_id) or Queue(queue_id, queue_id)

    # agents and their room

    def set_queue(self, queue: Queue) -> None:
        """Take over the settings of a queue and who its members are."""
        left = self.queue(queue.id).members - queue.members
        self.queues[queue.id] = queue
        for agent_id in left & self.agents.keys():
            self.agents[agent_id].queues.discard(queue.id)
            for channel in self._channels:
                self.ready.get((queue.id, channel), set()).discard(agent_id)
        for agent_id in queue.members & self.agents.keys():
            self._join(self.agents[agent_id], queue.id)

    def set_agent(self, agent: Agent) -> AgentState:
        """Take over what is known of an agent; what he or she carries stays."""
        state = self.agents.get(agent.id)
        if state is None:
            state = self.agents[agent.id] = AgentState(agent, agent.idle_since)
            for queue in self.queues.values():
                if agent.id in queue.members:
                    self._join(state, queue.id)
        state.agent = agent
        state.idle_since = max(state.idle_since, agent.idle_since)
        state.not_responding = agent.not_responding
        self.refresh(state)
        return state

    def refresh(self, state: AgentState) -> None:
        """Bring `ready` in line with the presence and the room of an agent."""
        is_open = frozenset(channel for channel in self._channels if self._is_open(state, channel))
        for channel in is_open ^ state.open_channels:
            for queue_id in state.queues:
                members = self.ready.setdefault((queue_id, channel), set())
                (members.add if channel in is_open else members.discard)(state.agent.id)
        state.open_channels = is_open

    def hold(self, work_id: str, agent_id: str, hold: Hold) -> None:
        """Count an item, offered or taken, as carried by the agent."""
        state = self.agents[agent_id]
        self.holders[work_id] = agent_id
        state.holds[work_id] = hold
        state.load.add(hold.channel, hold.units)
        self.refresh(state)

    def release(self, work_id: str) -> AgentState | None:
        """Give back the room of an item; the agent who carried it, if anyone did."""
        agent_id = self.holders.pop(work_id, None)
        if agent_id is None:
            return None
        state = self.agents[agent_id]
        state.offered.pop(work_id, None)
        hold = state.holds.pop(work_id)
        state.load.remove(hold.channel, hold.units)
        self.refresh(state)
        return state

    # work and its place

    def enqueue(self, state: WorkState, now: float) -> None:
        """Put an item where its present step says, wherever it stood before."""
        self.dequeue(state)
        if state.work.channel not in self._channels:
            self._learn(state.work.channel)
        self._advance(state, now)
        step, queue = self.step(state), self.queue(state.work.queue)
        # A step that never ends is never reserved: the item would wait for ever for one agent.
        reserved = state.work.known_agent if step.known_only and state.step_ends_at is not None else None
        state.lane = LaneKey(queue.id, state.work.channel, requirement(state.work, step), reserved)
        state.order = order_key(state.work, queue)
        self.waiting.add(state.lane, state.order)

    def dequeue(self, state: WorkState) -> None:
        """Take an item out of its lane, if it stands in one."""
        if state.lane is not None and state.order is not None:
            self.waiting.remove(state.lane, state.order)
        state.lane = state.order = None

    def set_work(self, work: Work) -> WorkState:
        """Take over what is known of an item; it never gets younger."""
        state = self.works.get(work.id)
        if state is None:
            state = self.works[work.id] = WorkState(work)
            return state
        if work.queue != state.work.queue or work.steps != state.work.steps or work.known_agent != state.work.known_agent:
            state.step = 0
        state.work = replace(work, first_queued_at=min(work.first_queued_at, state.work.first_queued_at))
        return state

    def step(self, state: WorkState) -> Step:
        """The stage of waiting in which an item is."""
        return steps_of(state.work, self.queue(state.work.queue))[state.step]

    def bar_until(self, state: WorkState, at: float) -> None:
        """Look at an item again when a bar ends."""
        if state.bar_ends_at is None or at < state.bar_ends_at:
            state.bar_ends_at = at
            self.timers.set(at, Deadline.BAR, state.work.id)

    def _advance(self, state: WorkState, now: float) -> None:
        steps = steps_of(state.work, self.queue(state.work.queue))
        state.step = min(state.step, len(steps) - 1)
        state.step_ends_at = None
        while state.step < len(steps) - 1:
            ends_at = state.work.queued_at + sum(step.timeout_s for step in steps[: state.step + 1])
            if now < ends_at and not (steps[state.step].known_only and not self._known_can_come(state, steps[state.step])):
                state.step_ends_at = ends_at
                self.timers.set(ends_at, Deadline.STEP, state.work.id)
                return
            state.step += 1

    def _known_can_come(self, state: WorkState, step: Step) -> bool:
        work = state.work
        known = self.agents.get(work.known_agent or "")
        refused = state.exclusions.get(work.known_agent or "")
        return (
            known is not None
            and known.present
            and work.queue in known.queues
            and known.takes(work.channel)
            and known.skilled(requirement(work, step))
            and (refused is None or refused.times == 0)
        )

    def _join(self, state: AgentState, queue_id: str) -> None:
        state.queues.add(queue_id)
        for channel in state.open_channels:
            self.ready.setdefault((queue_id, channel), set()).add(state.agent.id)

    def _learn(self, channel: str) -> None:
        self._channels.add(channel)
        for state in self.agents.values():
            self.refresh(state)

    @staticmethod
    def _is_open(state: AgentState, channel: str) -> bool:
        return state.present and state.takes(channel) and capacity.room(state.agent, state.load, channel)
