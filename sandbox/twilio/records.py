"""Messages as pretend Twilio keeps them, and how its API shows them: the history that a sweep reads."""

import time
from base64 import b64encode
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from sandbox.twilio.company import ACCOUNT_SID, new_sid

ROOT = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
KEPT = 5000


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message."""

    sid: str
    type: str
    data: bytes
    name: str = ""

    def shown(self, *, whatsapp: bool) -> dict[str, Any]:
        """As a phone shows it."""
        return {"name": self.name, "type": self.type, "kind": self.kind(whatsapp=whatsapp), "data": b64encode(self.data).decode()}

    def kind(self, *, whatsapp: bool) -> str:
        """On WhatsApp a voice note is Ogg, a sticker WebP."""
        special = {"audio/ogg": "voice", "image/webp": "sticker"} if whatsapp else {}
        broad = self.type.partition("/")[0]
        return special.get(self.type) or (broad if broad in ("image", "audio", "video") else "file")


@dataclass(slots=True)
class Record:
    """A message, in or out. `from_` and `to` as Twilio writes them (`whatsapp:+34…`)."""

    sid: str
    direction: str
    from_: str
    to: str
    body: str
    status: str
    service: str = ""
    callback: str = ""
    files: list[File] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    error_code: int | None = None
    error_message: str | None = None
    at: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)
    queued: bool = False
    """Whether Twilio has not handed it on yet: then it has no date of sending."""

    @property
    def whatsapp(self) -> bool:
        return self.from_.startswith("whatsapp:") or self.to.startswith("whatsapp:")

    @property
    def segments(self) -> int:
        """What Twilio bills: roughly, 160 signs of ASCII or 70 others."""
        size, each = len(self.body), 160 if self.body.isascii() else 70
        return max(1, -(-size // each))

    def shown(self) -> dict[str, Any]:
        """The Message resource."""
        uri = f"{ROOT}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT_SID,
            "messaging_service_sid": self.service or None,
            "from": self.from_ or None,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": self.direction,
            "num_media": str(len(self.files)),
            "num_segments": str(self.segments),
            "error_code": self.error_code,
            "error_message": self.error_message,
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "date_created": formatdate(self.at, usegmt=False).replace("-0000", "+0000"),
            "date_updated": formatdate(self.updated).replace("-0000", "+0000"),
            "date_sent": None if self.queued else formatdate(self.at).replace("-0000", "+0000"),
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }


class Records:
    """All messages, the newest last."""

    def __init__(self) -> None:
        self._all: dict[str, Record] = {}

    def keep(self, record: Record) -> Record:
        self._all[record.sid] = record
        if len(self._all) > KEPT:
            self._all.pop(next(iter(self._all)))
        return record

    def find(self, sid: str) -> Record | None:
        return self._all.get(sid)

    def drop(self, sid: str) -> None:
        self._all.pop(sid, None)

    def all(self) -> list[Record]:
        return list(self._all.values())

    def forget(self) -> None:
        self._all.clear()

    def listed(self, *, to: str = "", from_: str = "", after: float = 0.0, before: float = 0.0) -> list[Record]:
        """As the API lists them: the newest first."""
        return [
            one
            for one in reversed(self._all.values())
            if (not to or one.to == to) and (not from_ or one.from_ == from_) and one.at >= after and (not before or one.at <= before)
        ]


def media(record: Record, file: File) -> dict[str, Any]:
    """The Media resource."""
    when = formatdate(record.at).replace("-0000", "+0000")
    return {
        "sid": file.sid,
        "account_sid": ACCOUNT_SID,
        "parent_sid": record.sid,
        "content_type": file.type,
        "date_created": when,
        "date_updated": when,
        "uri": f"{ROOT}/Messages/{record.sid}/Media/{file.sid}.json",
    }


def message_sid(*, with_files: bool) -> str:
    return new_sid("MM" if with_files else "SM")
