"""HTTP: side conversations."""

from hub.asides.asking import Asking
from hub.asides.model import Aside, AsideList, AsidePage, NewAside, NewWords, ReadUpTo
from hub.asides.reading import Asides
from hub.kernel.web import Answer, Call, Route, delete, get, post, put


class AsidesApi:
    """Routes of side conversations: who may read and write a customer's conversation may read and write those about it."""

    def __init__(self, asides: Asides, asking: Asking) -> None:
        self._asides = asides
        self._asking = asking

    def routes(self) -> list[Route]:
        """All of them."""
        read, write, one = "conversation.read", "conversation.write", "/asides/{id}"
        return [
            get("/customers/{id}/asides", self.of_customer, needs=read, answers={200: AsideList}),
            post("/topics/{id}/asides", self.begin, needs=write, body=NewAside, answers={201: AsidePage, 200: AsidePage}),
            get(one, self.page, needs=read, answers={200: AsidePage}),
            delete(one, self.cancel, needs=write, answers={200: Aside}),
            post(one + "/messages", self.go_on, needs=write, body=NewWords, answers={201: AsidePage, 200: AsidePage}),
            put(one + "/read", self.mark_read, needs=read, body=ReadUpTo, answers={204: None}),
            put(one + "/done", self.end, needs=write, answers={200: Aside}),
            delete(one + "/done", self.take_up, needs=write, answers={200: Aside}),
        ]

    async def of_customer(self, call: Call) -> AsideList:
        """The side conversations about a customer's matters, oldest first."""
        return await self._asides.of_customer(call.who, call.id())

    async def begin(self, call: Call) -> Answer:
        """Ask somebody outside, or colleagues, about a matter; its customer sees nothing of it. The same id and body again answers 200."""
        aside, fresh = await self._asking.begin(call.who, call.id(), call.body)
        return Answer(201 if fresh else 200, await self._asides.page(call.who, aside))

    async def page(self, call: Call) -> AsidePage:
        """One with all that was said."""
        return await self._asides.page(call.who, call.id())

    async def cancel(self, call: Call) -> Aside:
        """Take one back before its first words leave, or before a colleague answers. 409 `already_sent`."""
        await self._asking.cancel(call.who, call.id())
        return await self._asides.one(call.id())

    async def go_on(self, call: Call) -> Answer:
        """Write the next words. The same id and body again answers 200."""
        written = await self._asking.go_on(call.who, call.id(), call.body)
        return Answer(201 if written.fresh else 200, await self._asides.page(call.who, call.id()))

    async def mark_read(self, call: Call) -> None:
        """How far the caller has read one."""
        await self._asking.read(call.who, call.id(), call.body.number)

    async def end(self, call: Call) -> Aside:
        """Nothing more is awaited."""
        await self._asking.settle(call.who, call.id(), done=True)
        return await self._asides.one(call.id())

    async def take_up(self, call: Call) -> Aside:
        """It is not over after all."""
        await self._asking.settle(call.who, call.id(), done=False)
        return await self._asides.one(call.id())
