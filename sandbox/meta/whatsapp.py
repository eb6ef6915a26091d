"""WhatsApp's side of pretend Meta: what its webhooks look like, and what `/messages` takes."""

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from sandbox.double import Shown
from sandbox.meta.answers import GraphError
from sandbox.meta.company import ACCOUNT_ID, NUMBERS, TEMPLATES
from sandbox.meta.files import Files, kind_of
from sandbox.meta.people import DAY_S, Person

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT = 4096, 1024, 3
FILES = ("image", "video", "audio", "document", "sticker")
VARIABLE = re.compile(r"\{\{(\w+)\}\}")


def new_id() -> str:
    """A message's id."""
    return "wamid.HBg" + secrets.token_urlsafe(24)


# ── Webhooks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def entry(field: str, value: Mapping[str, Any], account: str) -> dict[str, Any]:
    """One entry of a webhook with one change, which concerns one of the company's numbers."""
    metadata = {"display_phone_number": NUMBERS[account], "phone_number_id": account}
    return {"id": ACCOUNT_ID, "changes": [{"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}]}


def contact(person: Person) -> dict[str, Any]:
    """What is told of a person: with a user name, the number is not."""
    profile = {"name": person.name or "~", **({"username": person.username} if person.username else {})}
    number = {} if person.username else {"wa_id": person.id}
    return {"profile": profile, **number, "user_id": person.user_id}


def message(
    person: Person, kind: str, content: Any, *, id_: str = "", reply_to: str = "", more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A message as it is told."""
    number = {} if person.username else {"from": person.id}
    context = {"context": {"from": NUMBERS[person.account], "id": reply_to}} if reply_to else {}
    at = str(int(time.time()))
    return {
        **number,
        "from_user_id": person.user_id,
        "id": id_ or new_id(),
        "timestamp": at,
        "type": kind,
        kind: content,
        **context,
        **(more or {}),
    }


def status(person: Person, sent: Shown, state: str, *, error: tuple[int, str] | None = None) -> dict[str, Any]:
    """What became of a message of the business's."""
    number = {} if person.username else {"recipient_id": person.id}
    told: dict[str, Any] = {
        "id": sent.id,
        "status": state,
        "timestamp": str(int(time.time())),
        **number,
        "recipient_user_id": person.user_id,
    }
    if sent.extra.get("opaque"):
        told["biz_opaque_callback_data"] = sent.extra["opaque"]
    if error:
        told["errors"] = [{"code": error[0], "title": error[1], "message": error[1], "error_data": {"details": error[1]}}]
    return told


# ── /messages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_outgoing(body: Mapping[str, Any], files: Files) -> Shown:
    """What the business sends, as the phone shows it. Raises GraphError as Meta refuses it."""
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    kind = str(body.get("type") or "text")
    content = body.get(kind)
    if not isinstance(content, dict):
        raise GraphError(100, f"The parameter {kind} is required.")
    shown = Shown(new_id(), "", mine=False, app="whatsapp", state="sent", reply_to=str((body.get("context") or {}).get("message_id") or ""))
    shown.extra = {"opaque": str(body.get("biz_opaque_callback_data") or ""), "kind": kind}
    READERS.get(kind, _unknown)(shown, kind, content, files)
    return shown


def _unknown(_: Shown, kind: str, __: Mapping[str, Any], ___: Files) -> None:
    raise GraphError(131051, "Unsupported message type", details=f"{kind} is not supported")


def _text(shown: Shown, _: str, content: Mapping[str, Any], __: Files) -> None:
    shown.text = str(content.get("body") or "")
    if not 0 < len(shown.text) <= TEXT_LIMIT:
        raise GraphError(100, f"Param text['body'] must be at least 1 and at most {TEXT_LIMIT} characters long.")


def _file(shown: Shown, kind: str, content: Mapping[str, Any], files: Files) -> None:
    shown.text = str(content.get("caption") or "")
    if shown.text and kind in ("audio", "sticker"):
        raise GraphError(100, f"Unexpected key 'caption' on param '{kind}'.")
    if len(shown.text) > CAPTION_LIMIT:
        raise GraphError(100, f"Param {kind}['caption'] must be at most {CAPTION_LIMIT} characters long.")
    if content.get("link"):
        shown.media = [{"name": str(content.get("filename") or kind), "type": "", "url": str(content["link"]), "kind": kind}]
        return
    file = files.needed(content.get("id"))
    wanted = {"document": None, "sticker": "image"}.get(kind, kind)
    if wanted and kind_of(file.type) != wanted:
        raise GraphError(131053, "Media upload error", details=f"a {file.type} is no {kind}")
    shown.media = [{**file.shown(), "kind": "voice" if content.get("voice") else "file" if kind == "document" else kind}]


def _interactive(shown: Shown, _: str, content: Mapping[str, Any], __: Files) -> None:
    shown.text = str((content.get("body") or {}).get("text") or "")
    action = content.get("action") or {}
    if content.get("type") == "button":
        replies = [one.get("reply") or {} for one in action.get("buttons") or []]
        longest, most = 20, BUTTON_LIMIT
    else:
        replies = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
        longest, most = 24, 10
        if not action.get("button"):
            raise GraphError(131009, "Parameter value is not valid", details="a list needs a button")
    if not shown.text or not 0 < len(replies) <= most or any(len(str(one.get("title"))) > longest for one in replies):
        raise GraphError(
            131009, "Parameter value is not valid", details=f"1 to {most} choices of at most {longest} characters, below a text"
        )
    shown.buttons = [{"id": str(one["id"]), "title": str(one.get("description") or one["title"])} for one in replies]
    shown.extra["interactive"] = str(content.get("type"))


def _template(shown: Shown, _: str, content: Mapping[str, Any], __: Files) -> None:
    code = str((content.get("language") or {}).get("code"))
    known = next((one for one in TEMPLATES if (one["name"], one["language"]) == (content.get("name"), code)), None)
    if known is None or known["status"] != "APPROVED":
        raise GraphError(132001, "Template name does not exist in the translation", status=404, details=f"{content.get('name')} ({code})")
    given = {str(one.get("type")).upper(): one.get("parameters") or [] for one in content.get("components") or []}
    lines = [_filled(part, given) for part in known["components"]]  # type: ignore[attr-defined]
    shown.text = "\n\n".join(filter(None, lines))
    buttons = [one for part in known["components"] if part["type"] == "BUTTONS" for one in part["buttons"]]  # type: ignore[attr-defined]
    shown.buttons = [{"id": one["text"], "title": one["text"]} for one in buttons if one["type"] == "QUICK_REPLY"]
    shown.extra["template"] = str(known["name"])


def _filled(part: Mapping[str, Any], given: Mapping[str, list[dict[str, Any]]]) -> str:
    said, values = str(part.get("text") or ""), given.get(str(part["type"]), [])
    names = VARIABLE.findall(said)
    if len(values) != len(names):
        raise GraphError(132000, "Number of parameters does not match", details=f"{part['type']}: {len(values)} of {len(names)}")
    for place, (name, value) in enumerate(zip(names, values, strict=True), 1):
        if not name.isdigit() and value.get("parameter_name") != name:
            raise GraphError(132000, "Number of parameters does not match", details=f"{name} is missing at {place}")
        said = said.replace(f"{{{{{name}}}}}", str(value.get("text")))
    return said


READERS = {"text": _text, "interactive": _interactive, "template": _template, **dict.fromkeys(FILES, _file)}


def refusal(person: Person, sent: Shown) -> tuple[int, str] | None:
    """Why it will not arrive. WhatsApp takes such a message all the same, and says so afterwards."""
    if sent.extra["kind"] != "template" and person.window() > DAY_S:
        return 131047, "Re-engagement message"
    return (131026, "Message undeliverable") if not person.id else None
