"""HTTP: splitting topics, and moving messages between them."""

from hub.conversations.model import Moved, NewPlace, NewTopic
from hub.conversations.moving import Moving
from hub.conversations.reading import Conversations, Customers
from hub.errors import Invalid
from hub.kernel.web import Answer, Call, Principal, Route, delete, post


class MovingApi:
    """Routes of moves. Messages and the places they go to are looked up through the caller first."""

    def __init__(self, moving: Moving, conversations: Conversations, customers: Customers) -> None:
        self._moving = moving
        self._conversations = conversations
        self._customers = customers

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            post("/messages/{id}/split", self.split, needs="conversation.write", body=NewTopic, answers={201: Moved}),
            post("/messages/{id}/move", self.move, needs="customer.join", body=NewPlace, answers={201: Moved}),
            delete("/moves/{id}", self.undo, needs="customer.join", answers={200: Moved}),
        ]

    async def split(self, call: Call) -> Answer:
        """Make a matter of its own of a message and all that follow it; it gets work in a queue."""
        owner = await self._conversations.owner_for(call.who, call.id())
        return Answer(201, await self._moving.split(call.who.agent, call.id(), str(owner["customer_id"]), call.body))

    async def move(self, call: Call) -> Answer:
        """Move a message, and all that follow it if wanted, to another topic or to another customer."""
        await self._conversations.owner_for(call.who, call.id())
        await self._reachable(call.who, call.body)
        return Answer(201, await self._moving.move(call.who.agent, call.id(), call.body))

    async def undo(self, call: Call) -> Moved:
        """Put the messages of a split or move back to where they were."""
        for customer in await self._moving.customers_of(call.id()):
            await self._customers.customer_for(call.who, customer)
        return await self._moving.undo(call.who.agent, call.id())

    async def _reachable(self, who: Principal, place: NewPlace) -> None:
        """Raises Invalid when there is not exactly one place, NotFound when the caller may not see it."""
        if (place.topic is None) == (place.customer is None):
            told = "name either a topic or a customer"
            raise Invalid("invalid", told, fields={"topic": told, "customer": told})
        owner = place.customer if place.topic is None else await self._moving.owner_of_topic(place.topic)
        await self._customers.customer_for(who, str(owner))
