"""The inbox of pretend Meta's page or account: whole conversations, whatever became of their webhooks."""

from datetime import UTC, datetime
from typing import Any

from sandbox.double import Shown
from sandbox.meta.company import NAME
from sandbox.meta.messaging import ACCOUNTS
from sandbox.meta.telling import Phones

MOST = 20


def inbox(app: str, phones: Phones) -> list[dict[str, Any]]:
    """The conversations of an app, the one that changed last first."""
    by_person: dict[str, list[Shown]] = {}
    for one in phones.shown(app):
        by_person.setdefault(one.customer, []).append(one)
    found = [_conversation(app, person, messages, phones) for person, messages in by_person.items()]
    return sorted(found, key=lambda one: str(one["updated_time"]), reverse=True)


def _conversation(app: str, customer: str, messages: list[Shown], phones: Phones) -> dict[str, Any]:
    person = phones.people.find(app, customer)
    name = person.name if person else ""
    named = {"username": (person and person.username) or name or customer} if app == "instagram" else {"name": name}
    recent = sorted(messages, key=lambda one: one.at, reverse=True)[:MOST]
    return {
        "id": f"t_{customer}",
        "updated_time": _written(recent[0].at),
        "participants": {"data": [{"id": customer, **named}, {"id": ACCOUNTS[app], "name": NAME}]},
        "messages": {"data": [_message(app, one) for one in recent if not one.deleted]},
    }


def _message(app: str, one: Shown) -> dict[str, Any]:
    files = [{"mime_type": file.get("type"), "name": file.get("name"), "file_url": file.get("url")} for file in one.media]
    attached = {"attachments": {"data": files}} if files else {}
    writer = one.customer if one.mine else ACCOUNTS[app]
    return {"id": one.id, "created_time": _written(one.at), "from": {"id": writer}, "message": one.text, **attached}


def _written(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
