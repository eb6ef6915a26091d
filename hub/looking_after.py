"""What the command line does for a hub's people and channels. Each works beside a running hub, on the same database."""

import getpass
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from hub.errors import Conflict, NotFound, SetupError
from hub.kernel.secrets import read_key
from hub.kernel.site import DIST
from hub.people.agents import checked_name
from hub.people.model import AgentChange, NewAgent
from hub.people.people import People
from hub.settings import Settings
from hub.storage import Storage, opened_storage
from hub.work.sql import QUERIES as WORK


@asynccontextmanager
async def at_hand(settings: Settings) -> AsyncIterator[Storage]:
    """The database, migrated, for one command beside a hub that may be running."""
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
    async with at_hand(settings) as storage:
        version = await storage.database.value("SHOW server_version")
        number = await storage.database.value("SELECT max(number) FROM migration")
        print(f"database   PostgreSQL {version}, migration {number}")
    if not (DIST / "index.html").is_file():
        raise SetupError("the console has not been built: run `make setup`")
    print("console    built")


async def list_users(settings: Settings) -> None:
    """Everybody, one a line."""
    async with at_hand(settings) as storage:
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
    async with at_hand(settings) as storage:
        for row in await storage.database.rows(WORK.queues_with_members):
            print(f"{row['name']:<24} {', '.join(row['members']) or 'nobody serves it'}")


async def add_queue(settings: Settings, name: str, company: str) -> None:
    """A new queue; with the first one, the company's name. Raises Conflict."""
    name = checked_name(name)
    async with at_hand(settings) as storage:
        await storage.database.run(WORK.add_brand, checked_name(company))
        made = await storage.database.value(WORK.add_queue, name)
        if made is None:
            raise Conflict("queue_exists", f"there is a queue {name!r} already")
        print(made)


async def serve_queue(settings: Settings, name: str, emails: Sequence[str]) -> None:
    """Colleagues serve a queue from now on. Raises NotFound before anything is changed."""
    async with at_hand(settings) as storage:
        queue = await storage.database.value(WORK.queue_named, name)
        if queue is None:
            raise NotFound("not_found", f"there is no queue {name!r}; `hilo queue list` shows them")
        agents = [await _agent(storage, email) for email in emails]
        async with storage.database.transaction() as connection:
            for agent in agents:
                await connection.execute(WORK.add_member, queue, UUID(agent))
    print(f"{name}: {', '.join(emails)}")


@asynccontextmanager
async def _people(settings: Settings) -> AsyncIterator[tuple[Storage, People]]:
    async with at_hand(settings) as storage:
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


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    return sys.stdin.readline().rstrip("\n")
