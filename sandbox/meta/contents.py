"""What a customer of pretend Meta says, in the shape in which the business is told; pure but for the files that are kept."""

from collections.abc import Mapping
from typing import Any

from sandbox.double import Shown
from sandbox.meta import messaging, whatsapp
from sandbox.meta.files import Files
from sandbox.meta.people import Person

Given = Mapping[str, Any]


def on_whatsapp(person: Person, given: Given, files: Files) -> list[dict[str, Any]]:
    """Messages: each file is one of its own, the words are the first one's caption."""
    found = [whatsapp.message(person, *one, reply_to=str(given.get("reply_to") or "")) for one in _whatsapp_contents(given, files)]
    if given.get("forwarded"):
        found = [{**one, "context": {**one.get("context", {}), "forwarded": True}} for one in found]
    return found


def _whatsapp_contents(given: Given, files: Files) -> list[tuple[str, Any]]:
    text = str(given.get("text") or "")
    if location := given.get("location"):
        return [("location", location)]
    if card := given.get("contact"):
        phones = [{"phone": str(card.get("phone") or ""), "type": "CELL"}]
        return [("contacts", [{"name": {"formatted_name": str(card.get("name") or "")}, "phones": phones}])]
    found = [_whatsapp_file(files, one) for one in given.get("media") or ()]
    if text and found and found[0][0] not in ("audio", "sticker"):
        found[0][1]["caption"] = text
    elif text:
        found.append(("text", {"body": text}))
    return found


def _whatsapp_file(files: Files, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    file = files.given(given)
    shown = file.shown()["kind"]
    kind = {"file": "document", "voice": "audio"}.get(shown, shown)
    voice = {"voice": shown == "voice"} if kind == "audio" else {}
    named = {"filename": file.name} if kind == "document" else {}
    return kind, {"id": file.id, "mime_type": file.type, "sha256": "", **voice, **named}


def on_page(person: Person, given: Given, files: Files, address: str) -> list[dict[str, Any]]:
    """Files together are one message, words another."""
    reply = {"reply_to": {"mid": str(given["reply_to"])}} if given.get("reply_to") else {}
    attached = [messaging.attachment(one, f"{address}/meta/cdn/{one.id}/{one.name}") for one in map(files.given, given.get("media") or ())]
    found = [messaging.item(person, "message", {"mid": messaging.new_id(), "attachments": attached, **reply})] if attached else []
    return [*found, words(person, str(given["text"]), reply)] if given.get("text") else found


def words(person: Person, text: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A message that is text."""
    return messaging.item(person, "message", {"mid": messaging.new_id(), "text": text, **(more or {})})


def shown_of(person: Person, told: Mapping[str, Any], given: Given, files: Files) -> Shown:
    """The same message on the customer's own phone."""
    on_page_ = person.app != "whatsapp"
    content = told["message"] if on_page_ else told.get(str(told["type"]))
    said = content if isinstance(content, dict) else {}
    text = str(said.get("body") or said.get("caption") or said.get("text") or ("" if _file_ids(said) else given.get("text")) or "")
    shown = Shown(str(said["mid"] if on_page_ else told["id"]), person.id, mine=True, text=text, app=person.app, account=person.account)
    shown.reply_to = str(given.get("reply_to") or "")
    shown.media = [file.shown() for one in _file_ids(said) if (file := files.find(one))]
    shown.extra = {key: given[key] for key in ("location", "contact") if given.get(key)}
    return shown


def _file_ids(said: Mapping[str, Any]) -> list[str]:
    """The files in a message, of either shape."""
    if said.get("attachments"):
        return [str(one["payload"]["url"]).split("/")[-2] for one in said["attachments"]]
    return [str(said["id"])] if "mime_type" in said else []
