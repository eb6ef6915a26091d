"""What colleagues do to messages that are there: put a sign on one, change or take back one of ours. The outbox carries it out."""

from collections.abc import Callable

from connectors.manifest import Manifest
from connectors.text import count
from hub.conversations.checks import refuse
from hub.conversations.reading import QUERIES
from hub.errors import Conflict
from hub.kernel.database import Database, Record


class Acting:
    """Writes actions down. The caller has looked the message up through its customer."""

    def __init__(self, database: Database, manifest: Callable[[str], Manifest], committed: Callable[[], None]) -> None:
        self._database = database
        self._manifest = manifest
        self._committed = committed

    async def react(self, agent: str, message: str, emoji: str) -> None:
        """Put a sign on a message; an empty one takes ours away. Raises Invalid, Conflict."""
        row, manifest = await self._on_channel(message)
        if not manifest.reactions:
            raise Conflict("not_supported", f"{manifest.id} has no reactions")
        if row["direction"] == "note":
            raise Conflict("not_supported", "a note goes to nobody")
        if emoji and manifest.emojis and emoji not in manifest.emojis:
            raise refuse("emoji", f"this channel knows only {' '.join(manifest.emojis)}")
        await self._write(agent, message, "react", emoji=emoji)

    async def edit(self, agent: str, message: str, text: str) -> None:
        """Change what a message of ours says. Raises Invalid, Conflict."""
        row, manifest = await self._ours(message)
        if not manifest.edits:
            raise Conflict("not_supported", f"{manifest.id} cannot change what was sent")
        if row["in_parts"] or row["is_template"]:
            raise Conflict("not_supported", "a template, or a message that went in several parts, cannot be changed")
        if not text.strip():
            raise refuse("text", "is empty; to take the message back, delete it")
        if manifest.text_limit and count(text, manifest.text_unit) > manifest.text_limit:
            raise refuse("text", f"at most {manifest.text_limit} {manifest.text_unit} on this channel")
        await self._write(agent, message, "edit", text=text)

    async def delete(self, agent: str, message: str) -> None:
        """Take a message of ours back, there and here. Raises Conflict."""
        _, manifest = await self._ours(message)
        if not manifest.deletions:
            raise Conflict("not_supported", f"{manifest.id} cannot take back what was sent")
        await self._write(agent, message, "delete")

    async def _ours(self, message: str) -> tuple[Record, Manifest]:
        row, manifest = await self._on_channel(message)
        if row["direction"] != "out":
            raise Conflict("not_ours", "only a message of ours can be changed or taken back")
        return row, manifest

    async def _on_channel(self, message: str) -> tuple[Record, Manifest]:
        row = await self._database.row(QUERIES.acted_on, message)
        if row is None or row["connector"] is None:
            raise Conflict("not_supported", "this message is on no channel")
        if not row["enabled"]:
            raise Conflict("channel_off", "the channel of this message is switched off")
        if row["deleted_at"] is not None:
            raise Conflict("deleted", "this message was taken back")
        if row["state"] in {"failed", "canceled"}:
            raise Conflict("not_sent", "this message was never sent")
        return row, self._manifest(row["connector"])

    async def _write(self, agent: str, message: str, kind: str, *, emoji: str = "", text: str = "") -> None:
        if await self._database.value(QUERIES.act, message, agent, kind, emoji, text):
            self._committed()
