"""The users of pretend Meta: what they are called, what Meta hands on of them, when they last wrote."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

APPS = ("whatsapp", "messenger", "second_page", "instagram")
DAY_S = 86_400.0


@dataclass(slots=True)
class Person:
    """Somebody in one of the apps, on the company's second page (`second_page`) included.

    `id`: the number (digits) on WhatsApp, else an id that is good for this page alone.
    """

    app: str
    id: str
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
        self._known: dict[tuple[str, str], Person] = {}

    def of(self, given: dict[str, Any]) -> Person:
        """Who acts. Raises HTTPBadRequest."""
        app, id_ = str(given.get("app") or "whatsapp"), str(given.get("customer") or "").removeprefix("+")
        if app not in APPS:
            raise web.HTTPBadRequest(text=f"'app' must be one of {', '.join(APPS)}, not {app!r}")
        if not id_ or (app == "whatsapp" and not id_.isdigit()):
            raise web.HTTPBadRequest(text="'customer' is missing: on WhatsApp a number in digits, with its country")
        person = self.find(app, id_) or self._known.setdefault((app, id_), Person(app, id_))
        person.name = str(given.get("name") or person.name)
        return person

    def find(self, app: str, id_: str) -> Person | None:
        """Somebody by number, or by the id that Meta gave the business."""
        found = self._known.get((app, id_))
        return found or next((one for one in self._known.values() if one.app == app and one.app == "whatsapp" and one.user_id == id_), None)

    def rename(self, person: Person, number: str) -> None:
        """Somebody gets another number."""
        del self._known[(person.app, person.id)]
        person.numbers.append(person.id)
        person.id = number
        self._known[(person.app, number)] = person

    def forget(self) -> None:
        self._known.clear()


def user_id(number: str) -> str:
    """Spanish numbers get Spanish ids, and so on for a few countries."""
    country = next((code for prefix, code in (("34", "ES"), ("55", "BR"), ("52", "MX"), ("54", "AR")) if number.startswith(prefix)), "US")
    return f"{country}.{int(hashlib.sha256(number.encode()).hexdigest()[:15], 16)}"
