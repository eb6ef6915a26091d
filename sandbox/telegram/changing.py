"""The methods of the Bot API that change what is there already: edit, delete, react."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.telegram.chats import Chats
from sandbox.telegram.forms import Form
from sandbox.telegram.refusals import bad
from sandbox.telegram.sending import TEXT_LIMIT, buttons_of, caption_of
from sandbox.telegram.shapes import Kept, Object, units
from sandbox.telegram.signs import SIGNS

TAKEN_BACK_S = 48 * 3600


class Changing:
    """Each method gets the form of a call and answers with its `result`, or raises Refusal."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    def methods(self) -> Mapping[str, Callable[[Form], Awaitable[Any]]]:
        """Method, in small letters -> what it does."""
        return {
            "editmessagetext": self.edit_text,
            "editmessagecaption": self.edit_caption,
            "deletemessage": self.delete_message,
            "deletemessages": self.delete_messages,
            "setmessagereaction": self.set_reaction,
        }

    async def edit_text(self, form: Form) -> Object:
        kept, text = self._ours(form, "message to edit not found"), form.text("text").strip()
        if "text" not in kept.body:
            raise bad("there is no text in the message to edit")
        if units(text) > TEXT_LIMIT:
            raise bad("message is too long")
        return await self._change(kept, form, "text", text)

    async def edit_caption(self, form: Form) -> Object:
        kept, caption = self._ours(form, "message to edit not found"), form.text("caption").strip()
        return await self._change(kept, form, "caption", caption_of(caption).get("caption", ""))

    async def _change(self, kept: Kept, form: Form, word: str, text: str) -> Object:
        if kept.body.get(word, "") == text and buttons_of(form).get("reply_markup") == kept.body.get("reply_markup"):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content "
                "and reply markup of the message"
            )
        kept.body.pop("reply_markup", None)
        kept.body |= {word: text, "edit_date": int(time.time()), **buttons_of(form)}
        await self._chats.changed(kept, text=text, edited=True)
        return kept.body

    async def delete_message(self, form: Form) -> bool:
        kept = self._chats.message(form.number("chat_id"), form.number("message_id"))
        if kept is None:
            raise bad("message to delete not found")
        if time.time() - kept.body["date"] > TAKEN_BACK_S:
            raise bad("message can't be deleted for everyone")
        await self._chats.remove(kept)
        return True

    async def delete_messages(self, form: Form) -> bool:
        """What is not there is passed over."""
        for number in form.object("message_ids") or []:
            if kept := self._chats.message(form.number("chat_id"), int(number)):
                await self._chats.remove(kept)
        return True

    async def set_reaction(self, form: Form) -> bool:
        kept = self._chats.message(form.number("chat_id"), form.number("message_id"))
        if kept is None:
            raise bad("message to react not found")
        signs = [one for one in form.object("reaction") or [] if isinstance(one, dict)]
        if len(signs) > 1 or any(one.get("emoji") not in SIGNS for one in signs):
            raise bad("REACTION_INVALID")
        await self._chats.react(kept, "company", signs)
        return True

    def _ours(self, form: Form, missing: str) -> Kept:
        kept = self._chats.message(form.number("chat_id"), form.number("message_id"))
        if kept is None:
            raise bad(missing)
        if kept.mine:
            raise bad("message can't be edited")
        return kept
