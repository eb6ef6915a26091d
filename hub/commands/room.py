"""The room of channels, opened for one command over the hub's own database."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any
from uuid import UUID

import msgspec

from connectors.egress import WebEgress
from connectors.registry import UnknownConnector
from connectors.settings import InvalidSettings
from hub.channels.administration import Administration
from hub.channels.ground import Ground
from hub.channels.store import ChannelStore
from hub.errors import Conflict, NotFound, SetupError
from hub.kernel.secrets import Secrets, read_key
from hub.looking_after import at_hand
from hub.settings import Settings
from hub.storage import Storage


@asynccontextmanager
async def opened_room(settings: Settings) -> AsyncIterator[tuple[Storage, Administration]]:
    """The room of channels over the same database; what is refused leaves as one sentence."""
    secrets = Secrets(read_key(settings.data.path / "key"))
    with refusals():
        async with at_hand(settings) as storage, WebEgress(settings.egress.private) as egress:
            store = ChannelStore(storage.database, secrets, settings.data.path / "channels.sealed")
            known = await store.all()
            ground = Ground(secrets, egress, settings.smtp.host, lambda: _public_url(settings), lambda: known)
            yield storage, Administration(storage.database, store, ground, lambda: None)


def _public_url(settings: Settings) -> str:
    return settings.server.public_url.rstrip("/") or f"http://{settings.server.host}:{settings.server.port}"


@contextmanager
def refusals() -> Iterator[None]:
    """What connectors say about settings, as one sentence."""
    try:
        yield
    except (UnknownConnector, InvalidSettings) as error:
        raise SetupError(str(error)) from error


async def find(room: Administration, named: str) -> UUID:
    """The id of a channel that was named by its id or its name. Raises NotFound, Conflict."""
    with suppress(ValueError):
        return (await room.store.one(UUID(named))).id
    found = [tile.id for tile in await room.reading.tiles(archived=True) if tile.name == named]
    if not found:
        raise NotFound("not_found", f"there is no channel {named!r}; `hilo channel list` shows them")
    if len(found) > 1:
        raise Conflict("ambiguous", f"several channels are called {named!r}: name it by its id")
    return UUID(found[0])


async def queue_named(storage: Storage, name: str | None) -> UUID | None:
    """The id of a queue. Raises NotFound."""
    if name is None:
        return None
    found: UUID | None = await storage.database.value("SELECT id FROM queue WHERE name = $1", name)
    if found is None:
        raise NotFound("not_found", f"there is no queue {name!r}; `hilo queue list` shows them")
    return found


def print_json(what: Any) -> None:
    """For programs, and still readable."""
    print(json.dumps(msgspec.to_builtins(what), ensure_ascii=False, indent=2))
