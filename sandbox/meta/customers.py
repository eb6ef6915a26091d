"""What a customer of pretend Meta does on a phone: each verb changes what phones show, and tells the business by webhook."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.double import Shown
from sandbox.meta import messaging, whatsapp
from sandbox.meta.company import ACCOUNT_ID, NUMBERS, PHONE_NUMBER_ID
from sandbox.meta.contents import on_page, on_whatsapp, shown_of, words
from sandbox.meta.people import Person, user_id
from sandbox.meta.telling import WHATSAPP, Phones

Given = dict[str, Any]
VERBS = [
    "say",
    "past",
    "album",
    "batch",
    "react",
    "edit",
    "delete",
    "press",
    "read",
    "block",
    "unblock",
    "username",
    "number",
    "echo",
    "lapse",
    "raw",
]


class Customers:
    """All verbs, on all phones."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones

    def verbs(self) -> Mapping[str, Callable[[Given], Awaitable[Any]]]:
        """By name."""
        return {name: getattr(self, name) for name in VERBS}

    def _of(self, given: Given) -> Person:
        return self._phones.people.of(given)

    def _about(self, given: Given) -> tuple[Person, Shown]:
        """Who acts, and on which message."""
        return self._of(given), self._phones.find(str(given.get("message")))

    # ── Messages ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, given: Given) -> Given:
        """Write something; several pictures are several webhooks on WhatsApp."""
        person, phones = self._of(given), self._phones
        person.wrote = time.time()
        if person.app == "whatsapp":
            told = on_whatsapp(person, given, phones.files)
        else:
            told = on_page(person, given, phones.files, phones.address)
        if not told:
            raise web.HTTPBadRequest(text="say something: 'text', 'media', and on WhatsApp 'location' or 'contact'")
        for one in told:
            phones.tell(person, one)
        return {"ids": [(await phones.show(shown_of(person, one, given, phones.files))).id for one in told]}

    async def past(self, given: Given) -> Given:
        """Somebody said so then; it stands on the phone, and nobody is told."""
        person, phones, at = self._of(given), self._phones, float(given["at"])
        mine, new_id = bool(given.get("mine")), whatsapp.new_id if person.app == "whatsapp" else messaging.new_id
        shown = Shown(new_id(), person.id, mine, str(given.get("text") or ""), at, person.app, person.account, state="" if mine else "read")
        shown.media = [phones.files.given(one).shown() for one in given.get("media") or ()]
        shown.buttons, shown.reply_to = list(given.get("buttons") or ()), str(given.get("reply_to") or "")
        if mine:
            person.wrote = at
        return {"id": (await phones.show(shown)).id}

    async def album(self, given: Given) -> Given:
        """Several pictures."""
        return await self.say(given)

    async def batch(self, given: Given) -> Given:
        """One webhook with many messages of many people, as Meta sends them after a pause. They stand on no phone."""
        count, first = int(given.get("count") or 1000), self._of({"customer": "34600000000", **given})
        people = [self._of({"app": first.app, "customer": str(int(first.id) + place)}) for place in range(50)]
        several = [(people[place % 50], f"Message {place}") for place in range(count)]
        if first.app == "whatsapp":
            messages = [whatsapp.message(person, "text", {"body": text}) for person, text in several]
            self._phones.tell_whatsapp({"contacts": [whatsapp.contact(one) for one in people], "messages": messages}, first.account)
        else:
            self._phones.tell(first, *[words(person, text) for person, text in several])
        return {"count": count}

    async def press(self, given: Given) -> Given:
        """Press a button, or choose a line of a list."""
        person, target = self._about(given)
        button = next((one for one in target.buttons if given.get("id") in (one["id"], one["title"])), None)
        if button is None:
            raise web.HTTPBadRequest(text=f"the buttons are {', '.join(one['id'] for one in target.buttons) or 'none'}")
        person.wrote = time.time()
        told = _pressed(person, target, button)
        self._phones.tell(person, told)
        shown = await self._phones.show(shown_of(person, told, {"text": button["title"]}, self._phones.files))
        return {"ids": [shown.id]}

    # ── On messages ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def react(self, given: Given) -> Given:
        """Put a sign on a message, or with an empty one take it away."""
        person, target = self._about(given)
        sign = str(given.get("emoji") or "")
        if person.app == "whatsapp":
            told = whatsapp.message(person, "reaction", {"message_id": target.id, **({"emoji": sign} if sign else {})})
        else:
            told = messaging.item(person, "reaction", messaging.reaction(target.id, sign))
        self._phones.tell(person, told)
        await self._phones.sign_of(target.id, sign, "customer")
        return {"id": target.id}

    async def edit(self, given: Given) -> Given:
        """Change what one wrote."""
        person, target = self._about(given)
        target.text, target.edited = str(given.get("text") or ""), True
        count = target.extra["edits"] = int(target.extra.get("edits", 0)) + 1
        if person.app == "whatsapp":
            inner = {"original_message_id": target.id, "message": {"type": "text", "text": {"body": target.text}}}
            told = whatsapp.message(person, "edit", inner)
        else:
            told = messaging.item(person, "message_edit", {"mid": target.id, "text": target.text, "num_edit": count})
        self._phones.tell(person, told)
        await self._phones.show(target)
        return {"id": target.id}

    async def delete(self, given: Given) -> Given:
        """Take back what one wrote."""
        person, target = self._about(given)
        target.deleted = True
        if person.app == "whatsapp":
            told = whatsapp.message(person, "revoke", {"original_message_id": target.id})
        else:
            told = messaging.item(person, "message", {"mid": target.id, "is_deleted": True})
        self._phones.tell(person, told)
        await self._phones.show(target)
        return {"id": target.id}

    async def read(self, given: Given) -> Given:
        """Open the conversation: all that the company wrote is read."""
        person = self._of(given)
        ours = self._phones.unread(person)
        for one in ours:
            one.state = "read"
            await self._phones.show(one)
        if ours and person.app == "whatsapp":
            self._phones.tell_status(person, *[whatsapp.status(person, one, "read") for one in ours])
        elif ours:
            told = {"watermark": messaging.now_ms()} if person.app != "instagram" else {"mid": ours[-1].id}
            self._phones.tell(person, messaging.item(person, "read", told))
        return {"read": len(ours)}

    # ── Oneself ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def block(self, given: Given) -> Given:
        """Hear nothing more of the company. Nobody is told."""
        self._of(given).blocked = True
        return {}

    async def unblock(self, given: Given) -> Given:
        """Hear of it again."""
        self._of(given).blocked = False
        return {}

    async def username(self, given: Given) -> Given:
        """Take a user name: WhatsApp hides the number from now on."""
        person = self._of(given)
        person.username = str(given.get("username") or "")
        return {"user_id": person.user_id}

    async def number(self, given: Given) -> Given:
        """Move to another number on WhatsApp: it brings another id as well, and Meta says so in two ways."""
        person, to = self._of(given), str(given.get("to") or "").removeprefix("+")
        before, old = person.user_id, person.id
        self._phones.people.rename(person, to)
        at = str(int(time.time()))
        told = {"body": f"{person.name} changed number", "type": "user_changed_user_id", "user_id": user_id(to), "previous_user_id": before}
        self._phones.tell_whatsapp(
            {"messages": [{"id": whatsapp.new_id(), "timestamp": at, "type": "system", "from": old, "system": told}]}, person.account
        )
        update = {"wa_id": to, "user_id": {"previous": before, "current": user_id(to)}, "timestamp": at}
        self._phones.tell_whatsapp({"contacts": [whatsapp.contact(person)], "user_id_update": [update]}, person.account, "user_id_update")
        return {"user_id": person.user_id}

    async def lapse(self, given: Given) -> Given:
        """Time goes by since the customer's last message."""
        self._of(given).wrote = time.time() - float(given.get("hours") or 25) * 3600
        return {}

    # ── Others ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def echo(self, given: Given) -> Given:
        """Somebody of the company writes in WhatsApp Business, or in Meta's inbox."""
        person, text = self._of(given), str(given.get("text") or "")
        new_id = whatsapp.new_id if person.app == "whatsapp" else messaging.new_id
        sent = await self._phones.show(
            Shown(new_id(), person.id, mine=False, text=text, app=person.app, account=person.account, state="delivered")
        )
        if person.app == "whatsapp":
            told = {**whatsapp.message(person, "text", {"body": text}, id_=sent.id), "from": NUMBERS[person.account], "to": person.id}
            told["to_user_id"] = told.pop("from_user_id")
            self._phones.tell_whatsapp({"message_echoes": [told]}, person.account, "smb_message_echoes")
        else:
            self._phones.tell(person, messaging.echo(person, sent, messaging.INBOX_APP))
        return {"id": sent.id}

    async def raw(self, given: Given) -> Given:
        """Any webhook, signed: {"object", "entry"}."""
        self._phones.hooks.tell(str(given.get("object") or WHATSAPP), given.get("entry") or {}, of=(PHONE_NUMBER_ID, ACCOUNT_ID))
        return {}


def _pressed(person: Person, target: Shown, button: Mapping[str, str]) -> dict[str, Any]:
    if person.app != "whatsapp":
        return words(person, button["title"], {"quick_reply": {"payload": button["id"]}})
    if target.extra.get("template"):
        return whatsapp.message(person, "button", {"payload": button["id"], "text": button["title"]}, reply_to=target.id)
    kind = "button_reply" if target.extra.get("interactive") == "button" else "list_reply"
    return whatsapp.message(person, "interactive", {"type": kind, kind: dict(button)}, reply_to=target.id)
