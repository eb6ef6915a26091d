"""What the command line does for a hub's people and channels. Each works beside a running hub, on the same database."""

import getpass
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from connectors.registry import UnknownConnector, load, manifest, packages
from connectors.settings import FormField, InvalidSettings, form
from hub.channels.store import QUERIES as CHANNELS
from hub.channels.store import ChannelStore
from hub.errors import Conflict, NotFound, SetupError
from hub.kernel.secrets import Secrets, read_key
from hub.kernel.site import DIST
from hub.people.agents import checked_name
from hub.people.model import AgentChange, NewAgent
from hub.people.people import People
from hub.settings import Settings
from hub.storage import Storage, opened_storage
from hub.work.sql import QUERIES as WORK


@asynccontextmanager
async def _storage(settings: Settings) -> AsyncIterator[Storage]:
    settings.data.path.mkdir(parents=True, exist_ok=True)
    async with opened_storage(settings, owner=False) as storage:
        await storage.prepare()
        yield storage


async def check(settings: Settings) -> None:
    """Say of each thing the hub stands on whether it is well. Raises SetupError at the first that is not."""
    settings.data.path.mkdir(parents=True, exist_ok=True)
    print(f"settings   read; data in {settings.data.path}")
    read_key(settings.data.path / "key")
    print("key        there")
    async with _storage(settings) as storage:
        version = await storage.database.value("SHOW server_version")
        number = await storage.database.value("SELECT max(number) FROM migration")
        print(f"database   PostgreSQL {version}, migration {number}")
    if not (DIST / "index.html").is_file():
        raise SetupError("the console has not been built: run `make setup`")
    print("console    built")


async def list_users(settings: Settings) -> None:
    """Everybody, one a line."""
    async with _storage(settings) as storage:
        for row in await storage.database.rows("SELECT email, name, role, enabled FROM agent ORDER BY email"):
            print(f"{row['email']:<32} {row['role']:<11} {'' if row['enabled'] else 'disabled  '}{row['name']}")


async def add_user(settings: Settings, email: str, name: str, role: str) -> None:
    """A new colleague."""
    password = _password()
    async with _people(settings) as (_, people):
        id_ = await people.agents.create(NewAgent(email=email, name=name, role=role, password=password))  # type: ignore[arg-type]
        print(id_)


async def set_password(settings: Settings, email: str) -> None:
    """A new password for somebody."""
    password = _password()
    async with _people(settings) as (storage, people):
        await people.agents.change(await _agent(storage, email), AgentChange(password=password))
        print("changed; whoever was signed in must sign in again")


async def disable_user(settings: Settings, email: str) -> None:
    """Somebody may not sign in any more."""
    async with _people(settings) as (storage, people):
        await people.agents.change(await _agent(storage, email), AgentChange(enabled=False))
        print("disabled")


async def list_queues(settings: Settings) -> None:
    """Every queue, one a line, with who serves it."""
    async with _storage(settings) as storage:
        for row in await storage.database.rows(WORK.queues_with_members):
            print(f"{row['name']:<24} {', '.join(row['members']) or 'nobody serves it'}")


async def add_queue(settings: Settings, name: str, company: str) -> None:
    """A new queue; with the first one, the company's name. Raises Conflict."""
    name = checked_name(name)
    async with _storage(settings) as storage:
        await storage.database.run(WORK.add_brand, checked_name(company))
        made = await storage.database.value(WORK.add_queue, name)
        if made is None:
            raise Conflict("queue_exists", f"there is a queue {name!r} already")
        print(made)


async def serve_queue(settings: Settings, name: str, emails: Sequence[str]) -> None:
    """Colleagues serve a queue from now on. Raises NotFound before anything is changed."""
    async with _storage(settings) as storage:
        queue = await storage.database.value(WORK.queue_named, name)
        if queue is None:
            raise NotFound("not_found", f"there is no queue {name!r}; `hilo queue list` shows them")
        agents = [await _agent(storage, email) for email in emails]
        async with storage.database.transaction() as connection:
            for agent in agents:
                await connection.execute(WORK.add_member, queue, UUID(agent))
    print(f"{name}: {', '.join(emails)}")


def list_connectors() -> None:
    """What kinds of channel there are, with the settings of each."""
    for connector in sorted(packages()):
        print(f"{connector}: {manifest(connector).title['en']}")
        for one in form(load(connector).settings):
            print(f"    {one.name:<18} {_about(one)}")


def _about(one: FormField) -> str:
    parts = [one.label["en"], one.help["en"], f"one of {', '.join(one.choices)}" if one.choices else ""]
    parts.append("required" if one.required else f"without it: {one.default}" if one.default != "" else "")
    return "; ".join(part.rstrip(".") for part in parts if part)


async def list_channels(settings: Settings) -> None:
    """Every channel, one a line."""
    async with _storage(settings) as storage:
        for row in await storage.database.rows(CHANNELS.tiles, None, False):
            state = row["state"] if row["enabled"] else "switched off"
            print(f"{row['id']}  {row['connector']:<10} {state:<13} {row['name']}  (key {row['hook']})")


async def add_channel(settings: Settings, connector: str, name: str, given: Sequence[str]) -> None:
    """A new channel, switched on. Raises SetupError naming the field that is wrong."""
    try:
        values = _values(connector, given)
        async with _storage(settings) as storage:
            channel = await _channels(settings, storage).add(connector, name, values)
    except (UnknownConnector, InvalidSettings) as error:
        raise SetupError(str(error)) from error
    print(f"{channel.id}  key {channel.hook}")


async def switch_channel(settings: Settings, id_: str, *, on: bool) -> None:
    """Switch a channel on or off."""
    try:
        channel = UUID(id_)
    except ValueError:
        raise SetupError(f"{id_!r} is not a channel's id; `hilo channel list` shows them") from None
    async with _storage(settings) as storage:
        await _channels(settings, storage).enable(channel, on)
    print("switched on" if on else "switched off")


@asynccontextmanager
async def _people(settings: Settings) -> AsyncIterator[tuple[Storage, People]]:
    async with _storage(settings) as storage:
        people = People(storage.database, settings, lambda: settings.server.public_url)
        try:
            yield storage, people
        finally:
            people.close()


async def _agent(storage: Storage, email: str) -> str:
    found = await storage.database.value("SELECT id FROM agent WHERE email = $1", email.strip().lower())
    if found is None:
        raise NotFound("not_found", f"there is nobody with the address {email}")
    return str(found)


def _channels(settings: Settings, storage: Storage) -> ChannelStore:
    data = settings.data.path
    return ChannelStore(storage.database, Secrets(read_key(data / "key")), data / "channels.sealed")


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")


def _values(connector: str, given: Sequence[str]) -> dict[str, Any]:
    """KEY=VALUE as the settings' own types; a word that is no JSON is text."""
    kinds = load(connector).settings.__annotations__
    values: dict[str, Any] = {}
    for one in given:
        key, equals, text = one.partition("=")
        if not equals:
            raise SetupError(f"{one!r} is not KEY=VALUE")
        values[key] = text if kinds.get(key) in (str, "str") else _json(text)
    return values


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
