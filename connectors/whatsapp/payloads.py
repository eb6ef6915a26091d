"""The words of WhatsApp's webhooks, in the contract's; pure.

`split` takes a batch apart into items of one number, `read` turns an item into events. An item holds what Meta sent and the contact that
came with it: {"message": {…}, "contact": {…}}.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connectors.contract import Address, Contact, Delete, Delivery, Echo, Edit, Event, Message, Profile, Reaction, Receipt
from connectors.errors import MalformedPayload
from connectors.graph.reading import needed, number, our_id, part, text
from connectors.graph.refusals import reason_of
from connectors.graph.webhook import content_of, each_once, entries, item, unreadable
from connectors.whatsapp.contents import contents, in_words
from connectors.whatsapp.people import matching, person, sender

LISTS = {
    "messages": "message",
    "statuses": "status",
    "message_echoes": "echo",
    "user_id_update": "user_id",
    "user_preferences": "preference",
}
"""The lists in a change -> the kind of delivery that each of their items becomes."""
STATES = ("sent", "delivered", "read", "failed")


def split(body: bytes, phone_number_id: str) -> tuple[Delivery, ...]:
    """All items of a batch that belong to this number. What belongs to other numbers of the app is not ours to keep."""
    try:
        found = entries(body)
    except MalformedPayload:
        return (unreadable(body),)
    return each_once(one for _, entry in found for value in _values(entry, phone_number_id) for one in _items(value))


def _values(entry: Mapping[str, Any], phone_number_id: str) -> Iterator[dict[str, Any]]:
    changes = entry.get("changes")
    for change in changes if isinstance(changes, list) else ():
        value = change.get("value") if isinstance(change, dict) else None
        metadata = value.get("metadata") if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(metadata, dict) and str(metadata.get("phone_number_id")) == phone_number_id:
            yield value


def _items(value: Mapping[str, Any]) -> Iterator[Delivery]:
    contacts = value["contacts"] if isinstance(value.get("contacts"), list) else []
    for key, kind in LISTS.items():
        several = value.get(key)
        for one in several if isinstance(several, list) else ():
            if isinstance(one, dict):
                yield item(kind, _name(kind, one), {kind: one, "contact": matching(one, contacts)})
            else:
                yield unreadable(repr(one).encode())


def _name(kind: str, one: Mapping[str, Any]) -> str:
    """Meta's id of an item; a status has its message's, so its state belongs to it. Empty: the content stands for it."""
    id_ = one.get("id")
    if not isinstance(id_, str) or kind not in ("message", "echo", "status"):
        return ""
    return f"{id_}:{one.get('status')}" if kind == "status" else id_


def read(delivery: Delivery) -> list[Event]:
    """The events in an item. Raises MalformedPayload."""
    content = content_of(delivery)
    reader = READERS.get(delivery.kind)
    if reader is None:
        raise MalformedPayload(f"not a kind of ours: {delivery.kind[:40]!r}")
    return reader(part(content.get(delivery.kind)), part(content.get("contact")))


# ── Messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _message(given: dict[str, Any], contact: dict[str, Any]) -> list[Event]:
    kind = text(given.get("type"), 60) or "unsupported"
    if kind == "system":
        return _system(given)
    who, proves = sender(given, contact)
    if kind == "request_welcome":  # the chat was opened, and nothing said yet
        return [Profile(who, name=who.name)]
    id_, at = needed(given, "id"), number(given.get("timestamp"))
    if (changed := _changed(kind, given, who, at)) is not None:
        return [changed]
    found = contents(kind, given)
    about = part(given.get("context"))
    message = Message(
        external_id=id_,
        sender=who,
        proves=proves,
        at=at,
        text=found.text,
        attachments=found.attachments,
        location=found.location,
        contacts=found.contacts,
        choice=found.choice,
        reply_to=(text(about["id"], 500),) if about.get("id") else (),
        claims={**_claims(contact), **_own_card(given, found.contacts)},
        context={**_context(about, given), **found.context},
    )
    return [message]


def _changed(kind: str, given: Mapping[str, Any], who: Address, at: float | None) -> Event | None:
    """What is done to a message that is there already; None for a message of its own."""
    id_ = needed(given, "id")
    if kind == "reaction":
        about = part(given.get("reaction"))
        return Reaction(id_, who, needed(about, "message_id"), text(about.get("emoji"), 40), at)
    if kind == "edit":
        about = part(given.get("edit"))
        inner = part(about.get("message"))
        said = contents(text(inner.get("type"), 60) or "text", inner).text
        return Edit(id_, who, needed(about, "original_message_id"), said, at)
    if kind == "revoke":
        return Delete(id_, who, needed(part(given.get("revoke")), "original_message_id"), at)
    return None


def _context(about: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, object]:
    """Where it came from: forwarded, a product of the catalogue, an advertisement."""
    found: dict[str, object] = {}
    if about.get("forwarded") or about.get("frequently_forwarded"):
        found["forwarded"] = True
    if group := text(given.get("group_id"), 200):
        found["group"] = group
    if product := part(about.get("referred_product")):
        found["product"] = {key: text(value, 300) for key, value in product.items() if isinstance(value, str)}
    if referral := part(given.get("referral")):
        found["referral"] = {key: text(value, 2000) for key, value in referral.items() if isinstance(value, str)}
    return found


def _claims(contact: Mapping[str, Any]) -> dict[str, str]:
    username = text(part(contact.get("profile")).get("username"), 100)
    return {"username": username} if username else {}


def _own_card(given: Mapping[str, Any], cards: tuple[Contact, ...]) -> dict[str, str]:
    """Somebody who hides the number was asked for it and gave it: a hint, as every card."""
    asked = text(given.get("origin"), 60).startswith("contact_request")
    return {"phone": cards[0].phones[0]} if asked and cards and cards[0].phones else {}


def _system(given: dict[str, Any]) -> list[Event]:
    """Somebody got another number or id: the old one and the new one are the same person's, says Meta.

    Other notes of WhatsApp's own (a customer's keys changed) stand in the thread as they are told.
    """
    told = part(given.get("system"))
    what = text(told.get("type"), 60)
    before, after = text(told.get("previous_user_id"), 200), text(told.get("user_id"), 200)
    phone = text(told.get("wa_id") or told.get("new_wa_id"), 200)
    if what == "user_changed_user_id" or (before and after):
        return [_same_person(person("", before)[0], person("", after)[0], text(told.get("body"), 1000), number(given.get("timestamp")))]
    if phone:
        old = text(given.get("from"), 200)
        who, others = person(old, text(given.get("from_user_id"), 200))
        moved = _same_person(who, person(phone, "")[0], text(told.get("body"), 1000), number(given.get("timestamp")))
        return [replace(moved, former=tuple(one for one in (who, *others) if one.kind == "phone"))]
    who, proves = sender(given, {})
    said, at = text(told.get("body"), 1000), number(given.get("timestamp"))
    return [Message(needed(given, "id"), who, text=said, at=at, automatic=True, proves=proves, context={"unsupported": what or "system"})]


def _user_id(given: dict[str, Any], _: dict[str, Any]) -> list[Event]:
    told = part(given.get("user_id"))
    before, after = text(told.get("previous"), 200), needed(told, "current")
    if not before:
        return []
    return [_same_person(person("", before)[0], person("", after)[0], text(given.get("detail"), 1000), number(given.get("timestamp")))]


def _same_person(before: Address, after: Address, said: str, at: float | None) -> Message:
    """Meta tells it in two ways; both make the same message, which therefore appears once."""
    name = f"same:{before.value}:{after.value}"
    return Message(name, before, text=said, at=at, automatic=True, proves=(after,), context={"system": "changed_address"})


def _preference(given: dict[str, Any], contact: dict[str, Any]) -> list[Event]:
    """Whether somebody wants advertising: a wish for the record, no reason to refuse an answer to a question."""
    who, _ = sender({"from": given.get("wa_id"), "from_user_id": given.get("user_id")}, contact)
    category, value = text(given.get("category"), 60), text(given.get("value"), 60)
    return [Profile(who, name=who.name, claims={category: value})] if category and value else []


# ── Of ours ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _status(given: dict[str, Any], _: dict[str, Any]) -> list[Event]:
    state = text(given.get("status"), 40)
    if state == "played":  # a voice note was listened to
        state = "read"
    if state not in STATES:
        return []
    id_, part_ = our_id(given.get("biz_opaque_callback_data"))
    errors = given.get("errors")
    reason = reason_of(part(errors[0])) if isinstance(errors, list) and errors else ""
    return [
        Receipt(
            state=state,  # type: ignore[arg-type]  # one of STATES
            external_id=needed(given, "id"),
            message=id_,
            part=part_,
            reason=reason or ("failed: no reason given" if state == "failed" else ""),
            at=number(given.get("timestamp")),
        )
    ]


def _echo(given: dict[str, Any], _: dict[str, Any]) -> list[Event]:
    """Written in the WhatsApp Business app on the company's own phone."""
    to, _others = person(text(given.get("to"), 200), text(given.get("to_user_id"), 200))
    kind, at = text(given.get("type"), 60) or "unsupported", number(given.get("timestamp"))
    if kind == "reaction":
        return []
    if (changed := _changed(kind, given, to, at)) is not None:
        return [changed]
    found = contents(kind, given)
    return [Echo(needed(given, "id"), to, text=in_words(found), attachments=found.attachments, at=at, author="WhatsApp Business")]


READERS: Mapping[str, Callable[[dict[str, Any], dict[str, Any]], list[Event]]] = {
    "message": _message,
    "status": _status,
    "echo": _echo,
    "user_id": _user_id,
    "preference": _preference,
}
