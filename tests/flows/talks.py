"""The beginning of many stories: a visitor has asked, a colleague has taken it, both have the conversation open."""

from functools import partial
from typing import Any

from tests.flows.colleague import Colleague
from tests.flows.visitor import Visitor
from tests.rig.waiting import eventually


async def begin(visitor: Visitor, colleague: Colleague, question: str) -> None:
    """The visitor asks; the colleague takes it out of the queue, over HTTP, and opens it."""
    await visitor.open_chat()
    await visitor.say(question)
    await colleague.open(await take(colleague, question))
    await colleague.message(question).wait_for()


async def take(colleague: Colleague, wanted: str) -> str:
    """The colleague takes what waits from the customer of that name, or with those words; the customer's id."""
    work = await eventually(partial(_waiting, colleague, wanted), what=f"{wanted!r} waits in a queue", seconds=30)
    me = (await colleague.fetch("/session"))["agent"]["id"]
    await colleague.change("POST", f"/work/{work['id']}/assign", {"agent": me})
    return str(work["customer"]["id"])


async def _waiting(colleague: Colleague, wanted: str) -> dict[str, Any]:
    works: list[dict[str, Any]] = (await colleague.fetch("/work", state="queued"))["items"]
    return next((one for one in works if wanted in (one["customer"]["name"], (one["preview"] or {}).get("text"))), {})
