"""From signed JSON to deliveries and events; pure. `{"events": [{"type": "message", ...}, ...]}`: each event is a delivery of its own."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

import msgspec

from connectors.contract import (
    Address,
    Choice,
    Consent,
    Contact,
    Delete,
    Delivery,
    Echo,
    Edit,
    Event,
    Location,
    Media,
    Message,
    Profile,
    Reaction,
    Receipt,
    Typing,
)
from connectors.errors import MalformedPayload
from connectors.http import words
from connectors.phones import e164

EVENT, UNREADABLE = "event", "unreadable"
"""Kinds of delivery."""
NO_LIST = "a body is an object with a list 'events'"
NAME_LENGTH = 200
KNOWN = frozenset(one.__struct_config__.tag for one in get_args(words.Words))
DECODER: msgspec.json.Decoder[words.Words] = msgspec.json.Decoder(words.Words)
TYPE = msgspec.json.Decoder(msgspec.defstruct("Named", [("type", str)]))
OTHER = msgspec.json.Decoder(words.UnknownWords)
Thing = TypeVar("Thing")


def split(body: bytes) -> tuple[Delivery, ...]:
    """The events of a body, each by itself; one delivery where it cannot be taken apart."""
    try:
        return listed(body)[0]
    except MalformedPayload:
        return (Delivery(UNREADABLE, hashlib.sha256(body).hexdigest(), body),)


def listed(body: bytes) -> tuple[tuple[Delivery, ...], str]:
    """The events of a body, each by itself, and where more of them are. Raises MalformedPayload.

    What tells two events without an id of their own apart is the `id` beside the list. It is within what is signed: were it a header,
    whoever overheard a delivery could repeat it under another name.
    """
    try:
        said = json.loads(body)
        events, name, more = said["events"], said.get("id"), said.get("next")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedPayload(NO_LIST) from error
    if not isinstance(events, list):
        raise MalformedPayload(NO_LIST)
    name = name[:NAME_LENGTH] if isinstance(name, str) else ""
    found = [_item(one, f"{name}:{place}" if name else "") for place, one in enumerate(events)]
    return tuple({one.external_id: one for one in found}.values()), more if isinstance(more, str) else ""


def _item(event: Any, name: str) -> Delivery:
    body = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
    own = isinstance(event, dict) and event.get("type") != "receipt" and isinstance(event.get("id"), str)
    return Delivery(EVENT, hashlib.sha256(body if own else body + name.encode("utf-8", "surrogatepass")).hexdigest(), body)


def read_delivery(delivery: Delivery) -> list[Event]:
    """The event of a delivery. Raises MalformedPayload naming what cannot be read."""
    if delivery.kind == UNREADABLE:
        raise MalformedPayload(NO_LIST)
    try:
        kind: str = TYPE.decode(delivery.body).type  # type: ignore[attr-defined]
        if kind not in KNOWN:
            return [_unsupported(OTHER.decode(delivery.body))]
        said = DECODER.decode(delivery.body)
        return [READERS[type(said)](said)]
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedPayload(f"cannot be read: {error}"[:300]) from error


def _message(said: words.MessageWords) -> Message:
    return Message(
        external_id=clean(said.id),
        sender=_person(said.sender),
        text=clean(said.text),
        subject=clean(said.subject),
        attachments=_files(said.attachments),
        at=said.at,
        to=clean(said.to),
        reply_to=(clean(said.reply_to),) if said.reply_to else (),
        automatic=said.automatic,
        proves=tuple(map(_person, said.proves)),
        former=tuple(map(_person, said.former)),
        claims=_claims(said.claims),
        context=said.context,
        language=clean(said.language),
        album=clean(said.album),
        location=_if(_place, said.location),
        contacts=tuple(map(_card, said.contacts)),
        choice=_if(lambda one: Choice(clean(one.id), clean(one.title)), said.choice),
    )


def _echo(said: words.EchoWords) -> Echo:
    files = _files(said.attachments)
    return Echo(clean(said.id), _person(said.to), clean(said.text), files, said.at, clean(said.message), clean(said.author), said.part)


def _receipt(said: words.ReceiptWords) -> Receipt:
    return Receipt(
        state=said.state,
        external_id=clean(said.id),
        message=clean(said.message),
        reason=clean(said.reason),
        at=said.at,
        part=said.part,
        peer=_if(_person, said.peer),
        until=said.until,
    )


def _reaction(said: words.ReactionWords) -> Reaction:
    return Reaction(clean(said.id), _person(said.sender), clean(said.target), clean(said.emoji), said.at)


def _edit(said: words.EditWords) -> Edit:
    return Edit(clean(said.id), _person(said.sender), clean(said.target), clean(said.text), said.at)


def _delete(said: words.DeleteWords) -> Delete:
    return Delete(clean(said.id), _person(said.sender), clean(said.target), said.at)


def _profile(said: words.ProfileWords) -> Profile:
    return Profile(_person(said.sender), clean(said.name), clean(said.language), _claims(said.claims))


def _consent(said: words.ConsentWords) -> Consent:
    return Consent(_person(said.sender), said.given, said.reason, clean(said.text), said.at)


def _unsupported(said: words.UnknownWords) -> Message:
    """What is not known becomes a message that says so, with its raw data kept: never a loss."""
    return Message(clean(said.id), _person(said.sender), context={"unsupported": clean(said.type)})


def _person(one: words.Person) -> Address:
    given = clean(one.value).strip()
    value = e164(given) if one.kind == "phone" else given.lower() if one.kind == "email" else given
    return Address(one.kind, value, clean(one.name), given if value != given else "")


def _files(files: list[words.File]) -> tuple[Media, ...]:
    return tuple(
        Media(clean(one.name), clean(one.content_type), one.data, one.url, size=len(one.data or b"") or one.size, kind=one.kind)
        for one in files
    )


def _place(one: words.Place) -> Location:
    return Location(one.latitude, one.longitude, clean(one.name), clean(one.address))


def _card(one: words.Card) -> Contact:
    return Contact(clean(one.name), tuple(map(clean, one.phones)), tuple(map(clean, one.emails)))


def _claims(claims: Mapping[str, str]) -> dict[str, str]:
    return {clean(key)[:100]: clean(value) for key, value in claims.items()}


def _if(make: Callable[[Any], Thing], one: Any) -> Thing | None:
    return None if one is None else make(one)


def clean(text: str) -> str:
    """Without the character that no database keeps."""
    return text.replace("\x00", "\ufffd")


READERS: Mapping[type, Callable[[Any], Event]] = {
    words.MessageWords: _message,
    words.EchoWords: _echo,
    words.ReceiptWords: _receipt,
    words.TypingWords: lambda said: Typing(_person(said.sender), said.on),
    words.ReactionWords: _reaction,
    words.EditWords: _edit,
    words.DeleteWords: _delete,
    words.ProfileWords: _profile,
    words.ConsentWords: _consent,
}
