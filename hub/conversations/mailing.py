"""A mail as it will travel: what was typed, its signature, what it quotes or passes on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.plain import text_of
from hub.conversations.checks import File, copies, refuse
from hub.conversations.html import clean_html, inline_ids
from hub.conversations.letters import (
    Letter,
    Piece,
    answer_subject,
    forwarded,
    language_of,
    letter_of,
    put_together,
    quoted,
    signature,
    zone_of,
)
from hub.conversations.model import AddressView, NewMessage
from hub.conversations.reading import QUERIES
from hub.errors import NotFound
from hub.kernel.blobs import BlobMissing
from hub.kernel.database import Database, Record

DOUBTS = frozenset({"several_senders", "own_address", "failed_authentication"})
"""Of a mail whose sender is less than certain: whom it names was perhaps never meant."""


class Signatures(Protocol):
    """Knows what stands below a colleague's mails."""

    async def filled(self, agent: str, channel: str) -> str: ...


class BlobReader(Protocol):
    """Gives bytes back by their SHA-256."""

    async def read(self, sha256: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Worded:
    """What travels. `html` is empty where it goes as text alone; `inline`: the files that the HTML shows."""

    html: str
    subject: str
    inline: list[str]
    context: dict[str, Any] = field(default_factory=dict)


class Mailing:
    """Words mails."""

    def __init__(self, database: Database, blobs: BlobReader, signatures: Signatures) -> None:
        self._database = database
        self._blobs = blobs
        self._signatures = signatures

    async def read_html(self, body: NewMessage) -> str:
        """The typed HTML, cleaned; its text becomes the message's where none was given. Raises Invalid."""
        if not body.html:
            return ""
        html = await clean_html(body.html)
        if not body.text.strip():
            body.text = await asyncio.to_thread(text_of, html)
        here = {one.lower() for one in body.attachments}
        if strange := [one for one in inline_ids(html) if one.lower() not in here]:
            raise refuse("html", f"shows pictures that are not among the attachments: {', '.join(strange)}")
        return html

    async def passed_on(self, body: NewMessage) -> list[File]:
        """The files that go with a message that is passed on."""
        if body.forward is None or not body.forward.files:
            return []
        rows = await self._database.rows(QUERIES.passed_on, body.forward.message)
        return [File(row["name"], row["size"], row["content_type"]) for row in rows]

    async def word(self, agent: str, channel: str, body: NewMessage, html: str, address: AddressView, family: Sequence[str]) -> Worded:
        """All that travels of a reply. Raises Invalid when history would go to somebody who is not proved."""
        below, subject, context = list[Piece](), body.subject or "", dict[str, Any]()
        if body.signed and (own := await self._signatures.filled(agent, channel)):
            below.append(signature(own))
        if body.quote:
            row = await self._letter(body.quote, "quote")
            await self._check_quotable(row, [address.value, *copies("cc", body.cc), *copies("bcc", body.bcc)], family)
            below.append(quoted(await self._read(row), _language(row), zone_of(body.zone)))
        if body.forward:
            given, row = body.forward, await self._letter(body.forward.message, "forward")
            below.append(forwarded(await self._read(row), _language(row), zone_of(body.zone), html=given.html, files=given.files))
            subject = subject or answer_subject(row["subject"], "Fwd")
            context["forward"] = {"message": given.message.lower(), "files": given.files}
        if body.opens and not await self._database.value(QUERIES.ever_wrote, address.kind, address.value):
            context["unasked"] = True
        whole = await asyncio.to_thread(put_together, Piece(body.text, html), below, html=bool(html) or _has_form(body, below))
        if below:
            context["full_text"] = whole.text
        return Worded(whole.html, subject, [one.lower() for one in inline_ids(html)], context)

    async def _letter(self, message: str, field_: str) -> Record:
        row = await self._database.row(QUERIES.letter, message)
        if row is None:
            raise refuse(field_, "only a message from or to the customer, that was not taken back")
        return row

    async def _read(self, row: Record) -> Letter:
        try:
            html = (await self._blobs.read(row["html"])).decode(errors="replace") if row["html"] else ""
        except BlobMissing as error:
            raise NotFound("file_lost", f"the bytes {error} are not in the store") from error
        return await asyncio.to_thread(letter_of, row, html)

    async def _check_quotable(self, row: Record, recipients: Sequence[str], family: Sequence[str]) -> None:
        """History goes only to the family's proved addresses, to colleagues, and to those who had the very mail that is quoted."""
        known = {one["value"] for one in await self._database.rows(QUERIES.proved, list(family))}
        if row["direction"] == "in" and DOUBTS.isdisjoint(row["context"]):
            known |= {one.lower() for name in ("to", "cc") for one in row["context"].get(name, ())}
        if strangers := [one for one in recipients if one not in known]:
            raise refuse("quote", f"earlier messages are quoted only to addresses that are proved; not to {', '.join(strangers)}")


def _has_form(body: NewMessage, below: Sequence[Piece]) -> bool:
    """Whether a mail that was typed as text is to travel with HTML all the same: what it passes on has a form of its own."""
    return body.forward is not None and body.forward.html and any(one.html for one in below)


def _language(row: Record) -> str:
    return language_of(row["locale"], row["brand_locale"])
