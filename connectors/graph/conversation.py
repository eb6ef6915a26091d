"""The words of Messenger's and Instagram's webhooks, in the contract's; pure. Both speak the same language, with small differences.

`split` takes a batch apart into items of one page or account, `read` turns an item into events. An item is what Meta sent, one object of
`entry[].messaging[]`; an id of a person is good for this page or account only.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contract import Address, Choice, Delete, Delivery, Echo, Edit, Event, Media, Message, Profile, Reaction, Receipt
from connectors.errors import MalformedPayload
from connectors.graph.attachments import Attached, attached
from connectors.graph.reading import DOCUMENT, needed, number, our_id, part, text
from connectors.graph.webhook import content_of, each_once, entries, item, unreadable

NO_MESSAGES = (
    "account_linking",
    "app_roles",
    "game_play",
    "message_context",
    "pass_thread_control",
    "policy_enforcement",
    "request_thread_control",
    "take_thread_control",
)
"""What is told about the page or the app, not said by a customer."""
SIGNS = {"love": "❤️", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍", "dislike": "👎"}
"""Reactions that come by name alone."""


def split(body: bytes, kind: str, account: str) -> tuple[Delivery, ...]:
    """All items of a batch that belong to this page (kind `page`) or account (kind `instagram`)."""
    try:
        found = entries(body)
    except MalformedPayload:
        return (unreadable(body),)
    ours = [entry for object_, entry in found if object_ == kind and str(entry.get("id")) == account]
    return each_once(one for entry in ours for one in _items(entry))


def _items(entry: Mapping[str, Any]) -> Iterator[Delivery]:
    for key in ("messaging", "standby"):
        several = entry.get(key)
        for one in several if isinstance(several, list) else ():
            yield item(_kind(one), _name(one), one) if isinstance(one, dict) else unreadable(repr(one).encode())
    changes = entry.get("changes")
    for change in changes if isinstance(changes, list) else ():
        value = change.get("value") if isinstance(change, dict) else None
        if isinstance(value, dict) and "sender" in value:
            yield item(_kind(value), _name(value), value)


def _kind(one: Mapping[str, Any]) -> str:
    message = one.get("message")
    if isinstance(message, dict):
        return "deleted" if message.get("is_deleted") else "echo" if message.get("is_echo") else "message"
    known = ("postback", "reaction", "read", "delivery", "message_edit", "referral", "optin", "response_feedback", "profile", *NO_MESSAGES)
    return next((key for key in known if key in one), "other")


def _name(one: Mapping[str, Any]) -> object:
    """Meta's id of a message; everything else is known by its content, which holds the moment."""
    message = one.get("message")
    return message.get("mid") if isinstance(message, dict) else None


def read(delivery: Delivery, kind: str, app_id: str, app: str) -> list[Event]:
    """The events in an item. `kind`: of address; `app_id`: ours; `app`: the name of Meta's own. Raises MalformedPayload."""
    given = content_of(delivery)
    what = _kind(given)
    if what in NO_MESSAGES:
        return []
    if what == "echo" or (what == "deleted" and part(given["message"]).get("is_echo")):
        return _echo(given, Address(kind, _party(given, "recipient")), app_id, app)
    who = Address(kind, _party(given, "sender"))
    at = _moment(given.get("timestamp"))
    reader = READERS.get(what)
    return reader(given, who, at) if reader else [_unknown(delivery, given, who, at)]


def _party(given: Mapping[str, Any], side: str) -> str:
    return needed(part(given.get(side)), "id", 100)


def _moment(value: Any) -> float | None:
    found = number(value)
    return None if found is None else found / 1000 if found > 1e11 else found


# ── What customers do ────────────────────────────────────────────────────────────────────────────────────────────────


