"""`hilo channel add`, `set`, `enable`, `check` and the like: what changes or tries a channel."""

import argparse
import asyncio
import sys
from contextlib import suppress
from uuid import UUID

import asyncpg

from connectors.registry import load
from connectors.settings import generated_names
from hub.channels.model import Channel
from hub.channels.shapes import Steps
from hub.commands.room import find, opened_room, print_json, queue_named, refusals
from hub.commands.values import values_of
from hub.errors import SetupError
from hub.kernel.database import GONE
from hub.settings import Settings
from hub.storage import Storage

OPENING_S = 5.0


async def add(arguments: argparse.Namespace, settings: Settings) -> None:
    """Set a channel up."""
    with refusals():
        given = values_of(arguments.connector, arguments.settings)
    async with opened_room(settings) as (storage, room):
        queue = await queue_named(storage, arguments.queue)
        channel = await room.store.add(arguments.connector, arguments.name, given, queue=queue, enabled=not arguments.off)
        print(f"{channel.id}  key {channel.hook}")
        for name in sorted(generated_names(load(channel.connector).settings) - given.keys()):
            print(f"{name}  {channel.settings[name]}  (shown this once)")


async def change(arguments: argparse.Namespace, settings: Settings) -> None:
    """Change a channel."""
    async with opened_room(settings) as (storage, room):
        channel = await room.store.one(await find(room, arguments.channel))
        given = {name: None if value == "" else value for name, value in values_of(channel.connector, arguments.settings).items()}
        queue = await queue_named(storage, arguments.queue)
        await room.store.change(channel.id, name=arguments.name, queue=queue, settings=given or None)
    print("changed")


async def switch(arguments: argparse.Namespace, settings: Settings) -> None:
    """Switch it on or off; with a running hub, see whether it opens."""
    async with opened_room(settings) as (storage, room):
        channel = await room.store.enable(await find(room, arguments.channel), arguments.on)
        if not arguments.on:
            print("switched off")
            return
        said = await _opening(storage, channel)
        print(f"switched on{said}")


async def _opening(storage: Storage, channel: Channel) -> str:
    """How a running hub opens it. Raises SetupError when it says that it cannot."""
    if not await storage.database.value("SELECT EXISTS (SELECT 1 FROM lease WHERE name = 'publisher' AND until > now())"):
        return "; it opens when the hub runs"
    row = await _first_state(storage, channel.id)
    if row is None:
        return "; the hub is still opening it: `hilo channel show` says how it went"
    if row["state"] != "up":
        raise SetupError(f"switched on, but it does not open: {row['detail']}")
    return " and open"


async def _first_state(storage: Storage, channel: UUID) -> asyncpg.Record | None:
    """What is known of a channel that was just switched on, as soon as anything is; the ledger's bell says when to look."""
    bell, sql = asyncio.Event(), "SELECT state, detail FROM channel_state WHERE channel_id = $1 AND (state <> 'down' OR detail <> '')"
    listening = await asyncpg.connect(storage.url, timeout=5)
    try:
        await listening.add_listener("ledger", lambda *_: bell.set())
        with suppress(TimeoutError, *GONE):
            async with asyncio.timeout(OPENING_S):
                while (row := await storage.database.row(sql, channel)) is None:
                    await bell.wait()
                    bell.clear()
                return row
    finally:
        listening.terminate()
    return None


async def archive(arguments: argparse.Namespace, settings: Settings) -> None:
    """Take it off the lists, or put it back."""
    async with opened_room(settings) as (_, room):
        await room.store.archive(await find(room, arguments.channel), arguments.archived)
    print("archived: it is off the lists, its messages stay" if arguments.archived else "restored, switched off")


async def rotate(arguments: argparse.Namespace, settings: Settings) -> None:
    """Make a secret or the address anew."""
    async with opened_room(settings) as (_, room):
        id_ = await find(room, arguments.channel)
        if arguments.secret != "address":  # noqa: S105 - the word for what is no secret
            print(await room.store.rotate(id_, arguments.secret))
            return
        channel = await room.store.rotate_address(id_)
        print((await room.reading.detail(id_)).webhook or f"key {channel.hook}")
        if channel.enabled and room.checking.installs(channel):
            _print_steps(await room.checking.install(channel))


async def check(arguments: argparse.Namespace, settings: Settings) -> None:
    """Try it step by step."""
    async with opened_room(settings) as (_, room):
        steps = await room.checking.check(await room.store.one(await find(room, arguments.channel)))
    _finish(steps, arguments.json)


async def install(arguments: argparse.Namespace, settings: Settings) -> None:
    """Set the provider's webhook."""
    async with opened_room(settings) as (_, room):
        channel = await room.store.one(await find(room, arguments.channel))
        steps = await room.checking.install(channel)
        await room.store.tell("channel.installed", channel.id, None, {"ok": steps.ok})
    _finish(steps, False)


async def uninstall(arguments: argparse.Namespace, settings: Settings) -> None:
    """Take it away."""
    async with opened_room(settings) as (_, room):
        channel = await room.store.one(await find(room, arguments.channel))
        steps = await room.checking.uninstall(channel)
        await room.store.tell("channel.uninstalled", channel.id, None, {"ok": steps.ok})
    _finish(steps, False)


def _finish(steps: Steps, as_json: bool) -> None:
    if as_json:
        print_json(steps)
    else:
        _print_steps(steps)
    if not steps.ok:
        sys.exit(1)


def _print_steps(steps: Steps) -> None:
    for step in steps.steps:
        print(f"{'ok    ' if step.ok else 'FAILED'}  {step.label.en} ({step.ms:.0f} ms){f': {step.detail}' if step.detail else ''}")
        if not step.ok:
            print(f"        {step.todo.en}")
