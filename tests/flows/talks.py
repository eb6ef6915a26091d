"""The beginning of many stories: a visitor has asked, a colleague has taken it, both have the conversation open."""

from typing import Any

from tests.flows.colleague import Colleague
from tests.flows.visitor import Visitor
from tests.rig.waiting import eventually


async def begin(visitor: Visitor, colleague: Colleague, question: str) -> None:
    """The visitor asks; the colleague takes it out of the queue, over HTTP, and opens it."""
    await visitor.open_chat()
    await visitor.say(question)
    work = await eventually(lambda: _waiting(colleague, question), what=f"{question!r} waits in a queue", seconds=30)
    me = (await colleague.fetch("/session"))["agent"]["id"]
    await colleague.change("POST", f"/work/{work['id']}/assign", {"agent": me})
    await colleague.open(work["customer"]["id"])
    await colleague.message(question).wait_for()


async def _waiting(colleague: Colleague, question: str) -> dict[str, Any]:
    works: list[dict[str, Any]] = (await colleague.fetch("/work", state="queued"))["items"]
    return next((one for one in works if one["preview"] and one["preview"]["text"] == question), {})
