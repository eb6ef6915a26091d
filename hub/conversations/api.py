"""HTTP: the conversation with a customer."""

import asyncio

from aiohttp import web

from hub.conversations.acting import Acting
from hub.conversations.files import BlobStore, Files
from hub.conversations.html import framed, headers
from hub.conversations.model import (
    Attachment,
    ConversationPage,
    FileName,
    FirstMessage,
    HtmlQuery,
    Inline,
    Mentions,
    Message,
    MessageVersions,
    NewDraft,
    NewMessage,
    NewReaction,
    NewText,
    NewTime,
    PageQuery,
    ReadMark,
)
from hub.conversations.reading import Conversations, Customers
from hub.conversations.writing import Writer
from hub.errors import NotFound
from hub.kernel.blobs import BlobMissing
from hub.kernel.web import UPLOAD_LIMIT, Answer, Call, Route, delete, get, patch, post, put


class ConversationsApi:
    """Routes of conversations. Each looks the customer up through the caller first."""

    def __init__(
        self, conversations: Conversations, writer: Writer, acting: Acting, files: Files, blobs: BlobStore, customers: Customers
    ) -> None:
        self._conversations = conversations
        self._writer = writer
        self._acting = acting
        self._files = files
        self._blobs = blobs
        self._customers = customers

    def routes(self) -> list[Route]:
        """All routes of this room."""
        read, write = "conversation.read", "conversation.write"
        customer, message = "/customers/{id}", "/messages/{id}"
        return [
            get("/mentions", self.mentions, needs=read, answers={200: Mentions}),
            get(customer + "/conversation", self.page, needs=read, query=PageQuery, answers={200: ConversationPage}),
            put(customer + "/read", self.mark_read, needs=read, body=ReadMark, answers={204: None}),
            put(customer + "/draft", self.keep_draft, needs=write, body=NewDraft, answers={204: None}),
            post(customer + "/messages", self.write, needs=write, body=NewMessage, answers={201: Message, 200: Message}),
            post("/conversations", self.begin, needs=write, body=FirstMessage, answers={201: Message, 200: Message}),
            put(message + "/send-at", self.reschedule, needs=write, body=NewTime, answers={200: Message}),
            post(message + "/retry", self.retry, needs=write, answers={200: Message}),
            post(message + "/cancel", self.cancel, needs=write, answers={200: Message}),
            patch(message, self.edit, needs=write, body=NewText, answers={200: Message}),
            delete(message, self.delete, needs=write, answers={200: Message}),
            put(message + "/reaction", self.react, needs=write, body=NewReaction, answers={200: Message}),
            delete(message + "/reaction", self.unreact, needs=write, answers={200: Message}),
            get(message + "/html", self.html, needs=read, query=HtmlQuery, answers={200: None}),
            get(message + "/versions", self.versions, needs=read, answers={200: MessageVersions}),
            post("/attachments", self.upload, needs=write, query=FileName, raw_body=True, answers={201: Attachment}),
            post("/attachments/{id}/fetch", self.fetch_again, needs=write, answers={200: Message}),
            get("/attachments/{id}", self.download, needs=read, query=Inline, answers={200: None}),
        ]

    async def page(self, call: Call) -> ConversationPage:
        """A page of the thread, the newest first; messages ascend inside, with what happened between them."""
        return await self._conversations.page(call.who, call.id(), call.query)

    async def mentions(self, call: Call) -> Mentions:
        """Notes in which the caller was mentioned, the newest first."""
        return await self._conversations.mentions(call.who.agent)

    async def mark_read(self, call: Call) -> None:
        """How far the caller has read."""
        await self._writer.mark_read(call.who.agent, await self._root(call), call.body.number)

    async def keep_draft(self, call: Call) -> None:
        """Keep what the caller has begun to write; an empty text removes it."""
        await self._writer.keep_draft(call.who.agent, await self._root(call), call.body)

    async def write(self, call: Call) -> Answer:
        """Write a reply or a note. The same id and body again answers 200 with the same message; with another body 409."""
        root = await self._root(call)
        written = await self._writer.write(call.who.agent, call.id(), root, call.body)
        return Answer(201 if written.fresh else 200, await self._conversations.one(call.who, written.id))

    async def begin(self, call: Call) -> Answer:
        """Write to somebody first, or to somebody who is known about something new. The customer is whoever has the address; one is made
        when nobody has. The same id and body again answers 200 with the same message.
        """
        written = await self._writer.begin(call.who.agent, call.body)
        return Answer(201 if written.fresh else 200, await self._conversations.one(call.who, written.id))

    async def reschedule(self, call: Call) -> Message:
        """Another time for a message that waits for its time; null sends it now. 409 `already_sent`."""
        await self._conversations.owner_for(call.who, call.id())
        await self._writer.reschedule(call.who.agent, call.id(), call.body.send_at)
        return await self._conversations.one(call.who, call.id())

    async def retry(self, call: Call) -> Message:
        """Send again what failed, or whose fate nobody knows."""
        await self._conversations.owner_for(call.who, call.id())
        await self._writer.retry(call.who.agent, call.id())
        return await self._conversations.one(call.who, call.id())

    async def cancel(self, call: Call) -> Message:
        """Take a reply back before it leaves."""
        await self._conversations.owner_for(call.who, call.id())
        await self._writer.cancel(call.who.agent, call.id())
        return await self._conversations.one(call.who, call.id())

    async def edit(self, call: Call) -> Message:
        """Change what a message of ours says; the thread shows it when the provider has taken it."""
        await self._conversations.owner_for(call.who, call.id())
        await self._acting.edit(call.who.agent, call.id(), call.body.text)
        return await self._conversations.one(call.who, call.id())

    async def delete(self, call: Call) -> Message:
        """Take back a message of ours that was sent; what it said is kept for the audit."""
        await self._conversations.owner_for(call.who, call.id())
        await self._acting.delete(call.who.agent, call.id())
        return await self._conversations.one(call.who, call.id())

    async def react(self, call: Call) -> Message:
        """Put a sign on a message; it takes the place of the one that stands there as ours."""
        await self._conversations.owner_for(call.who, call.id())
        await self._acting.react(call.who.agent, call.id(), call.body.emoji)
        return await self._conversations.one(call.who, call.id())

    async def unreact(self, call: Call) -> Message:
        """Take our sign away again."""
        await self._conversations.owner_for(call.who, call.id())
        await self._acting.react(call.who.agent, call.id(), "")
        return await self._conversations.one(call.who, call.id())

    async def html(self, call: Call) -> web.Response:
        """The HTML of a message for a sandboxed frame; pictures from elsewhere only with `images=1`."""
        row = await self._conversations.owner_for(call.who, call.id())
        if row["html"] is None:
            raise NotFound("not_found", "this message has no HTML")
        try:
            markup = (await self._blobs.read(row["html"])).decode(errors="replace")
            pictures = await self._files.pictures(call.id())
        except BlobMissing as error:
            raise NotFound("file_lost", f"the bytes {error} are not in the store") from error
        page = await asyncio.to_thread(framed, markup, call.query.images, pictures)
        return web.Response(text=page, content_type="text/html", headers=headers(call.query.images))

    async def versions(self, call: Call) -> MessageVersions:
        """What a message said before it was edited; nothing of one that was taken back."""
        return MessageVersions(items=await self._conversations.versions(call.who, call.id()))

    async def upload(self, call: Call) -> Answer:
        """Send a file up; a message may name it afterwards."""
        if (call.request.content_length or 0) > UPLOAD_LIMIT:
            raise web.HTTPRequestEntityTooLarge(max_size=UPLOAD_LIMIT, actual_size=call.request.content_length or 0)
        source = call.request.content.iter_chunked(65536)
        return Answer(201, await self._files.upload(call.who, call.query.name, call.request.content_type, source))

    async def fetch_again(self, call: Call) -> Message:
        """Ask the provider once more for a file that could not be fetched."""
        message = await self._files.fetch_again(call.who, call.id())
        return await self._conversations.one(call.who, message)

    async def download(self, call: Call) -> web.StreamResponse:
        """A file, as a download; a safe picture may be shown in place with `inline=1`."""
        return await self._files.download(call.who, call.id(), call.query.inline)

    async def _root(self, call: Call) -> str:
        return (await self._customers.customer_for(call.who, call.id())).id
