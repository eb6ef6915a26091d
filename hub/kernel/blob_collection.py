"""Removes files that no row names any more, one shelf at a time, after a time of grace."""

import asyncio
from datetime import timedelta

from hub.kernel.blobs import SHELVES, Blobs
from hub.kernel.database import Database

GRACE_S = 24 * 3600.0
"""A file is put before the commit that names it, and an upload may wait in a composer: nothing younger is touched."""


async def collect_blobs(database: Database, blobs: Blobs, grace_s: float = GRACE_S) -> int:
    """Go along all shelves once; returns how many files were removed."""
    removed = await asyncio.to_thread(blobs.remove_unfinished, grace_s)
    for shelf in SHELVES:
        old = await asyncio.to_thread(blobs.old_files, shelf, grace_s)
        if old:
            unnamed = await database.value("SELECT forget_blobs($1, $2)", old, timedelta(seconds=grace_s))
            removed += await asyncio.to_thread(blobs.remove, unnamed, grace_s)
    return removed
