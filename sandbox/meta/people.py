"""The users of pretend Meta: what they are called, what Meta hands on of them, when they last wrote."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.meta.company import NUMBERS, PHONE_NUMBER_ID

APPS = ("whatsapp", "messenger", "second_page", "instagram")
DAY_S = 86_400.0


@dataclass(slots=True)
class Person:
    """Somebody in one of the apps, on the company's second page (`second_page`) included.

    `id`: the number (digits) on WhatsApp, else an id that is good for this page alone.
    """

    app: str
    id: str
    account: str = ""
    """Which of the company's numbers this one writes to on WhatsApp: whoever writes to two is two, each with a window and a block."""
    name: str = ""
    username: str = ""
    """With one, WhatsApp does not tell the number any more."""
    blocked: bool = False
    wrote: float = 0.0
    """When they last wrote (seconds since the epoch): the window to answer them."""
    numbers: list[str] = field(default_factory=list)
    """Numbers they had before."""

    @property
    def user_id(self) -> str:
        """WhatsApp's id of this person for this business; another number has another one."""
        return user_id(self.id)

    def window(self) -> float:
        """Seconds since they wrote."""
        return time.time() - self.wrote


class People:
    """All of them, made when they are first seen."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], Person] = {}

    def of(self, given: dict[str, Any]) -> Person:
        """Who acts. Raises HTTPBadRequest."""
        app, id_ = str(given.get("app") or "whatsapp"), str(given.get("customer") or "").removeprefix("+")
        account = str(given.get("account") or usual(app))
        if app not in APPS:
            raise web.HTTPBadRequest(text=f"'app' must be one of {', '.join(APPS)}, not {app!r}")
        if not id_ or (app == "whatsapp" and not id_.isdigit()):
            raise web.HTTPBadRequest(text="'customer' is missing: on WhatsApp a number in digits, with its country")
        if account not in (NUMBERS if app == "whatsapp" else ("",)):
            raise web.HTTPBadRequest(text=f"no account {account!r}: on WhatsApp it is one of {', '.join(NUMBERS)}")
        person = self.find(app, id_, account) or self._known.setdefault((app, account, id_), Person(app, id_, account))
        person.name = str(given.get("name") or person.name)
        return person

    def find(self, app: str, id_: str, account: str = "") -> Person | None:
        """Somebody by number, or by the id that Meta gave the business."""
        place = (app, account or usual(app))
        found = self._known.get((*place, id_))
        return found or next(
            (one for one in self._known.values() if app == "whatsapp" and (one.app, one.account) == place and one.user_id == id_), None
        )

    def rename(self, person: Person, number: str) -> None:
        """Somebody gets another number."""
        del self._known[(person.app, person.account, person.id)]
        person.numbers.append(person.id)
        person.id = number
        self._known[(person.app, person.account, number)] = person

    def all(self) -> list[Person]:
        return list(self._known.values())

    def recall(self, people: list[Person]) -> None:
        self._known = {(one.app, one.account, one.id): one for one in people}

    def forget(self) -> None:
        self._known.clear()


def usual(app: str) -> str:
    """The account that is meant where none is named."""
    return PHONE_NUMBER_ID if app == "whatsapp" else ""


def user_id(number: str) -> str:
    """Spanish numbers get Spanish ids, and so on for a few countries."""
    country = next((code for prefix, code in (("34", "ES"), ("55", "BR"), ("52", "MX"), ("54", "AR")) if number.startswith(prefix)), "US")
    return f"{country}.{int(hashlib.sha256(number.encode()).hexdigest()[:15], 16)}"
