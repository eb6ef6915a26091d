"""HTTP: what queues answer by themselves, and alarms."""

from hub.answers.alarms import Alarms
from hub.answers.keeping import AnswerBook
from hub.answers.model import (
    AlarmList,
    AlarmSettled,
    AlarmView,
    Answers,
    AnswersInput,
    AnswersList,
    AnswersPreview,
    AnswersTrial,
    AnswersTried,
)
from hub.kernel.web import Call, Route, get, post, put

MANAGE = "settings.manage"


class AnswersApi:
    """Routes of automatic answers."""

    def __init__(self, book: AnswerBook, alarms: Alarms) -> None:
        self._book = book
        self._alarms = alarms

    def routes(self) -> list[Route]:
        """All routes of this room."""
        one = "/queues/{id}/answers"
        return [
            get("/answers", self.all, needs=MANAGE, answers={200: AnswersList}),
            put(one, self.keep, needs=MANAGE, body=AnswersInput, answers={200: Answers}),
            post(f"{one}/preview", self.preview, needs=MANAGE, body=AnswersInput, answers={200: AnswersPreview}),
            post(f"{one}/trial", self.trial, needs=MANAGE, body=AnswersTrial, answers={200: AnswersTried}),
            get("/alarms", self.alarms, needs="supervise", answers={200: AlarmList}),
            put("/alarms/{id}", self.settle, needs="supervise", body=AlarmSettled, answers={200: AlarmView}),
        ]

    async def all(self, call: Call) -> AnswersList:
        """What each queue answers by itself, its opening hours, and whether it is open now."""
        return await self._book.all()

    async def keep(self, call: Call) -> Answers:
        """Set what a queue answers by itself and when it is open. 422 names a wrong time, zone or variable."""
        return await self._book.keep(call.id(), call.body, call.who.agent)

    async def preview(self, call: Call) -> AnswersPreview:
        """How it would be with these settings, kept or not: open or closed now, and what customers would read."""
        return await self._book.preview(call.id(), call.body)

    async def trial(self, call: Call) -> AnswersTried:
        """Send the caller one of the kept texts by mail. 409 without an open mailbox."""
        return await self._book.try_out(call.id(), call.body.what, call.body.language, call.who.agent)

    async def alarms(self, call: Call) -> AlarmList:
        """The alarms that stand: senders that are not answered automatically, and whose work is not offered."""
        return await self._alarms.all()

    async def settle(self, call: Call) -> AlarmView:
        """Let what an alarm stopped go on; or, with `settled` false, stop it again."""
        return await self._alarms.settle(call.id(), call.who.agent, settled=call.body.settled)
