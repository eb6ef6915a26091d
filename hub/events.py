"""The catalogue of events: what the ledger can hold, and what sockets are told. Documentation and TypeScript are made from it; a test fails
when a type is written or pushed that does not stand here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from hub.abuse.model import FloodAlarm, SpamChanged
from hub.answers.model import AlarmView
from hub.asides.model import AsideChanged
from hub.channels.shapes import ChannelTile
from hub.conversations.model import PushedMessage
from hub.customers.model import Topic
from hub.kernel.shapes import Named, Person
from hub.timeline.reading import RootedEvent
from hub.work.model import Offer, OfferEnd, QueueLoads, Status, Work


class CustomerChanged(msgspec.Struct):
    """A customer's record is to be fetched again."""

    id: str


class FamilyChanged(msgspec.Struct):
    """Two customers were joined or parted: `root` is the family now, `customer` the one that came or went."""

    join: str
    root: str
    customer: str


class TopicChanged(Topic):
    """A topic, and the root of its customer."""

    root: str


class MessagesGone(msgspec.Struct):
    """Messages that are another customer's now."""

    root: str
    messages: list[str]


class TypingNow(msgspec.Struct):
    """Somebody writes, or has stopped."""

    root: str
    who: Person
    on: bool


class Viewing(msgspec.Struct):
    """Who has a customer open."""

    root: str
    viewers: list[Named]


class Ended(msgspec.Struct):
    """Why."""

    reason: str


class Degraded(msgspec.Struct):
    """What is away, and since when."""

    what: str
    since: datetime


class Nothing(msgspec.Struct):
    """Empty: fetch again."""


Shape: TypeAlias = type[msgspec.Struct]


@dataclass(frozen=True, slots=True)
class SocketEvent:
    """One type of the server event `event` on `/agent`. Kept ones carry the ledger's position and are replayed after a break."""

    type: str
    shape: Shape
    kept: bool
    sentence: str


SOCKET_EVENTS = (
    SocketEvent("message.created", PushedMessage, True, "A message or note stands in a thread that concerns you."),
    SocketEvent("message.changed", PushedMessage, True, "Its state climbed, or it was changed; the whole message, as it is now."),
    SocketEvent("message.gone", MessagesGone, True, "Messages left a conversation that you have open: they are another customer's."),
    SocketEvent("aside.changed", AsideChanged, True, "A side conversation that concerns you, as it is now."),
    SocketEvent("offer.created", Offer, True, "Work is held out to you until `expires_at`."),
    SocketEvent("offer.ended", OfferEnd, True, "An offer to you is over, and how."),
    SocketEvent(
        "work.changed", Work, True, "A piece of work moved; the whole of it, as it is now (`unread` is that of the agent who has it)."
    ),
    SocketEvent("status.changed", Status, True, "A colleague's activity, load or routing status."),
    SocketEvent("customer.changed", CustomerChanged, True, "The record of a customer that you have open changed."),
    SocketEvent("customer.joined", FamilyChanged, True, "Two customers became one family."),
    SocketEvent("customer.parted", FamilyChanged, True, "A join was undone."),
    SocketEvent("topic.changed", TopicChanged, True, "A topic was opened, closed, reopened or moved."),
    SocketEvent("thread.event", RootedEvent, True, "Something happened between the messages of a thread that you have open."),
    SocketEvent(
        "channel.changed", ChannelTile, True, "A channel as it is now: set up, changed, up, degraded, down, or with other figures."
    ),
    SocketEvent("alarm.changed", AlarmView, True, "An alarm was raised or settled: told to supervisors."),
    SocketEvent("spam.changed", SpamChanged, True, "Something was set aside, or came back: fetch the spam again."),
    SocketEvent("sender.flooded", FloodAlarm, True, "Somebody writes more than one may; what is beyond calls nobody. To supervisors."),
    SocketEvent("typing", TypingNow, False, "Somebody writes in a conversation that you have open."),
    SocketEvent("viewing", Viewing, False, "Who has the customer open that you have open."),
    SocketEvent("queues.changed", QueueLoads, False, "The queues' counts, at most once a second."),
    SocketEvent("list.changed", Nothing, False, "A large team's list moved: fetch it again."),
    SocketEvent("hub.degraded", Degraded, False, "The hub cannot reach its database: what is written is kept by the browser."),
    SocketEvent("hub.recovered", Nothing, False, "It can again: what waits is sent, what is open is fetched again."),
    SocketEvent("session.ended", Ended, False, "You were signed out; the socket is closed after this."),
)

