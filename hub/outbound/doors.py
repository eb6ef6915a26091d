"""The pages and files that customers open without signing in."""

from collections.abc import Callable

from aiohttp import web

from hub.kernel.database import Database
from hub.outbound.links import Files, MediaDoor, MediaLinks
from hub.outbound.unsubscribing import UnsubscribeDoor


def add_doors(app: web.Application, database: Database, files: Files, links: MediaLinks, committed: Callable[[], None]) -> None:
    """Register all of them."""
    MediaDoor(database, files, links).add(app)
    UnsubscribeDoor(database, links, committed).add(app)
