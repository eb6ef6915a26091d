"""The chats of all people with one bot: their messages, and how each stands on a phone."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sandbox.double import Shown
from sandbox.telegram.files import Stored
from sandbox.telegram.shapes import Kept, Object, Person, name_of, person

KINDS = {
    "photo": "image",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "voice": "voice",
    "audio": "audio",
    "sticker": "sticker",
}


@dataclass(frozen=True, slots=True)
class Known:
    """The people, what was written, and presses that are not answered."""

    people: list[Person]
    messages: list[Kept]
    presses: set[str]


class Numbers:
    """The numbers of messages, from one behind `last` on."""

    def __init__(self, last: int) -> None:
        self.last = last

    def next(self) -> int:
        self.last += 1
        return self.last


class Chats:
    """People and messages. `bot`: whose chats they are. `numbers`: those of messages, which no two bots share. `note` puts a message on a
    phone or tells that one changed; `find` gives one of a phone's; `typing` tells a customer's phone that the bot writes."""

    def __init__(
        self,
        bot: Object,
        numbers: Numbers,
        note: Callable[[Shown], Awaitable[Any]],
        find: Callable[[str], Shown],
        typing: Callable[[Object, str], None],
    ) -> None:
        self.bot = bot
        self._numbers = numbers
        self._note = note
        self._find = find
        self.typing = partial(typing, bot)
        self._people: dict[str, Person] = {}
        self._messages: dict[tuple[int, int], Kept] = {}
        self.presses: set[str] = set()
        """Presses of buttons that the bot has not answered: their clock is still running."""

    def forget(self) -> None:
        self._people.clear()
        self._messages.clear()
        self.presses.clear()

    def known(self) -> Known:
        return Known(list(self._people.values()), list(self._messages.values()), self.presses)

    def recall(self, known: Known) -> None:
        self._people = {one.customer: one for one in known.people}
        for one in known.messages:
            self.keep(one)
        self.presses = known.presses

    def person(self, customer: str, **known: str) -> Person:
        """Somebody, from now on known if not before."""
        return self._people.setdefault(customer, person(customer, **known))

    def by_number(self, number: int) -> Person | None:
        return next((one for one in self._people.values() if one.id == number), None)

    def next_number(self) -> int:
        return self._numbers.next()

    def keep(self, kept: Kept) -> Kept:
        self._messages[kept.body["chat"]["id"], kept.body["message_id"]] = kept
        return kept

    def message(self, chat: int, number: int) -> Kept | None:
        return self._messages.get((chat, number))

    def named(self, name: str) -> Kept | None:
        """The message of that id on the phones' page."""
        chat, _, number = name.partition(":")
        return self.message(int(chat), int(number)) if chat.isdigit() and number.isdigit() else None

    def of(self, who: Person) -> Iterator[Kept]:
        return (one for (chat, _), one in self._messages.items() if chat == who.id)

    async def show(self, kept: Kept, who: Person, file: tuple[Stored, str] | None = None) -> None:
        """Put a message on its phone."""
        body = kept.body
        answered = body.get("reply_to_message")
        await self._note(
            Shown(
                id=name_of(kept),
                customer=who.customer,
                mine=kept.mine,
                text=body.get("text") or body.get("caption") or "",
                at=float(body["date"]),
                app="telegram",
                account=self.bot["username"],
                media=[_media(*file)] if file else [],
                buttons=[{"id": one["callback_data"], "title": one["text"]} for one in _buttons(body)],
                reply_to=f"{who.id}:{answered['message_id']}" if answered else "",
                state="" if kept.mine else "sent",
                extra={word: body[word] for word in ("media_group_id", "location", "venue", "contact") if word in body},
            )
        )

    async def changed(self, kept: Kept, **what: Any) -> None:
        """Tell the phone what is different now."""
        shown = self._find(name_of(kept))
        for name, value in what.items():
            setattr(shown, name, value)
        if not kept.mine:
            shown.buttons = [{"id": one["callback_data"], "title": one["text"]} for one in _buttons(kept.body)]
        await self._note(shown)

    async def remove(self, kept: Kept) -> None:
        del self._messages[kept.body["chat"]["id"], kept.body["message_id"]]
        await self.changed(kept, deleted=True)

    async def react(self, kept: Kept, who: str, signs: list[Object]) -> None:
        """`who`: customer or company."""
        kept.reactions[who] = signs
        await self.changed(kept, reactions={name: one[-1]["emoji"] for name, one in kept.reactions.items() if one})


def _media(stored: Stored, word: str) -> Object:
    data = b64encode(stored.data).decode()
    return {"name": stored.name, "type": stored.content_type, "data": data, "kind": KINDS.get(word, "file")}


def _buttons(body: Object) -> list[Object]:
    return [one for row in body.get("reply_markup", {}).get("inline_keyboard", []) for one in row if one.get("callback_data")]
