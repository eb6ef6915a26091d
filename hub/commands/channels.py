"""`hilo channel …`: its verbs with their help, and those that only look."""

import argparse
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from connectors.registry import load, packages
from connectors.settings import FormField, form
from hub.channels import gallery
from hub.channels.shapes import ChannelDetail
from hub.commands import changing
from hub.commands.room import find, opened_room, print_json
from hub.errors import NotFound
from hub.settings import Settings

Job = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, None]]
WHICH = "its id or its name, as `hilo channel list` shows them"
SETTING = "a setting, such as origins=https://shop.example.com; a secret as NAME=- (asks for it, or reads a line) or as NAME=env:VARIABLE"


def add_to(what: Any, command: Callable[[Any, str, Job, str], argparse.ArgumentParser]) -> None:
    """The verbs of `hilo channel`, with their help."""
    _json_flag(command(what, "kinds", _kinds, "what kinds of channel can be added, with the settings of each"))
    guide = command(what, "guide", _guide, "how to get what a kind of channel asks for, step by step")
    guide.add_argument("connector", help="what kind: one that `hilo channel kinds` shows")
    guide.add_argument("--lang", choices=("es", "en"), default="en", help="in which language; without it: en")
    listed = command(what, "list", _list, "every channel, with its id, its state and its key")
    listed.add_argument("--archived", action="store_true", help="also those that are off the lists")
    _json_flag(listed)
    _add_verb(what, command)
    _json_flag(_one(command(what, "show", _show, "one channel with its settings and its webhook address; secrets are never shown")))
    set_ = _one(command(what, "set", changing.change, "change a channel; a running hub opens it anew"))
    set_.add_argument("settings", nargs="*", metavar="KEY=VALUE", help=SETTING + "; KEY= alone takes an optional one back")
    set_.add_argument("--name", help="another name")
    set_.add_argument("--queue", metavar="NAME", help="another queue for its work")
    _json_flag(
        _one(
            command(what, "check", changing.check, "try a channel step by step, without reaching a customer; exit code 1 when a step fails")
        )
    )
    for name, on, help_ in (
        ("enable", True, "switch a channel on"),
        ("disable", False, "switch a channel off; what is queued stays queued"),
    ):
        _one(command(what, name, changing.switch, help_)).set_defaults(on=on)
    _one(
        command(what, "install", changing.install, "set the provider's webhook to this channel's address, where that can be done from here")
    )
    _one(command(what, "uninstall", changing.uninstall, "take the provider's webhook away"))
    rotate = _one(command(what, "rotate", changing.rotate, "make a secret or the webhook address anew; prints it this once"))
    rotate.add_argument("secret", help="which secret; `address` for the webhook address, whose old one is answered for 24 hours")
    events = _one(command(what, "events", _events, "what came in and went out last"))
    events.add_argument("--limit", type=int, default=20, choices=range(1, 201), metavar="N", help="how many, from 1 to 200; without it: 20")
    _json_flag(events)
    for name, archived, help_ in (("archive", True, "switch a channel off and take it off the lists"), ("restore", False, "put it back")):
        _one(command(what, name, changing.archive, help_)).set_defaults(archived=archived)


def _add_verb(what: Any, command: Callable[[Any, str, Job, str], argparse.ArgumentParser]) -> None:
    add = command(what, "add", changing.add, "a new channel, switched on; prints its id and its key")
    add.add_argument("connector", help="what kind: one that `hilo channel kinds` shows, such as webchat")
    add.add_argument("name", help="as colleagues see it")
    add.add_argument("settings", nargs="*", metavar="KEY=VALUE", help=SETTING)
    add.add_argument("--queue", metavar="NAME", help="where its work waits; without it: in the first queue")
    add.add_argument("--off", action="store_true", help="leave it switched off")


def _one(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("channel", help=WHICH)
    return command


def _json_flag(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs")


# ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _kinds(arguments: argparse.Namespace, _settings: Settings) -> None:
    if arguments.json:
        print_json(gallery.gallery().items)
        return
    for one in gallery.gallery().items:
        print(f"{one.id}: {one.title.en}")
        for field in form(load(one.id).settings):
            print(f"    {field.name:<18} {_about(field)}")


def _about(one: FormField) -> str:
    parts = [one.label["en"], one.help["en"], f"one of {', '.join(one.choices)}" if one.choices else "", "a secret" if one.secret else ""]
    parts.append("required" if one.required else "made when it is left out" if one.generated else "")
    parts.append(f"without it: {one.default}" if not one.secret and one.default not in (None, "") else "")
    return "; ".join(part.rstrip(".") for part in parts if part)


async def _guide(arguments: argparse.Namespace, _settings: Settings) -> None:
    if arguments.connector not in packages():
        raise NotFound("not_found", f"there is no kind {arguments.connector!r}; `hilo channel kinds` shows them")
    print(gallery.guide_text(arguments.connector, arguments.lang))


async def _list(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (_, room):
        views = await room.reading.views(archived=arguments.archived)
        if arguments.json:
            print_json(views)
            return
        details = [await room.store.one(UUID(view.id)) for view in views]
        for view, channel in zip(views, details, strict=True):
            state = "archived" if view.archived else view.state if view.enabled else "switched off"
            print(f"{view.id}  {view.connector:<10} {state:<13} {view.name}  (key {channel.hook})")


async def _show(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (_, room):
        detail = await room.reading.detail(await find(room, arguments.channel))
    if arguments.json:
        print_json(detail)
        return
    for name, value in _facts(detail).items():
        print(f"{name:<18} {value}")


def _facts(detail: ChannelDetail) -> dict[str, Any]:
    state = detail.state if detail.enabled else "archived" if detail.archived else "switched off"
    facts: dict[str, Any] = {"id": detail.id, "kind": detail.connector, "name": detail.name, "state": state, "queue": detail.queue.name}
    facts |= {"why": detail.detail, "webhook": detail.webhook, "key": detail.key, "until": detail.old_webhook_until, "quota": detail.quota}
    facts |= {"token runs out": detail.expires_at, "last in": detail.last_in_at, "last out": detail.last_out_at}
    facts |= {"waits to leave": detail.queued or None, "set aside": detail.quarantined or None}
    shown = {name: value for name, value in facts.items() if value not in (None, "")}
    secrets = {name: "set" if is_set else "not set" for name, is_set in detail.secrets.items()}
    return {**shown, **detail.settings, **secrets, **{f"! {name or 'settings'}": said for name, said in detail.problems.items()}}


async def _events(arguments: argparse.Namespace, settings: Settings) -> None:
    async with opened_room(settings) as (_, room):
        page = await room.reading.passages(await find(room, arguments.channel), None, arguments.limit)
    if arguments.json:
        print_json(page)
        return
    for one in page.items:
        print(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.direction:<3} {one.kind:<10} {one.state:<11} {one.who}  {one.problem}".rstrip())
    if not page.items:
        print("nothing yet")
