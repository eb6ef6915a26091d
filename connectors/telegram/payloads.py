"""From Telegram's updates to the contract's events; pure. One delivery is one update, as JSON.

Only private chats are read: what is said in a group stays there. A customer is known by his or her immutable user id.
"""

import hashlib
import re
from collections.abc import Callable, Mapping

import msgspec

from connectors.contract import Address, Choice, Consent, Contact, Delivery, Edit, Event, Location, Message, Reaction
from connectors.errors import MalformedPayload
from connectors.telegram import ids, invitation, words
from connectors.telegram.files import media_of
from connectors.telegram.texts import clean, plain
from connectors.telegram.unsupported import fields_of, is_silent, unsupported

UPDATE, UNREADABLE = "update", "unreadable"
"""Kinds of delivery."""
START = re.compile(r"/start(?:@\w+)?(?:\s+(\S{1,64}))?\s*")
EMAIL = re.compile(r"^EMAIL[^:\r\n]*:([^\s]+)", re.MULTILINE | re.IGNORECASE)
OTHER_SIGN = "⭐"
"""Stands for a sign that has no emoji: a picture of somebody's own making, or a paid star."""
DECODER = msgspec.json.Decoder(words.Update)
NAMES = msgspec.json.Decoder(dict[str, msgspec.Raw])
ANYTHING = msgspec.json.Decoder()


def delivery_of(body: bytes) -> Delivery:
    """An update as a delivery. Its id holds a hash beside the update's number, since numbers begin anew after a quiet week."""
    try:
        update = ANYTHING.decode(body)
        number = int(update["update_id"])
        content = msgspec.json.encode(update, order="deterministic")
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return Delivery(UNREADABLE, hashlib.sha256(body).hexdigest(), body)
    return Delivery(UPDATE, f"{number}-{hashlib.sha256(content).hexdigest()[:16]}", body)


def events_of(delivery: Delivery, *, key: bytes) -> list[Event]:
    """What an update says; nothing for what is no concern of ours. `key` verifies invitations. Raises MalformedPayload."""
    try:
        update = DECODER.decode(delivery.body)
        for word, read in READERS.items():
            if (found := getattr(update, word)) is not None:
                return read(found, delivery, key) if found.chat_type == "private" else []
        return _other(delivery)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload(f"not an update: {error}"[:300]) from error


def press_of(body: bytes) -> str:
    """The id of the button press in an update, empty when it is none. Telegram wants to hear that it was seen."""
    if b'"callback_query"' not in body:
        return ""
    try:
        update = DECODER.decode(body)
    except (ValueError, RecursionError):
        return ""
    return update.callback_query.id if update.callback_query else ""


def _other(delivery: Delivery) -> list[Event]:
    """An update of a kind that we did not ask for says nothing; one that nobody has heard of is set aside."""
    unknown = NAMES.decode(delivery.body).keys() - words.UNWANTED - {"update_id"}
    if unknown:
        raise ValueError(f"a kind that is not known: {', '.join(sorted(unknown))}")
    return []


def _message(message: words.Message, delivery: Delivery, key: bytes) -> list[Event]:
    fields = fields_of(delivery.body)
    if message.sender is None or is_silent(fields):
        return []
    text = plain(message.text or message.caption, message.entities or message.caption_entities)
    start = START.fullmatch(text)
    payload = start[1] or "" if start else ""
    proof = invitation.read(key, payload, message.date) if payload else None
    campaign = {"campaign": payload} if payload and proof is None else {}
    return [
        Message(
            external_id=ids.name(message.chat.id, message.message_id),
            sender=_address(message.sender),
            text="/start" if start else text or _spoken(message),
            attachments=media_of(message),
            at=float(message.date),
            reply_to=_names(message.reply_to_message),
            proves=(proof,) if proof else (),
            claims=_claims(message),
            context={**_context(message), **campaign, **unsupported(fields)},
            language=message.sender.language_code[:2].lower(),
            album=f"{message.chat.id}:{message.media_group_id}" if message.media_group_id else "",
            location=_location(message),
            contacts=_contacts(message.contact),
        )
    ]


def _edited(message: words.Message, delivery: Delivery, _: bytes) -> list[Event]:
    """An edit by the customer. Telegram also tells so of what is none: a reaction (without a date of edit), a step of a live location."""
    if message.sender is None or not message.edit_date or message.location is not None:
        return []
    return [
        Edit(
            external_id=delivery.external_id,
            sender=_address(message.sender),
            target=ids.name(message.chat.id, message.message_id),
            text=plain(message.text or message.caption, message.entities or message.caption_entities),
            at=float(message.edit_date),
        )
    ]