LEDGER_EVENTS = {
    "agent.changed": "A colleague's name, role or language was changed.",
    "agent.created": "A colleague was added.",
    "agent.disabled": "A colleague may not sign in any more.",
    "agent.signed_in": "Somebody signed in.",
    "agent.signed_out": "A session ended; the data say why.",
    "alarm.raised": "A sender says the same again and again, as machines do; or a supervisor stopped it again.",
    "alarm.settled": "A supervisor lets what an alarm stopped go on.",
    "aside.answered": "Whoever was asked beside a matter has answered: the matter is the agent's turn again.",
    "aside.canceled": "A side conversation was taken back before it left.",
    "aside.closed": "A side conversation is over.",
    "aside.opened": "Somebody outside, or colleagues, were asked about a matter, beside its conversation.",
    "aside.read": "A colleague has read a side conversation.",
    "aside.reopened": "A side conversation was taken up again.",
    "brand.changed": "Something of a brand was changed; the data name what.",
    "channel.changed": "A channel was changed, switched, archived or given a new secret or address; the data name what.",
    "channel.created": "A channel was set up.",
    "channel.first_arrival": "Something came in on a channel for the first time.",
    "channel.installed": "The provider's webhook was set from here; the data say whether it went well.",
    "channel.templates": "The provider's templates of a channel changed.",
    "channel.state": "A channel came up, is degraded or went down.",
    "channel.uninstalled": "The provider's webhook was taken away from here.",
    "commitment.done": "A promise was kept.",
    "commitment.made": "Something was promised to a customer.",
    "commitment.reopened": "A promise was not kept after all.",
    "consent.given": "A customer wants to hear from a channel (again), or told a colleague so; the data say how that was said.",
    "consent.withdrawn": "A customer does not want to hear from a channel any more, or what a colleague wrote down does not hold.",
    "conversation.read": "A colleague has read a conversation up to a number.",
    "customer.changed": "Fields of a customer's record were changed; the data name them.",
    "customer.created": "Somebody wrote for the first time.",
    "customer.distinct": "Two customers were said not to be the same person.",
    "customer.identified": "A customer has one more address.",
    "customer.invited": "A colleague made a link that brings a customer to a channel.",
    "customer.joined": "Two customers became one family, by which evidence.",
    "customer.parted": "A join was undone.",
    "customer.tagged": "A tag was put on a customer.",
    "customer.untagged": "A tag was taken away.",
    "delivery.quarantined": "A delivery could not be read and was set aside with its bytes.",
    "message.acted": "A colleague wants something done to a message: a reaction, an edit, a deletion.",
    "message.changed": "The state of a message of ours changed; or a message was edited, taken back or reacted to, or a file of it came.",
    "message.created": "A message or note was written.",
    "message.moved": "Messages were moved to another topic or customer, or `back`; also told where they went `away` from.",
    "offer.accepted": "An offer was taken.",
    "offer.canceled": "An offer ended because the work did.",
    "offer.created": "Work was offered to an agent.",
    "offer.rejected": "An agent did not take an offer, with a reason.",
    "offer.rescinded": "An offer was taken back; the data say why.",
    "offer.timed_out": "An offer was missed.",
    "sender.barred": "A colleague keeps a sender or a domain out: as spam, or blocked.",
    "sender.flooded": "A sender wrote more in a while than one may: the rest is kept and calls nobody.",
    "sender.let_in": "A sender or a domain is kept out no more.",
    "status.changed": "An agent's activity, switches or connection changed.",
    "sign_in.refused": "Somebody could not sign in.",
    "token.created": "An API token was made.",
    "token.revoked": "An API token was revoked.",
    "topic.closed": "A matter was closed.",
    "queue.changed": "A queue, or who serves it, was changed.",
    "queue.created": "A queue was made.",
    "quotas.changed": "How much one sender may write in a while was changed.",
    "rules.changed": "The rules that choose a queue were changed.",
    "topic.moved": "A matter was moved to another queue or customer.",
    "topic.opened": "A new matter.",
    "topic.reopened": "A closed matter was taken up again.",
    "topic.put_back": "A matter came back from the spam.",
    "topic.set_aside": "A matter lies among the spam; the data say why.",
    "topic.split": "A part of a matter became one of its own.",
    "work.abandoned": "The customer left before anybody answered.",
    "work.assigned": "An agent has it; the data say why this one, and how long it had waited.",
    "work.canceled": "There is nothing left to do: what it was about was moved to another topic, or is spam.",
    "work.coded": "A wrap-up code was set afterwards.",
    "work.completed": "It is done, with a code.",
    "work.extended": "More time to wrap up.",
    "work.continued": "It is offered again.",
    "work.moved": "It went along with its messages to another topic.",
    "work.paused": "It is offered to nobody for a while; the data say why.",
    "work.queued": "Somebody needs something: it waits.",
    "work.rated": "The customer said how it was; the data hold the score, from 1 to 5.",
    "work.released": "Its agent gave it back, was away too long or was disabled; it waits again, as old as it is.",
    "work.resumed": "The customer wrote while it was being wrapped up.",
    "work.transferred": "It went to another queue or agent.",
    "work.wrapping": "The talk is over; the wrap-up time runs.",
}
