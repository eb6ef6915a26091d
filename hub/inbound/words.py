"""The contract's events as the database takes them: plain rows, in which nothing stands that PostgreSQL's text cannot hold. Pure."""

import dataclasses
import re
from typing import Any
from uuid import uuid4

from connectors.contract import Address, Consent, Delete, Echo, Edit, Event, Location, Media, Message, Profile, Reaction, Receipt
from hub.channels.model import Channel
from hub.inbound.group import as_uuid
from hub.kernel.names import safe_name

CONTACTS_AT_MOST = 50
EMOJI_AT_MOST = 64
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
UNKNOWN_TYPE = "application/octet-stream"


def clean(text: str) -> str:
    """The same with a mark where a character cannot be kept: NUL, and half of a character."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def message_row(channel: Channel, message: Message) -> dict[str, Any]:
    """A message as `take_message` reads it; what most messages have not is left out."""
    row = {
        "id": str(uuid4()),
        "channel": str(channel.id),
        "external_id": message.external_id,
        **_address(message.sender),
        "subject": clean(message.subject),
        "text": clean(message.text),
        "provider_at": message.at,
        "answers": list(message.answers),
        "session": message.session,
        "automatic": message.automatic,
        "language": message.language,
        "proves": [{"kind": one.kind, "value": one.value, "name": one.name} for one in message.proves],
        "claims": dict(message.claims),
        "context": {**message.context, **({"automatic": True} if message.automatic else {})},
    }
    rare = {
        "native": clean(message.sender.native),
        "to": clean(message.to),
        "album": clean(message.album),
        "reply_to": [clean(one) for one in message.reply_to],
        "former": [{"kind": one.kind, "value": clean(one.value)} for one in message.former],
        "content": _content(message),
    }
    if message.location is not None and "location" not in rare["content"]:
        row["context"] = {"unsupported": "location", **row["context"]}
    return row | {key: value for key, value in rare.items() if value}


def file_row(channel: Channel, media: Media) -> dict[str, Any]:
    """A file as `add_attachments` reads it; with a `source` when it is still with the provider."""
    if media.upload:
        return {"upload": media.upload}
    kind = media.content_type.split(";", 1)[0].strip().lower()
    row: dict[str, Any] = {
        "id": str(uuid4()),
        "upload": None,
        "name": safe_name(clean(media.name)),
        "content_type": kind if MEDIA_TYPE.fullmatch(kind) else UNKNOWN_TYPE,
        "size": max(media.size, 0),
        "content_id": clean(media.content_id),
        "kind": media.kind,
    }
    if media.data is None and (media.url or media.reference):
        told = {"name": media.name, "content_type": media.content_type, "url": media.url, "reference": media.reference, "size": media.size}
        row["source"] = {"channel": str(channel.id), **told}
    return row


def event_row(channel: Channel, event: Event) -> dict[str, Any]:
    """Any other event as `take_event` reads it."""
    peer = peer_of(event)
    assert peer is not None, "a receipt without a peer is no event of its own"
    return {"channel": str(channel.id), "what": WHAT[type(event)], **_address(peer), "at": getattr(event, "at", None), **_details(event)}


WHAT: dict[type, str] = {
    Reaction: "reaction", Edit: "edit", Delete: "delete", Consent: "consent", Profile: "profile", Receipt: "watermark", Echo: "echo",
}  # fmt: skip


def peer_of(event: Event) -> Address | None:
    """Whom an event is about; None for the receipt of one message."""
    if isinstance(event, Echo):
        return event.to
    return event.peer if isinstance(event, Receipt) else event.sender


def _details(event: Event) -> dict[str, Any]:
    said: dict[str, Any] = {}
    match event:
        case Reaction(target=target, emoji=emoji):
            said = {"target": clean(target), "emoji": clean(emoji)[:EMOJI_AT_MOST]}
        case Edit(target=target, text=text):
            said = {"target": clean(target), "text": clean(text)}
        case Delete(target=target):
            said = {"target": clean(target)}
        case Consent(given=given, reason=reason, text=text):
            said = {"given": given, "reason": clean(reason), "text": clean(text)[:200]}
        case Profile(name=name, language=language, claims=claims):
            said = {"name": clean(name)[:200], "language": clean(language)[:35], "claims": dict(claims)}
        case Receipt(state=state, until=until):
            said = {"state": state, "until": until}
        case Echo(external_id=external_id, text=text, author=author):
            said = {"external_id": clean(external_id), "text": clean(text), "author": clean(author)[:200]}
            said |= {"message": _ours(event.message), "part": event.part}
    return said


def _ours(message: str) -> str | None:
    known = as_uuid(message)
    return str(known) if known else None


def _address(address: Address) -> dict[str, Any]:
    return {"kind": address.kind, "value": clean(address.value), "name": clean(address.name)}


def _content(message: Message) -> dict[str, Any]:
    """What is not text."""
    content: dict[str, Any] = {}
    if message.location is not None and _on_the_map(message.location):
        content["location"] = _storable(message.location)
    if message.contacts:
        content["contacts"] = [_storable(one) for one in message.contacts[:CONTACTS_AT_MOST]]
    if message.choice is not None:
        content["choice"] = _storable(message.choice)
    return content


def _on_the_map(place: Location) -> bool:
    return -90 <= place.latitude <= 90 and -180 <= place.longitude <= 180


def _storable(value: Any) -> dict[str, Any]:
    """A small dataclass of the contract with clean texts."""
    return {key: _clean_all(one) for key, one in dataclasses.asdict(value).items()}


def _clean_all(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    return [clean(one) for one in value] if isinstance(value, list | tuple) else value
