"""What the bot gives with a call: query, form, form with files, or JSON; Telegram takes all four."""

import json
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    name: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Form:
    """The parameters of a call, and the files beside them. Numbers, lists and objects may come as JSON in a text."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "")

    def number(self, name: str, default: int = 0) -> int:
        """Raises HTTPBadRequest for what is no number."""
        try:
            return int(self.values.get(name) or default)
        except (TypeError, ValueError):
            raise web.HTTPBadRequest(text=f"{name} must be a number") from None

    def object(self, name: str) -> Any:
        """A list or an object; None when it is not there or cannot be read."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            return None


async def read_form(request: web.Request) -> Form:
    """All that a call brings."""
    form = Form(dict(request.query))
    body = await request.read()
    if request.content_type == "application/json" and body:
        form.values.update(json.loads(body))
    elif request.content_type == "multipart/form-data":
        _read_parts(form, request.headers["Content-Type"], body)
    elif body:
        form.values.update(await request.post())
    return form


def _read_parts(form: Form, content_type: str, body: bytes) -> None:
    """The body has been read already, so the parts are read as a mail's would be."""
    whole = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    for part in whole.get_payload():
        name, file = str(part.get_param("name", header="content-disposition")), part.get_filename()  # type: ignore[union-attr]
        data = part.get_payload(decode=True)  # type: ignore[union-attr]
        if file is None:
            form.values[name] = data.decode()  # type: ignore[union-attr]
        else:
            form.files[name] = Upload(file, part.get_content_type(), data)  # type: ignore[union-attr, arg-type]
