"""What stands on a screen must be what a fresh fetch gives: nothing lost, nothing twice, nothing out of order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.flows.colleague import Colleague
from tests.flows.visitor import Said, Visitor
from tests.flows.words import words_of
from tests.rig.waiting import eventually

# The thread draws only what is near the window: read it from top to end, a window at a time.
READ_THREAD = """async (log) => {
  const found = new Map();
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const text = (one) => one.querySelector(".bubble, .note, .mail__text")?.textContent.trim() ?? "";
  const read = () => {
    for (const one of log.querySelectorAll("article.msg")) {
      const way = ["in", "out", "note"].find((name) => one.classList.contains(`msg--${name}`));
      const { number } = one.dataset;
      const state = one.querySelector(".tick")?.textContent.trim() ?? "";
      found.set(number ?? `waiting ${text(one)}`, [Number(number ?? 0), way, text(one), state]);
    }
  };
  const place = log.scrollTop;
  for (log.scrollTop = 0; ; log.scrollTop += log.clientHeight / 2) {
    await drawn();
    read();
    if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) break;
  }
  log.scrollTop = place;
  return [...found.values()];
}"""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of a thread. `state` is the word beside a tick, "" where there is none; number 0: the hub does not have it yet."""

    number: int
    direction: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A thread on a screen beside what the hub answered right after: true when they are the same, both told when they never are."""

    screen: list[Shown]
    hub: list[Shown]

    def __bool__(self) -> bool:
        return bool(self.hub) and self.screen == self.hub


async def on_screen(colleague: Colleague) -> list[Shown]:
    """The thread as the console shows it."""
    return [Shown(*one) for one in await colleague.log.evaluate(READ_THREAD)]


async def fetched(colleague: Colleague, customer: str, connector: str = "") -> list[Shown]:
    """The same thread, asked of the hub now; of one kind of channel only when that is named."""
    words = words_of(await colleague.page.locator("html").get_attribute("lang") or "es")
    messages: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    while True:
        page = await colleague.fetch(f"/customers/{customer}/conversation", limit=100, **before)
        messages = page["messages"] + messages
        if not page["next"]:
            return [_shown(one, words) for one in messages if connector in ("", one["channel"] and one["channel"]["connector"])]
        before = {"before": page["next"]}


def _shown(message: dict[str, Any], words: Mapping[str, str]) -> Shown:
    state = words[f"fate_{message['state']}"] if message["direction"] == "out" else ""
    return Shown(message["number"], message["direction"], message["text"].strip(), state)


async def verify_by_fetch(*colleagues: Colleague) -> list[Shown]:
    """The screens of these colleagues, all on one conversation, come to show what a fresh fetch gives, once each. Returns it."""
    shown: list[Shown] = []
    for colleague in colleagues:
        await eventually(partial(_card_is_fresh, colleague), what="the customer's card equals a fresh fetch", seconds=30)
        shown = (await eventually(partial(_compare, colleague), what="the screen equals a fresh fetch", seconds=30)).hub
    texts = [one.text for one in shown]
    assert len(set(texts)) == len(texts), texts
    return shown


async def _card_is_fresh(colleague: Colleague) -> bool:
    """How many messages the card counts, where one is in sight."""
    figures = colleague.page.locator(".worth dd")
    if await figures.count() == 0:
        return True
    record = await colleague.fetch(f"/customers/{colleague.customer}")
    return await figures.first.inner_text() == str(record["figures"]["messages"])


async def _compare(colleague: Colleague) -> Compared:
    return Compared(await on_screen(colleague), await fetched(colleague, colleague.customer))


async def verify_bubbles(colleague: Colleague, *tabs: Visitor) -> None:
    """The visitor's tabs come to show every message of the chat and nothing else, in the thread's order, none waiting."""
    chat = await fetched(colleague, colleague.customer, "webchat")
    wanted = [Said(one.direction == "in", waits=False, text=one.text) for one in chat]
    for tab in tabs:
        await eventually(partial(_shows, tab, wanted), what=f"the bubble shows {wanted}", seconds=30)


async def _shows(visitor: Visitor, wanted: list[Said]) -> bool:
    return await visitor.thread() == wanted
