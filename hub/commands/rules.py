"""`hilo rule …`: which queue takes what, from a terminal."""

import argparse
from collections.abc import Callable, Coroutine
from typing import Any

from hub.channels.administration import Administration
from hub.channels.shapes import RuleInput, RuleView, Trial
from hub.commands.room import find, opened_room, print_json, queue_named
from hub.errors import NotFound
from hub.settings import Settings
from hub.storage import Storage

Job = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, None]]


def add_to(what: Any, command: Callable[[Any, str, Job, str], argparse.ArgumentParser]) -> None:
    """The verbs of `hilo rule`, with their help."""
    listed = command(what, "list", _list, "the rules in the order in which they are asked; the first that fits wins")
    listed.add_argument("--json", action="store_true", help="for programs")
    add = command(what, "add", _add, "a new rule; what it does not name fits always")
    add.add_argument("queue", help="the queue that takes what fits")
    add.add_argument("--channel", help="what comes on this channel: its id or its name")
    add.add_argument("--address", help="an exact address, the customer's or ours; *@example.com; or the beginning of a number, +34*")
    add.add_argument("--language", help="such as es, or es-MX")
    add.add_argument(
        "--words", nargs="+", default=[], help="one of them is enough; accents and capitals make no difference; devol* begins a word"
    )
    add.add_argument("--at", type=int, metavar="N", help="its place, from 1; without it: the last")
    remove = command(what, "remove", _remove, "take a rule away")
    remove.add_argument("place", type=int, help="its number, as `hilo rule list` shows it")
    move = command(what, "move", _move, "ask a rule earlier or later")
    move.add_argument("place", type=int, help="its number, as `hilo rule list` shows it")
    move.add_argument("to", type=int, help="its new number")
    try_ = command(what, "try", _try, "which rule a message would meet, and in which queue it would wait")
    try_.add_argument("channel", help="on which channel it comes: its id or its name")
    try_.add_argument("text", nargs="?", default="", help="what it says")
    try_.add_argument("--address", default="", help="whom it comes from")
    try_.add_argument("--language", default="", help="such as es")


async def _list(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (storage, room):
        rules = (await room.rules.all()).items
        if arguments.json:
            print_json(rules)
            return
        queues = {str(row["id"]): row["name"] for row in await storage.database.rows("SELECT id, name FROM queue")}
        channels = {tile.id: tile.name for tile in await room.reading.tiles(archived=True)}
        for number, rule in enumerate(rules, 1):
            print(f"{number:>3}  {queues[rule.queue]:<20} {_sentence(rule, channels)}")
        if not rules:
            print("no rules: everything waits in its channel's own queue")


def _sentence(rule: RuleView, channels: dict[str, str]) -> str:
    parts = [
        f"on {channels[rule.channel]}" if rule.channel else "",
        f"address {rule.address}" if rule.address else "",
        f"in {rule.language}" if rule.language else "",
        f"says {', '.join(rule.words)}" if rule.words else "",
    ]
    return "; ".join(part for part in parts if part) or "always"


async def _add(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (storage, room):
        rules = await _inputs(room)
        place = len(rules) + 1 if arguments.at is None else arguments.at
        if not 1 <= place <= len(rules) + 1:
            raise NotFound("not_found", f"there is no place {place}: from 1 to {len(rules) + 1}")
        rules.insert(place - 1, await _rule(arguments, storage, room))
        await room.rules.write(rules)
        print(f"rule {place} of {len(rules)}")


async def _rule(arguments: argparse.Namespace, storage: Storage, room: Administration) -> RuleInput:
    return RuleInput(
        queue=str(await queue_named(storage, arguments.queue)),
        channel=str(await find(room, arguments.channel)) if arguments.channel else None,
        address=arguments.address,
        language=arguments.language,
        words=arguments.words,
    )


async def _remove(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (_, room):
        rules = await _inputs(room)
        rules.pop(_place(arguments.place, rules))
        await room.rules.write(rules)
        print(f"removed; there are {len(rules)}")


async def _move(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (_, room):
        rules = await _inputs(room)
        rule, to = rules.pop(_place(arguments.place, rules)), arguments.to
        if not 1 <= to <= len(rules) + 1:
            raise NotFound("not_found", f"there is no place {to}: from 1 to {len(rules) + 1}")
        rules.insert(to - 1, rule)
        await room.rules.write(rules)
        print(f"rule {to} of {len(rules)}")


async def _try(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (_, room):
        channel = str(await find(room, arguments.channel))
        trial = Trial(channel=channel, address=arguments.address, text=arguments.text, language=arguments.language)
        verdict = await room.rules.try_one(trial)
        why = f"by rule {verdict.position}" if verdict.position else "the channel's own queue: no rule fits"
        print(f"{verdict.queue.name}  ({why})")


async def _inputs(room: Administration) -> list[RuleInput]:
    return [
        RuleInput(id=one.id, queue=one.queue, channel=one.channel, address=one.address, language=one.language, words=one.words)
        for one in (await room.rules.all()).items
    ]


def _place(number: int, rules: list[RuleInput]) -> int:
    if not 1 <= number <= len(rules):
        raise NotFound("not_found", f"there is no rule {number}; `hilo rule list` shows them")
    return number - 1
