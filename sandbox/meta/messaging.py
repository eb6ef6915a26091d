"""Messenger's and Instagram's side of pretend Meta: what their webhooks look like, and what `/me/messages` takes."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

from sandbox.double import Shown
from sandbox.meta.answers import GraphError
from sandbox.meta.company import APP_ID, INSTAGRAM_ID, PAGE_ID, SECOND_PAGE_ID
from sandbox.meta.files import File, Files
from sandbox.meta.people import DAY_S, Person

OBJECTS = {"messenger": "page", "second_page": "page", "instagram": "instagram"}
ACCOUNTS = {"messenger": PAGE_ID, "second_page": SECOND_PAGE_ID, "instagram": INSTAGRAM_ID}
LIMITS = {"messenger": 2000, "second_page": 2000, "instagram": 1000}
WEEK_S = 7 * DAY_S
NAMES = {"❤️": "love", "😆": "smile", "😮": "wow", "😢": "sad", "😠": "angry", "👍": "like", "👎": "dislike"}
INBOX_APP = 263902037430900
"""The app id of Meta's own inbox."""


def new_id() -> str:
    """A message's id."""
    return "m_" + secrets.token_urlsafe(32)


# ── Webhooks ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def entry(app: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    """One entry of a webhook."""
    return {"id": ACCOUNTS[app], "time": now_ms(), "messaging": items}


def item(person: Person, what: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Something that a person did."""
    return {"sender": {"id": person.id}, "recipient": {"id": ACCOUNTS[person.app]}, "timestamp": now_ms(), what: dict(content)}


def echo(person: Person, sent: Shown, app_id: int) -> dict[str, Any]:
    """A message of the page's, as it comes back."""
    metadata = {"metadata": sent.extra["metadata"]} if sent.extra.get("metadata") else {}
    files = {"attachments": [{"type": one["kind"], "payload": {"url": one.get("url", "")}} for one in sent.media]} if sent.media else {}
    said = {"text": sent.text} if sent.text else {}
    told = {"mid": sent.id, "is_echo": True, "app_id": app_id, **metadata, **said, **files}
    return {"sender": {"id": ACCOUNTS[person.app]}, "recipient": {"id": person.id}, "timestamp": now_ms(), "message": told}


def attachment(file: File, address: str) -> dict[str, Any]:
    """A file of a message: the address is signed, and good without a token."""
    first = file.type.split("/")[0]
    kind = file.kind if file.kind == "sticker" else first if first in ("image", "video", "audio") else "file"
    return {"type": kind, "payload": {"url": address, **({"sticker_id": int(file.id)} if kind == "sticker" else {})}}


def now_ms() -> int:
    return int(time.time() * 1000)


# ── /me/messages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def read_outgoing(app: str, person: Person, body: Mapping[str, Any], files: Files) -> Shown:
    """What the business sends, as the phone shows it. Raises GraphError as Meta refuses it."""
    _check_reachable(person, body)
    given = body.get("message")
    if not isinstance(given, dict) or bool(given.get("text")) == bool(given.get("attachment")):
        raise GraphError(100, "Either text or attachment must be set")
    text = str(given.get("text") or "")
    if len(text.encode() if app == "instagram" else text) > LIMITS[app]:
        raise GraphError(100, f"Length of param message[text] must be less than or equal to {LIMITS[app]}", sub=2018034)
    shown = Shown(new_id(), person.id, mine=False, app=app, text=text, state="sent")
    shown.reply_to = str((body.get("reply_to") or {}).get("mid") or "")
    shown.buttons = [{"id": str(one["payload"]), "title": str(one["title"])} for one in given.get("quick_replies") or []]
    shown.extra = {"metadata": str(given.get("metadata") or ""), "tag": str(body.get("tag") or "")}
    if given.get("attachment"):
        shown.media = [_media(given["attachment"], files)]
    return shown


def _check_reachable(person: Person, body: Mapping[str, Any]) -> None:
    """A blocked page, and the window: a day for everybody, a week for a human's answer that says so."""
    if person.blocked:
        raise GraphError(551, "This person isn't available right now.", sub=1545041, status=400)
    tagged = body.get("messaging_type") == "MESSAGE_TAG" and body.get("tag") == "HUMAN_AGENT"
    if person.window() > (WEEK_S if tagged else DAY_S):
        raise GraphError(10, "This message is sent outside of allowed window.", sub=2018278)
    if body.get("messaging_type") not in ("RESPONSE", "UPDATE", "MESSAGE_TAG"):
        raise GraphError(100, "Param messaging_type is required")


def _media(given: Mapping[str, Any], files: Files) -> dict[str, Any]:
    payload = given.get("payload") or {}
    if payload.get("url"):
        return {"name": str(payload["url"]).rsplit("/", 1)[-1][:60], "type": "", "url": str(payload["url"]), "kind": str(given.get("type"))}
    return {**files.needed(payload.get("attachment_id")).shown(), "kind": str(given.get("type"))}


def reaction(target: str, sign: str) -> dict[str, Any]:
    """A reaction as it is told; without a sign, that it was taken away."""
    if not sign:
        return {"mid": target, "action": "unreact"}
    return {"mid": target, "action": "react", "reaction": NAMES.get(sign, "other"), "emoji": sign}


APP = int(APP_ID)
