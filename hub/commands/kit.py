"""`hilo connector …`: the kinds of channel there are, whether one keeps the contract, and the beginning of a new one."""

import argparse
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp

from connectors.conformance import kit, playing
from connectors.conformance.samples import InvalidSample
from connectors.conformance.skeleton import write_skeleton
from connectors.conformance.subject import Subject, Unfit, in_folder, installed
from connectors.conformance.verdicts import Verdict
from connectors.manifest import InvalidManifest
from connectors.registry import UnknownConnector, manifest, packages
from hub.commands.room import print_json
from hub.errors import SetupError
from hub.settings import Settings

Job = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, None]]
PORT = 9100
INVITATION = """It plays at {host}, which the hub must be allowed to call: start it with HILO_EGRESS_PRIVATE={host}.
A channel that leads here, with secrets that are worth nothing:"""
MARKS = {"kept": "ok    ", "broken": "BROKEN", "does_not_apply": "-     "}


def add_to(what: Any, command: Callable[[Any, str, Job, str], argparse.ArgumentParser]) -> None:
    """The verbs of `hilo connector`, with their help."""
    command(what, "list", _list, "every connector that is installed, and the package it is in")
    test = command(what, "test", _test, "try whether a connector keeps every rule of the contract")
    test.add_argument("name", nargs="?", help="one that `hilo connector list` shows")
    test.add_argument("--all", action="store_true", help="every one that is installed")
    test.add_argument("--path", type=Path, metavar="FOLDER", help="one that is not installed: the folder with its manifest.toml")
    test.add_argument("--json", action="store_true", help="for programs")
    play = command(what, "play", _play, "play its provider, to see messages come in and answers go out without an account")
    play.add_argument("name", nargs="?", help="one that `hilo connector list` shows")
    play.add_argument("--path", type=Path, metavar="FOLDER", help="one that is not installed: the folder with its manifest.toml")
    play.add_argument("--port", type=int, default=PORT, help=f"where, on this machine; {PORT} if nothing is said")
    say = command(what, "deliver", _deliver, "deliver its samples to a channel, as its provider would; the same ones again change nothing")
    say.add_argument("name", nargs="?", help="one that `hilo connector list` shows")
    say.add_argument("url", help="the channel's webhook address")
    say.add_argument("--path", type=Path, metavar="FOLDER", help="one that is not installed: the folder with its manifest.toml")
    new = command(what, "new", _new, "write the folder of a new connector that works, to begin with")
    new.add_argument("name", help="small letters and digits, such as signal")
    new.add_argument("--in", dest="place", type=Path, default=Path(), metavar="FOLDER", help="where to; without it: here")


async def _list(_arguments: argparse.Namespace, _settings: Settings) -> None:
    for name, package in sorted(packages().items()):
        try:
            print(f"{name:16} {manifest(name).title['en']:20} {package}")
        except InvalidManifest as error:
            print(f"{name:16} {'(not usable)':20} {package}: {error}")


async def _test(arguments: argparse.Namespace, _settings: Settings) -> None:
    subjects = _subjects(arguments)
    broken = 0
    for subject in subjects:
        verdicts = await _tried(subject, quiet=arguments.json)
        broken += sum(one.state == "broken" for one in verdicts)
        if arguments.json:
            print_json({"connector": subject.type.manifest.id, "verdicts": [asdict(one) for one in verdicts]})
    if broken:
        sys.exit(1)


def _subjects(arguments: argparse.Namespace) -> list[Subject]:
    """Those that are named. Raises SetupError."""
    if (arguments.name is not None) + arguments.all + (arguments.path is not None) != 1:
        raise SetupError("name one connector, or --all, or the folder of one with --path")
    return [_subject(name, arguments.path) for name in (sorted(packages()) if arguments.all else [arguments.name])]


def _subject(name: str, path: Path | None) -> Subject:
    try:
        return installed(name) if path is None else in_folder(path)
    except (Unfit, UnknownConnector, InvalidManifest, InvalidSample, ImportError, AttributeError) as error:
        raise SetupError(str(error)) from error


async def _tried(subject: Subject, *, quiet: bool) -> Sequence[Verdict]:
    found = list[Verdict]()
    if not quiet:
        print(f"{subject.type.manifest.id}  ({subject.package}, {len(subject.samples)} samples)")
    async for verdict in kit.judge(subject):
        found.append(verdict)
        if not quiet:
            _print(verdict)
    return found


def _print(verdict: Verdict) -> None:
    reason = f" ({verdict.why[0]})" if verdict.state == "does_not_apply" else ""
    print(f"  {MARKS[verdict.state]}  {verdict.rule:15} {verdict.says}{reason}", flush=True)
    if verdict.state == "broken":
        for why in verdict.why:
            print(f"            {why}")


async def _new(arguments: argparse.Namespace, _settings: Settings) -> None:
    try:
        folder = write_skeleton(arguments.name, arguments.place)
    except (Unfit, OSError) as error:
        raise SetupError(str(error)) from error
    print(f"{folder} is written. Try it:\n  hilo connector test --path {folder / f'hilo_{arguments.name}'}")


async def _play(arguments: argparse.Namespace, _settings: Settings) -> None:
    subject = _one(arguments)
    try:
        async with playing.playing(subject, arguments.port) as there:
            host = there.url.removeprefix("http://")
            print(f"{INVITATION.format(host=host)}\n{playing.commands(subject, there.url)}\n", flush=True)
            async for asked in playing.heard(there):
                print(f"{playing.shown(asked)}\n", flush=True)
    except (Unfit, OSError) as error:
        raise SetupError(str(error)) from error


async def _deliver(arguments: argparse.Namespace, _settings: Settings) -> None:
    try:
        async for name, status in playing.deliver(_one(arguments), arguments.url):
            print(f"{name}: answered {status}", flush=True)
    except (Unfit, aiohttp.ClientError) as error:
        raise SetupError(str(error)) from error


def _one(arguments: argparse.Namespace) -> Subject:
    if (arguments.name is None) == (arguments.path is None):
        raise SetupError("name one connector, or the folder of one with --path")
    return _subject(arguments.name, arguments.path)
