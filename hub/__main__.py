"""The command `hilo`: run the hub, look after it, and try it."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hub import log
from hub.config import load
from hub.errors import HubError, SetupError
from hub.settings import Settings

ABOUT = "Hilo: one thread per customer. Settings: config.toml in this folder, --config FILE, or HILO_… in the environment."


def main() -> None:
    """Exit code 0 when it went well, 1 when something broke, 2 when it could not begin: one sentence says why."""
    arguments = parser().parse_args()
    try:
        settings = load(arguments.config)
        log.set_up(settings.log)
        _run(arguments.run(arguments, settings))
    except (SetupError, HubError) as error:
        print(f"hilo: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(job: Coroutine[Any, Any, None]) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(job)
        except* (SetupError, HubError) as group:
            raise group.exceptions[0] from None


def parser() -> argparse.ArgumentParser:
    """Every command with its help."""
    whole = argparse.ArgumentParser(prog="hilo", description=ABOUT)
    whole.add_argument("--config", type=Path, metavar="FILE", help="settings to use instead of ./config.toml")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "serve", _serve, "run the hub until Ctrl-C")
    demo = _command(
        commands, "demo", _demo, "run a small lively company with a pretend outside world, to try everything without an account"
    )
    demo.add_argument("--no-sandbox", action="store_true", help="without the pretend outside world")
    _command(commands, "migrate", _migrate, "bring the database to this version, and stop")
    _command(commands, "check", _check, "check settings, key, database and console, and stop: exit code 0 when all is well")
    _add_user(commands)
    _add_channel(commands)
    backup = _command(commands, "backup", _backup, "write database, files and key into one archive; the hub may go on running")
    backup.add_argument("file", type=Path, help="the archive to write, such as hilo.tar")
    restore = _command(commands, "restore", _restore, "read such an archive into an empty database and data folder")
    restore.add_argument("file", type=Path, help="the archive")
    _command(commands, "drain", _drain, "let a running hub finish what it is doing, send its people elsewhere, and end")
    return whole


Job = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, None]]


def _command(commands: Any, name: str, run: Job, help_: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
    one.set_defaults(run=run)
    return one


def _add_user(commands: Any) -> None:
    user = commands.add_parser("user", help="list, add or change the people who sign in")
    what = user.add_subparsers(required=True, metavar="WHAT")
    _command(what, "list", _user_list, "everybody, with role")
    add = _command(what, "add", _user_add, "a new colleague; asks for a password, or reads it from standard input")
    add.add_argument("email")
    add.add_argument("name")
    add.add_argument("--role", choices=("agent", "supervisor", "admin"), default="agent")
    password = _command(what, "password", _user_password, "a new password for somebody; ends the sessions there are")
    password.add_argument("email")
    disable = _command(what, "disable", _user_disable, "somebody may not sign in any more")
    disable.add_argument("email")


def _add_channel(commands: Any) -> None:
    channel = commands.add_parser("channel", help="list, add or switch channels")
    what = channel.add_subparsers(required=True, metavar="WHAT")
    _command(what, "list", _channel_list, "every channel, with its state")
    add = _command(what, "add", _channel_add, "a new channel: its connector, a name, and KEY=VALUE for each setting")
    add.add_argument("connector")
    add.add_argument("name")
    add.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    for name, help_ in (("enable", "switch a channel on"), ("disable", "switch a channel off; what is queued stays queued")):
        _command(what, name, _channel_switch, help_).add_argument("id")


async def _serve(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.serving import serve

    await serve(settings)


async def _demo(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.demo.run import run_demo

    await run_demo(settings, sandbox=not arguments.no_sandbox)


async def _migrate(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.kernel.migrate import migrate
    from hub.storage import opened_storage

    async with opened_storage(settings, owner=False) as storage:
        done = await migrate(storage.url)
    print("\n".join(f"{one.number:04d} {one.name}" for one in done) or "nothing to do: the database is of this version")


async def _check(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import check

    await check(settings)


async def _user_list(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import list_users

    await list_users(settings)


async def _user_add(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import add_user

    await add_user(settings, arguments.email, arguments.name, arguments.role)


async def _user_password(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import set_password

    await set_password(settings, arguments.email)


async def _user_disable(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import disable_user

    await disable_user(settings, arguments.email)


async def _channel_list(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import list_channels

    await list_channels(settings)


async def _channel_add(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import add_channel

    await add_channel(settings, arguments.connector, arguments.name, arguments.settings)


async def _channel_switch(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import switch_channel

    await switch_channel(settings, arguments.id, on=sys.argv[sys.argv.index("channel") + 1] == "enable")


async def _backup(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.backup import backup

    await backup(settings, arguments.file)


async def _restore(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.backup import restore

    await restore(settings, arguments.file)


async def _drain(_arguments: argparse.Namespace, settings: Settings) -> None:
    file = settings.data.path / "hilo.pid"
    try:
        pid = int(await asyncio.to_thread(file.read_text))
        os.kill(pid, signal.SIGUSR1)
    except (OSError, ValueError):
        raise SetupError(f"no Hilo runs on {settings.data.path}") from None
    await asyncio.to_thread(_wait_for_end, pid)
    print(f"process {pid} has finished and ended")


def _wait_for_end(pid: int) -> None:
    """It is not our child: all there is to do is to look."""
    while True:
        try:
            os.kill(pid, 0)
        except OSError:
            return
        time.sleep(0.2)


if __name__ == "__main__":
    main()
