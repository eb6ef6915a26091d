"""What a WhatsApp message holds, by its type; pure. The same for what customers write and for what is written in the company's own app."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.contract import Choice, Contact, Location, Media
from connectors.errors import MalformedPayload
from connectors.forms import answers
from connectors.graph.reading import content_type, file_name, needed, number, part, parts, text

Kind = Literal["file", "image", "audio", "voice", "video", "sticker"]
FILES: Mapping[str, Kind] = {"image": "image", "audio": "audio", "video": "video", "document": "file", "sticker": "sticker"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in a message."""

    text: str = ""
    attachments: tuple[Media, ...] = ()
    location: Location | None = None
    contacts: tuple[Contact, ...] = ()
    choice: Choice | None = None
    context: Mapping[str, object] = field(default_factory=dict)


def in_words(found: Contents) -> str:
    """The text; or, for where there is room for words alone, what else the message is."""
    place, cards = found.location, found.contacts
    shown = [
        *([f"{place.name} {place.address} ({place.latitude}, {place.longitude})".strip()] if place else []),
        *(" ".join((one.name, *one.phones, *one.emails)) for one in cards),
        *([f"[{found.context['unsupported']}]"] if found.context.get("unsupported") else []),
    ]
    return "\n".join([*([found.text] if found.text else []), *shown])


def contents(kind: str, given: Mapping[str, Any]) -> Contents:
    """Raises MalformedPayload for a known type that is not as it must be; an unknown type is `unsupported`, never a loss."""
    if kind in FILES:
        return _file(kind, part(given.get(kind)))
    reader = READERS.get(kind)
    return reader(given) if reader else Contents(context={"unsupported": kind})


def _text(given: Mapping[str, Any]) -> Contents:
    return Contents(text=text(part(given.get("text")).get("body")))


def _file(kind: str, told: Mapping[str, Any]) -> Contents:
    media_type = content_type(told.get("mime_type"))
    shown: Kind = "voice" if kind == "audio" and told.get("voice") is True else FILES[kind]
    name = file_name(told.get("filename"), shown, media_type)
    media = Media(name=name, content_type=media_type, reference=needed(told, "id"), kind=shown)
    return Contents(text=text(told.get("caption")), attachments=(media,))


def _location(given: Mapping[str, Any]) -> Contents:
    told = part(given.get("location"))
    latitude, longitude = number(told.get("latitude")), number(told.get("longitude"))
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise MalformedPayload("a place without latitude and longitude")
    return Contents(location=Location(latitude, longitude, text(told.get("name"), 300), text(told.get("address"), 500)))


def _contacts(given: Mapping[str, Any]) -> Contents:
    return Contents(contacts=tuple(_contact(one) for one in parts(given.get("contacts"))))


def _contact(given: Mapping[str, Any]) -> Contact:
    phones = tuple(text(one.get("phone") or one.get("wa_id"), 60) for one in parts(given.get("phones")))
    emails = tuple(text(one.get("email"), 300) for one in parts(given.get("emails")))
    name = text(part(given.get("name")).get("formatted_name"), 300)
    return Contact(name or next(iter(phones), ""), tuple(filter(None, phones)), tuple(filter(None, emails)))


def _interactive(given: Mapping[str, Any]) -> Contents:
    told = part(given.get("interactive"))
    answer = part(told.get("button_reply")) or part(told.get("list_reply"))
    if answer:
        return _pressed(needed(answer, "id"), text(answer.get("title"), 300))
    if form := part(told.get("nfm_reply")):
        return _form(form)
    if asked := part(told.get("call_permission_reply")):
        return Contents(context={"unsupported": f"call_permission_reply: {text(asked.get('response'), 40)}"})
    return Contents(context={"unsupported": text(told.get("type"), 60) or "interactive"})


def _form(told: Mapping[str, Any]) -> Contents:
    """A flow or an address, filled in."""
    written, said = text(told.get("response_json"), 20_000), text(told.get("body"))
    return Contents(text="\n".join([*([said] if said else []), *answers(written)]), context={"form": written})


def _button(given: Mapping[str, Any]) -> Contents:
    """A quick reply of a template."""
    told = part(given.get("button"))
    title = text(told.get("text"), 300)
    return _pressed(text(told.get("payload"), 300) or title, title)


def _pressed(id_: str, title: str) -> Contents:
    return Contents(text=title, choice=Choice(id_, title))


def _order(given: Mapping[str, Any]) -> Contents:
    """A basket of the catalogue: readable lines, and the numbers beside them."""
    told = part(given.get("order"))
    items = parts(told.get("product_items"))
    lines = [f"{one.get('quantity')} × {one.get('product_retailer_id')}: {one.get('item_price')} {one.get('currency')}" for one in items]
    said = text(told.get("text"))
    context = {"order": {"catalog": text(told.get("catalog_id"), 100), "lines": lines}}
    return Contents(text="\n".join([*([said] if said else []), *lines])[:20_000], context=context)


def _unsupported(given: Mapping[str, Any]) -> Contents:
    """What WhatsApp itself does not hand on: polls, messages to be seen once, …"""
    errors = parts(given.get("errors"))
    what = text(part(given.get("unsupported")).get("type"), 60)
    return Contents(context={"unsupported": what or (text(errors[0].get("title"), 200) if errors else "") or "unsupported"})


READERS: Mapping[str, Callable[[Mapping[str, Any]], Contents]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "unsupported": _unsupported,
    "unknown": _unsupported,
}
