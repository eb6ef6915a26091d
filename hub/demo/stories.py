"""What has happened at the demo's company before the first start, told to the hub and to the pretend outside world alike."""

import hashlib
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

from hub.app import Hub
from hub.demo.company import QUERIES, Company
from hub.demo.outside import Outside
from hub.kernel.database import Connection

PICTURE = "image/jpeg"
Said = Mapping[str, Any]


async def tell(hub: Hub, company: Company, outside: Outside | None) -> None:
    """Tell all stories of the channels that are there, oldest first."""
    said = files(__package__).joinpath("stories.toml").read_text(encoding="utf-8")
    stories = [one for one in tomllib.loads(said)["story"] if one["channel"] in company.channels]
    async with hub.storage.database.transaction() as connection:
        for story in sorted(stories, key=lambda one: -one["messages"][0]["ago"]):
            await Telling(hub, connection, company, outside, story).tell()
        await connection.execute(QUERIES.heard_last)
    hub.publisher.wake()


@dataclass
class Telling:
    """One story on its way into the database. `names`: of its messages, at the provider's."""

    hub: Hub
    connection: Connection
    company: Company
    outside: Outside | None
    story: Said
    customer: UUID | None = None
    topic: UUID | None = None
    names: list[str] = field(default_factory=list)

    async def tell(self) -> None:
        for said in self.story["messages"]:
            await self._message(said)
        await self._close()
        await self._describe()

    async def _message(self, said: Said) -> None:
        name = await self._outside(said)
        if said["from"] == "customer":
            row = await self.connection.fetchrow(QUERIES.take, await self._taken(said, name))
            assert row is not None
            self.customer, self.topic = row["customer"], row["topic"]
        else:
            row = await self.connection.fetchrow(QUERIES.write, self._written(said))
            assert row is not None
        await self.connection.execute(QUERIES.sent_long_ago, row["message"], said["ago"], name)
        self.names.append(name)

    async def _outside(self, said: Said) -> str:
        """What the provider calls the message, which stands on the customer's phone as well."""
        if self.outside is None or said.get("note") or not self.outside.knows(self.story["channel"]):
            return str(uuid4())
        when = {"at": time.time() - said["ago"] * 60, "mine": said["from"] == "customer"}
        media = [(one, PICTURE, _picture(one)) for one in [said.get("picture")] if one]
        choices = [{"id": title, "title": title} for title in said.get("choices", ())]
        return await self.outside.happened(self.story, {**when, "text": said["text"], "buttons": choices}, media)

    async def _close(self) -> None:
        """The topic is as old as its messages; a story that ends with a code is over."""
        await self.connection.execute(QUERIES.backdate_events)
        await self.connection.execute(QUERIES.backdate_topic, self.topic)
        await self.connection.execute(QUERIES.wait_since, self.topic)
        if "code" in self.story:
            await self.connection.execute(QUERIES.complete, self.topic, self.company.agents[self.story["by"]], self.story["code"])

    async def _describe(self) -> None:
        story, run = self.story, self.connection.execute
        await run(QUERIES.describe, self.customer, story.get("fields", {}), story.get("locale", "es"), story["name"])
        for tag in story.get("tags", ()):
            await run(QUERIES.tag, self.customer, tag)
        if promise := story.get("promise"):
            await run(QUERIES.promise, self.customer, self.company.agents[promise["by"]], promise["text"])

    async def _taken(self, said: Said, name: str) -> dict[str, Any]:
        story = self.story
        pressed = {"content": {"choice": {"id": said["text"], "title": said["text"]}}} if said.get("pressed") else {}
        return {
            "id": str(uuid4()),
            "channel": str(self.company.channels[story["channel"]]),
            "external_id": name,
            "delivery": None,
            "kind": story["kind"],
            "value": story["value"],
            "name": story["name"],
            "subject": story["subject"],
            "text": said["text"],
            "html": None,
            "provider_at": None,
            "answers": [],
            "session": "",
            "automatic": False,
            "language": story.get("locale", "es"),
            "proves": [],
            "claims": story.get("claims", {}),
            "context": {},
            "queue": str(self.company.queues[story["queue"]]),
            "attachments": await self._files(said),
            "reopen_s": 0,
            **pressed,
        }

    async def _files(self, said: Said) -> list[dict[str, Any]]:
        if "picture" not in said:
            return []
        stored = await self.hub.blobs.put(_picture(said["picture"]))
        await self.connection.execute(QUERIES.keep_blob, stored.sha256, stored.size)
        kept = {"blob": stored.sha256.hex(), "size": stored.size, "content_type": PICTURE, "kind": "image"}
        return [{"id": str(uuid4()), "name": said["picture"], "content_id": "", **kept}]

    def _written(self, said: Said) -> dict[str, Any]:
        story, note = self.story, said.get("note", False)
        choices = [{"id": title, "title": title} for title in said.get("choices", ())]
        return {
            "id": str(uuid4()),
            "customer": str(self.customer),
            "topic": str(self.topic),
            "direction": "note" if note else "out",
            "channel": None if note else str(self.company.channels[story["channel"]]),
            "address": None if note else {"kind": story["kind"], "value": story["value"], "name": story["name"]},
            "subject": "",
            "text": said["text"],
            "html": None,
            "author_kind": "human",
            "author": str(self.company.agents[said["from"]]),
            "uploader": "",
            "attachments": [],
            "reply_to": None,
            "send_at": None,
            "undo_s": 3600,
            "request": {},
            "context": {"choices": choices} if choices else {},
            "body_hash": hashlib.sha256(said["text"].encode()).hexdigest(),
        }


def _picture(name: str) -> bytes:
    return files(__package__).joinpath("pictures", name).read_bytes()