def _message(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    told = part(given["message"])
    found = attached(told)
    said = text(told.get("text"))
    pressed = part(told.get("quick_reply"))
    about = part(told.get("reply_to"))
    context = {**found.context, **_context(given, told, about)}
    if told.get("is_unsupported") or not (said or found.media or found.links or context or found.location):
        context.setdefault("unsupported", "message")
    return [
        Message(
            external_id=needed(told, "mid"),
            sender=who,
            at=at,
            text=_with_links(said, found),
            attachments=(*found.media, *_story(about)),
            location=found.location,
            choice=Choice(text(pressed["payload"], 1000), said) if pressed.get("payload") else None,
            reply_to=(text(about["mid"], 500),) if about.get("mid") else (),
            context=context,
        )
    ]


def _story(about: Mapping[str, Any]) -> tuple[Media, ...]:
    """The story of ours that is answered: it is gone after a day, so it is fetched."""
    address = text(part(about.get("story")).get("url"), 4000)
    return (Media(name="story", content_type=DOCUMENT, url=address),) if address else ()


def _with_links(said: str, found: Attached) -> str:
    """What was shared is a link below the words, unless it is among them already."""
    return "\n".join([*([said] if said else []), *(one for one in found.links if one not in said)])


def _context(given: Mapping[str, Any], told: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    if story := part(about.get("story")):
        found["story"] = {key: text(story.get(key), 4000) for key in ("id", "url") if story.get(key)}
    if referral := part(told.get("referral")) or part(given.get("referral")):
        found["referral"] = {key: text(value, 2000) for key, value in referral.items() if isinstance(value, str)}
    return found


def _postback(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    """A button, the menu or *Get started* was pressed."""
    told = part(given["postback"])
    title, payload = text(told.get("title"), 1000), text(told.get("payload"), 1000)
    name = text(told.get("mid"), 500) or f"postback:{who.value}:{given.get('timestamp')}"
    return [
        Message(name, who, text=title or payload, at=at, choice=Choice(payload or title, title or payload), context=_context(told, {}, {}))
    ]


def _reaction(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    told = part(given["reaction"])
    word = text(told.get("reaction"), 40)
    sign = "" if told.get("action") == "unreact" else text(told.get("emoji"), 40) or SIGNS.get(word, word or "❤️")
    target = needed(told, "mid")
    return [Reaction(f"reaction:{who.value}:{target}:{given.get('timestamp')}", who, target, sign, at)]


def _feedback(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    """Thumbs up or down below a message of ours: a reaction, as the customer sees it."""
    told = part(given["response_feedback"])
    target, word = needed(told, "mid"), text(told.get("feedback"), 60).lower()
    sign = "👍" if word.startswith("good") else "👎" if word.startswith("bad") else word
    return [Reaction(f"feedback:{who.value}:{target}:{given.get('timestamp')}", who, target, sign, at)]


def _edit(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    """Without a text nothing is told of what it says now: then what was there stays."""
    told = part(given["message_edit"])
    target = needed(told, "mid")
    if told.get("text") is None:
        return []
    return [Edit(f"edit:{target}:{text(str(told.get('num_edit', '')), 20)}", who, target, text(told.get("text")), at)]


def _deleted(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    target = needed(part(given["message"]), "mid")
    return [Delete(f"delete:{target}", who, target, at)]


def _read(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    """Messenger says up to when, Instagram which message was seen last: those before it were seen too."""
    told = part(given["read"])
    last = text(told.get("mid"), 500)
    until = at if last else _moment(told.get("watermark"))
    found: list[Event] = [Receipt("read", external_id=last, at=at)] if last else []
    return [*found, Receipt("read", peer=who, until=until, at=at)] if until is not None else found


def _delivery(given: Mapping[str, Any], who: Address, at: float | None) -> list[Event]:
    told = part(given["delivery"])
    mids = told.get("mids")
    named = [text(one, 500) for one in mids] if isinstance(mids, list) else []
    found: list[Event] = [Receipt("delivered", external_id=one, at=at) for one in named if one]
    until = _moment(told.get("watermark"))
    return [*found, Receipt("delivered", peer=who, until=until, at=at)] if until is not None else found


def _referral(given: Mapping[str, Any], who: Address, _: float | None) -> list[Event]:
    """Somebody came by a link or an advertisement, and has not written yet."""
    told = part(given["referral"])
    claims = {f"referral_{key}": text(told[key], 300) for key in ("source", "ref") if isinstance(told.get(key), str)}
    return [Profile(who, claims=claims)] if claims else []


def _optin(given: Mapping[str, Any], who: Address, _: float | None) -> list[Event]:
    """Somebody agreed to marketing, stopped it, or came by a button of ours elsewhere: a wish for the record, as on WhatsApp."""
    told = part(given["optin"])
    wish = text(told.get("notification_messages_status") or told.get("title") or told.get("ref") or told.get("type"), 300)
    return [Profile(who, claims={"optin": wish})] if wish else []


def _profile(given: Mapping[str, Any], who: Address, _: float | None) -> list[Event]:
    """A name out of the inbox: webhooks have none."""
    told = part(given["profile"])
    name, username = text(told.get("name"), 300), text(told.get("username"), 100)
    return [Profile(who, name or username, claims={"username": username} if username else {})]


def _unknown(delivery: Delivery, given: Mapping[str, Any], who: Address, at: float | None) -> Message:
    word = next((key for key in given if key not in ("sender", "recipient", "timestamp")), "event")
    return Message(f"unknown:{delivery.external_id}"[:500], who, at=at, context={"unsupported": word[:60]})


# ── What the page does ───────────────────────────────────────────────────────────────────────────────────────────────


def _echo(given: Mapping[str, Any], to: Address, app_id: str, app: str) -> list[Event]:
    """A message of ours: our own coming back, or one that was written in Meta's app."""
    told, at = part(given["message"]), _moment(given.get("timestamp"))
    id_ = needed(told, "mid")
    if told.get("is_deleted"):
        return [Delete(f"delete:{id_}", to, id_, at)]
    found = attached(told)
    message, part_ = our_id(told.get("metadata"))
    ours = bool(message) or str(told.get("app_id", "")) == app_id
    said = _with_links(text(told.get("text")), found)
    return [Echo(id_, to, text=said, attachments=found.media, at=at, message=message, part=part_, author="" if ours else app)]


READERS = {
    "message": _message,
    "postback": _postback,
    "reaction": _reaction,
    "message_edit": _edit,
    "deleted": _deleted,
    "read": _read,
    "delivery": _delivery,
    "referral": _referral,
    "optin": _optin,
    "response_feedback": _feedback,
    "profile": _profile,
}
