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

import msgspec

from hub import log
from hub.commands import channels, kit, rules
from hub.config import load
from hub.errors import HubError, SetupError
from hub.kernel.version import installed_version
from hub.settings import Settings

ABOUT = "Hilo is a contact center: what customers write on any channel comes to the people who answer, one thread per customer."
MORE = """\
To look around:    hilo demo
For a company:     hilo user add, hilo queue add, hilo queue serve, hilo channel add, and then hilo serve

`hilo COMMAND --help` says more about each. Settings are read from config.toml in this folder, or from --config FILE, and from
variables HILO_... in the environment. Exit code 0: done; 1: something broke; 2: it could not begin, and one sentence says why."""


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
    whole = argparse.ArgumentParser(prog="hilo", description=ABOUT, epilog=MORE, formatter_class=argparse.RawDescriptionHelpFormatter)
    whole.add_argument("--config", type=Path, metavar="FILE", help="settings to use instead of ./config.toml")
    whole.add_argument("--version", action="version", version=f"hilo {installed_version()}", help="which Hilo this is")
    commands = whole.add_subparsers(required=True, title="commands", metavar="COMMAND")
    _command(commands, "serve", _serve, "run the hub: console, channels and database, until Ctrl-C")
    demo = _command(
        commands, "demo", _demo, "run a small lively company with a pretend outside world, to try everything without an account"
    )
    demo.add_argument("--no-sandbox", action="store_true", help="without the pretend outside world")
    _command(commands, "migrate", _migrate, "bring the database to this version, and stop")
    _command(commands, "check", _check, "check settings, key, database and console, and stop: exit code 0 when all is well")
    _add_user(commands)
    _add_queue(commands)
    _add_channel(commands)
    _add_rule(commands)
    _add_connector(commands)
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


def _group(commands: Any, name: str, help_: str) -> Any:
    group = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
    return group.add_subparsers(required=True, title="what to do", metavar="WHAT")


def _add_user(commands: Any) -> None:
    what = _group(commands, "user", "list, add or change the people who sign in")
    _command(what, "list", _user_list, "everybody, with role")
    add = _command(what, "add", _user_add, "a new colleague; asks for a password, or reads it from standard input")
    add.add_argument("email", help="the address to sign in with, such as ana@example.com")
    add.add_argument("name", help='as colleagues and customers see it, such as "Ana Ortega"')
    role = "agent answers customers, supervisor also sees and moves all work, admin also changes settings; without it: agent"
    add.add_argument("--role", choices=("agent", "supervisor", "admin"), default="agent", help=role)
    password = _command(what, "password", _user_password, "a new password for somebody; ends the sessions there are")
    password.add_argument("email", help="whose")
    disable = _command(what, "disable", _user_disable, "somebody may not sign in any more")
    disable.add_argument("email", help="who")


def _add_queue(commands: Any) -> None:
    what = _group(commands, "queue", "list or add queues, and say who serves them")
    _command(what, "list", _queue_list, "every queue, with who serves it")
    add = _command(what, "add", _queue_add, "a new queue: work waits there for the people who serve it")
    add.add_argument("name", help="such as Service")
    add.add_argument("--company", default="Hilo", help="with the first queue: the name that customers see; without it: Hilo")
    serve = _command(what, "serve", _queue_serve, "let people serve a queue: its work is offered to them")
    serve.add_argument("name", help="the queue")
    serve.add_argument("email", nargs="+", help="who")


def _add_channel(commands: Any) -> None:
    channels.add_to(_group(commands, "channel", "list, add, try, change or switch channels"), _command)


def _add_rule(commands: Any) -> None:
    rules.add_to(_group(commands, "rule", "say which queue takes what, by channel, address, language and words"), _command)


def _add_connector(commands: Any) -> None:
    kit.add_to(_group(commands, "connector", "list, try or begin a kind of channel: for those who write one"), _command)


async def _serve(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.serving import serve

    await serve(settings)


async def _demo(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.demo.run import run_demo

    if settings.log.format == "auto":  # its lines stand among sentences for people, also where no terminal is
        log.set_up(msgspec.structs.replace(settings.log, format="console"))
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


async def _queue_list(_arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import list_queues

    await list_queues(settings)


async def _queue_add(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import add_queue

    await add_queue(settings, arguments.name, arguments.company)


async def _queue_serve(arguments: argparse.Namespace, settings: Settings) -> None:
    from hub.looking_after import serve_queue

    await serve_queue(settings, arguments.name, arguments.email)


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
