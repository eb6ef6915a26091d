"""Runs the pretend outside world: python -m sandbox --help."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.app import build
from sandbox.post import Post
from sandbox.travels import Travels
from sandbox.world import Place

EXIT_USAGE = 2
DESCRIPTION = "A pretend outside world on this computer: a mailbox, a shop with the chat bubble, and what can go wrong."


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command line says. Ends with a sentence and code 2 when it makes no sense."""
    parser = argparse.ArgumentParser("python -m sandbox", description=DESCRIPTION, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--port", type=_port, default=8081, help="port of its page (0: the system chooses)")
    parser.add_argument("--hub", type=_address, default="http://127.0.0.1:8080", help="address of the hub")
    parser.add_argument("--smtp-host", default="127.0.0.1", help="where the hub takes mail in")
    parser.add_argument("--smtp-port", type=_port, default=2525, help="and at which port")
    parser.add_argument(
        "--relay-port", type=_port, default=2526, help="port that takes the mail which the hub sends (0: the system chooses)"
    )
    parser.add_argument("--support", default="support@demo.example", help="the company's mail address")
    parser.add_argument("--channel", default="", help="public key of the web-chat channel; not needed when there is only one")
    secret = os.environ.get("HILO_SHOP_SECRET", "")
    parser.add_argument("--shop-secret", default=secret, help="secret with which the shop signs who is signed in; also HILO_SHOP_SECRET")
    parser.add_argument("--folder", type=Path, help="where it keeps what it knows for the next start; without, it forgets")
    parser.add_argument("--tied", action="store_true", help="end as soon as standard input is closed: with the program that started it")
    return parser.parse_args(arguments)


async def run(chosen: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM, or until whoever it is tied to has ended."""
    post = Post(Travels(), hub_host=chosen.smtp_host, hub_port=chosen.smtp_port, port=chosen.relay_port)
    place = Place(hub=chosen.hub, support=chosen.support, channel=chosen.channel, secret=chosen.shop_secret)
    runner = web.AppRunner(build(place, post, chosen.folder), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", chosen.port)
        await site.start()
        port = runner.addresses[0][1]
        print(f"The pretend world: http://127.0.0.1:{port}  (mail relay at port {post.port})", flush=True)
        await _stopped(tied=chosen.tied)
    finally:
        await runner.cleanup()


async def _stopped(*, tied: bool) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if tied:
        loop.add_reader(sys.stdin.fileno(), _until_closed, sys.stdin.fileno(), stop)
    await stop.wait()


def _until_closed(file: int, stop: asyncio.Event) -> None:
    if not os.read(file, 1024):
        stop.set()


def _port(text: str) -> int:
    with contextlib.suppress(ValueError):
        if 0 <= int(text) <= 65535:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 0 to 65535")


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address: it begins with http:// or https://")
    return text.rstrip("/")


def main() -> None:
    chosen = options()
    try:
        asyncio.run(run(chosen))
    except OSError as error:
        ports = f"Is port {chosen.port} or {chosen.relay_port} taken?"
        print(f"The pretend world cannot start: {error.strerror or error}. {ports}", file=sys.stderr)
        sys.exit(EXIT_USAGE)


if __name__ == "__main__":
    main()
