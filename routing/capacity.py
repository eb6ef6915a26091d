"""How much an agent can carry: units in all, a weight and a maximum per kind of channel, and the usual time-outs."""

from collections import Counter
from dataclasses import dataclass, field

from routing.model import Agent, Code, Queue, Reason

USUAL_WEIGHT = {"voice": 100, "webchat": 33, "email": 20, "task": 10}
USUAL_TIMEOUT_S = {"voice": 20.0, "webchat": 30.0, "email": 600.0, "task": 600.0, "counter": 30.0}
OTHER_WEIGHT = 25
OTHER_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Load:
    """The units an agent carries now, and the number of items per kind of channel; offers count."""

    units: int = 0
    items: Counter[str] = field(default_factory=Counter)

    def add(self, channel: str, units: int) -> None:
        """Take the room of one item."""
        self.units += units
        self.items[channel] += 1

    def remove(self, channel: str, units: int) -> None:
        """Give the room of one item back."""
        self.units -= units
        self.items[channel] -= 1


def weight(agent: Agent, channel: str) -> int:
    """Units that one item of this kind takes from this agent."""
    return agent.channel_weight.get(channel, USUAL_WEIGHT.get(channel, OTHER_WEIGHT))


def lack_of_room(agent: Agent, load: Load, channel: str) -> Reason | None:
    """Why one more item of this kind does not fit, or None when it does."""
    most = agent.channel_max.get(channel)
    if most is not None and load.items[channel] >= most:
        return Reason(Code.CHANNEL_FULL, agent.id, name=channel, have=load.items[channel], need=most)
    free, need = agent.units_max - load.units, weight(agent, channel)
    if free < need:
        return Reason(Code.AT_CAPACITY, agent.id, name=channel, have=free, need=need)
    return None


def room(agent: Agent, load: Load, channel: str) -> bool:
    """Whether one more item of this kind fits."""
    return lack_of_room(agent, load, channel) is None


def overload(agent: Agent, load: Load, channel: str) -> Reason | None:
    """Why what the agent carries is beyond the limits, or None when it is within them."""
    most = agent.channel_max.get(channel)
    if most is not None and load.items[channel] > most:
        return Reason(Code.CHANNEL_FULL, agent.id, name=channel, have=load.items[channel], need=most)
    return Reason(Code.AT_CAPACITY, agent.id, have=load.units, need=agent.units_max) if load.units > agent.units_max else None


def lowered(before: Agent, after: Agent) -> bool:
    """Whether an agent may carry less than before, in all or of one kind."""
    kinds = after.channel_max.items()
    return after.units_max < before.units_max or any(most < before.channel_max.get(kind, most + 1) for kind, most in kinds)


def offer_timeout(queue: Queue, channel: str) -> float:
    """Seconds an offer of this kind stays open."""
    return queue.offer_timeout.get(channel, USUAL_TIMEOUT_S.get(channel, OTHER_TIMEOUT_S))