def _reaction(change: words.ReactionChange, delivery: Delivery, _: bytes) -> list[Event]:
    """The newest sign counts, where one customer may put several."""
    if change.user is None:
        return []
    added = [one for one in change.new_reaction if one not in change.old_reaction] or change.new_reaction
    emoji = (added[-1].emoji or OTHER_SIGN) if added else ""
    target = ids.name(change.chat.id, change.message_id)
    return [Reaction(delivery.external_id, _address(change.user), target, clean(emoji), float(change.date))]


def _press(press: words.Press, _: Delivery, __: bytes) -> list[Event]:
    """The press of a button, with what stood on it: the message that has it comes along."""
    rows = press.message.reply_markup.inline_keyboard if press.message and press.message.reply_markup else []
    title = next((one.text for row in rows for one in row if one.callback_data == press.data), press.data)
    return [
        Message(
            external_id=f"press:{press.id}",
            sender=_address(press.sender),
            text=clean(title),
            reply_to=_names(press.message),
            language=press.sender.language_code[:2].lower(),
            choice=Choice(clean(press.data), clean(title)),
        )
    ]


def _membership(change: words.Membership, _: Delivery, __: bytes) -> list[Event]:
    """In a private chat: the customer blocked the bot (kicked), or let it back in (member)."""
    reason = {"kicked": "blocked", "member": "unblocked"}.get(change.new_chat_member.status)
    if reason is None:
        return []
    return [Consent(_address(change.sender), given=reason == "unblocked", reason=reason, at=float(change.date))]


def _address(user: words.User) -> Address:
    return Address("telegram", str(user.id), _name(user.first_name, user.last_name) or clean(user.username))


def _name(first: str, last: str) -> str:
    return clean(f"{first} {last}").strip()[:200]


def _names(answered: words.Answered | None) -> tuple[str, ...]:
    return (ids.name(answered.chat.id, answered.message_id),) if answered else ()


def _spoken(message: words.Message) -> str:
    """What can be said in words of what has none."""
    if message.poll:
        return clean(message.poll.question)
    return clean(f"{message.dice.emoji} {message.dice.value}") if message.dice else ""


def _claims(message: words.Message) -> dict[str, str]:
    """What the sender says of himself: his name at Telegram, and the phone on his own card: Telegram names its owner, no proof."""
    sender, card = message.sender, message.contact
    said = {"username": f"@{sender.username}" if sender and sender.username else ""}
    if sender and card and card.user_id == sender.id:
        said["phone"] = card.phone_number
    return {key: clean(value)[:300] for key, value in said.items() if value}


def _context(message: words.Message) -> dict[str, object]:
    said: dict[str, object] = {}
    if message.forward_origin:
        said["forwarded"] = _origin(message.forward_origin)
    if message.quote and message.quote.text:
        said["quote"] = clean(message.quote.text)
    if message.sticker and message.sticker.emoji:
        said["emoji"] = clean(message.sticker.emoji)
    if message.location and message.location.live_period:
        said["live_location"] = message.location.live_period
    return said


def _origin(origin: words.Origin) -> dict[str, object]:
    """Who wrote it first, and when: a person, one who hides his account, a group or a channel."""
    chat = origin.chat or origin.sender_chat
    user = origin.sender_user
    name = _name(user.first_name, user.last_name) if user else clean(chat.title) if chat else clean(origin.sender_user_name)
    return {"from": name, "at": origin.date}


def _location(message: words.Message) -> Location | None:
    if message.venue:
        place = message.venue.location
        return Location(place.latitude, place.longitude, clean(message.venue.title), clean(message.venue.address))
    return Location(message.location.latitude, message.location.longitude) if message.location else None


def _contacts(card: words.Card | None) -> tuple[Contact, ...]:
    if card is None:
        return ()
    emails = tuple(clean(one) for one in EMAIL.findall(card.vcard))
    return (Contact(_name(card.first_name, card.last_name), (clean(card.phone_number),), emails),)


READERS: Mapping[str, Callable[..., list[Event]]] = {
    "message": _message,
    "edited_message": _edited,
    "message_reaction": _reaction,
    "callback_query": _press,
    "my_chat_member": _membership,
}
