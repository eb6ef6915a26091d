"""Files that lie with pretend Meta: what customers sent and what the business handed over."""

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.double import form_of
from sandbox.meta.answers import GraphError

LIMITS = {"image": 5_000_000, "audio": 16_000_000, "video": 16_000_000}
DOCUMENT_LIMIT = 100_000_000


@dataclass(frozen=True, slots=True)
class File:
    """One file."""

    id: str
    name: str
    type: str
    data: bytes
    kind: str = ""

    def shown(self) -> dict[str, Any]:
        """As the phone shows it."""
        return {"name": self.name, "type": self.type, "data": base64.b64encode(self.data).decode(), "kind": self.kind or kind_of(self.type)}


class Files:
    """All of them."""

    def __init__(self) -> None:
        self._known: dict[str, File] = {}

    def keep(self, name: str, type_: str, data: bytes, kind: str = "") -> File:
        file = File(str(secrets.randbelow(10**15) + 10**15), name, type_, data, kind)
        self._known[file.id] = file
        return file

    def given(self, media: dict[str, Any]) -> File:
        """A file of the customer's: {"name", "type", "data" (base64), "kind"}."""
        type_ = str(media.get("type") or "application/octet-stream")
        return self.keep(str(media.get("name") or "file"), type_, base64.b64decode(media.get("data") or ""), str(media.get("kind") or ""))

    def find(self, id_: str) -> File | None:
        return self._known.get(id_)

    def needed(self, id_: object) -> File:
        """Raises GraphError."""
        file = self._known.get(str(id_))
        if file is None:
            raise GraphError(100, f"Media ID {id_} does not exist", sub=33)
        return file

    async def handed_over(self, request: web.Request, part: str) -> tuple[File, dict[str, str]]:
        """The file of a form, and its other fields. Raises GraphError."""
        fields, files = await form_of(request)
        if part not in files:
            raise GraphError(100, f"({part}) is required")
        name, type_, data = files[part]
        if len(data) > LIMITS.get(kind_of(type_), DOCUMENT_LIMIT):
            raise GraphError(131053, "Media upload error", details="the file is too large")
        return self.keep(name, type_, data), fields

    def all(self) -> list[File]:
        return list(self._known.values())

    def recall(self, files: list[File]) -> None:
        self._known = {one.id: one for one in files}

    def forget(self) -> None:
        self._known.clear()


def kind_of(type_: str) -> str:
    """image, audio, video or file."""
    first = type_.partition("/")[0]
    return first if first in LIMITS else "file"
