"""The phones of pretend Meta: what stands on them, who has them, and how the business is told of what happens there."""

from typing import Any

from sandbox.double import Double, Shown
from sandbox.meta import messaging, whatsapp
from sandbox.meta.company import ACCOUNT_ID
from sandbox.meta.files import Files
from sandbox.meta.hooks import Hooks
from sandbox.meta.people import People, Person, usual

WHATSAPP = "whatsapp_business_account"
OVERRIDDEN = ("messages", "message_echoes", "smb_message_echoes")
"""What a number may have an address of its own for; all else comes to the app's."""


def owner(app: str) -> str:
    """Who tells the app what happens: the WhatsApp account, or the page that Messenger and Instagram share."""
    return app if app in ("whatsapp", "second_page") else "page"


class Phones:
    """All phones. `double` is the ledger of what they show; `address` where its files lie."""

    def __init__(self, double: Double, hooks: Hooks) -> None:
        self.hooks = hooks
        self.people, self.files = People(), Files()
        self.subscribed: dict[str, list[str]] = {}
        """whatsapp, page -> the fields that the account, or the page, tells the app."""
        self.notices: list[tuple[str, str]] = []
        """What the business signalled: (typing or read, message) on WhatsApp, (typing_on, …, person) elsewhere."""
        self.address = ""
        self._double = double

    def forget(self) -> None:
        self.people.forget()
        self.files.forget()
        self.hooks.forget()
        self.notices.clear()

    def find(self, id_: str) -> Shown:
        """A message. Raises HTTPNotFound."""
        return self._double.find(id_)

    def shown(self, app: str) -> list[Shown]:
        """All that stands on the phones in one app, oldest first."""
        return [one for one in self._double.shown if one.app == app]

    def unread(self, person: Person) -> list[Shown]:
        """What the company wrote and nobody opened yet, oldest first."""
        known = (person.app, person.account, person.id, False)
        return [
            one
            for one in self._double.shown
            if (one.app, one.account, one.customer, one.mine) == known and one.state in ("sent", "delivered")
        ]

    async def show(self, message: Shown) -> Shown:
        return await self._double.show(message)

    def tell_typing(self, person: Person, *, on: bool) -> None:
        """The phone shows for a moment that the business writes, or shows it no more."""
        self._double.tell({"app": person.app, "account": person.account, "customer": person.id, "typing": on})

    # ── What the business is told ───────────────────────────────────────────────────────────────────────────────────

    def tell(self, person: Person, *items: dict[str, Any]) -> None:
        """What somebody did, in one webhook."""
        if owner(person.app) not in self.subscribed:
            return
        if person.app == "whatsapp":
            self.tell_whatsapp({"contacts": [whatsapp.contact(person)], "messages": list(items)}, person.account)
        else:
            self.hooks.tell(messaging.OBJECTS[person.app], messaging.entry(person.app, list(items)))

    def tell_status(self, person: Person, *statuses: dict[str, Any]) -> None:
        """What became of messages of the company's on WhatsApp."""
        self.tell_whatsapp({"contacts": [whatsapp.contact(person)], "statuses": list(statuses)}, person.account)

    def tell_whatsapp(self, value: dict[str, Any], account: str = "", field: str = "messages") -> None:
        """What the app is subscribed to. `account`: the company's number that it concerns."""
        if "whatsapp" in self.subscribed and field in self.hooks.fields(WHATSAPP):
            account = account or usual("whatsapp")
            self.hooks.tell(WHATSAPP, whatsapp.entry(field, value, account), of=(account, ACCOUNT_ID) if field in OVERRIDDEN else ())

    # ── What the business does ──────────────────────────────────────────────────────────────────────────────────────

    async def arrive(self, person: Person, sent: Shown) -> None:
        """A message of the company's: on the phone, and told what becomes of it."""
        sent.customer, sent.account = person.id, person.account
        if person.app == "whatsapp":
            await self._arrive_on_whatsapp(person, sent)
            return
        await self.show(sent)
        self.tell(person, messaging.echo(person, sent, messaging.APP))
        if messaging.OBJECTS[person.app] == "page":
            sent.state = "delivered"
            self.tell(person, messaging.item(person, "delivery", {"mids": [sent.id], "watermark": messaging.now_ms()}))
            await self.show(sent)

    async def _arrive_on_whatsapp(self, person: Person, sent: Shown) -> None:
        error = whatsapp.refusal(person, sent)
        sent.state = "failed" if error else "sent"
        self.tell_status(person, whatsapp.status(person, sent, sent.state, error=error))
        if not error and not person.blocked:
            sent.state = "delivered"
            self.tell_status(person, whatsapp.status(person, sent, "delivered"))
        await self.show(sent)

    async def sign_of(self, target: str, sign: str, who: str = "company") -> Shown:
        """Somebody puts a sign on a message, or with an empty one takes it away. Raises HTTPNotFound."""
        message = self.find(target)
        message.reactions = {key: value for key, value in {**message.reactions, who: sign}.items() if value}
        return await self.show(message)
