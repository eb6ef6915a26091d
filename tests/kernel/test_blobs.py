"""Blobs: kept by content, never lost while somebody may name them, gone when nobody does."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.kernel.blob_collection import collect_blobs
from hub.kernel.blobs import BlobMissing, Blobs, BlobTooLarge
from hub.kernel.database import Database

DAY = 24 * 3600.0


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def make_old(path: Path) -> None:
    os.utime(path, (time.time() - 2 * DAY,) * 2)


async def name(database: Database, sha256: bytes, *, old: bool) -> None:
    await database.run("SELECT name_blob($1, 1)", sha256)
    if old:
        await database.run("UPDATE blob SET created_at = now() - interval '2 days'")


async def test_bytes_and_streams_of_the_same_content_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    one = await blobs.put(b"ab" * 300_000)
    other = await blobs.put(pieces(b"ab" * 100_000, b"ab" * 200_000))
    assert one == other
    assert one.sha256 == hashlib.sha256(b"ab" * 300_000).digest()
    assert one.size == 600_000
    assert await blobs.read(one.sha256) == b"ab" * 300_000


async def test_too_many_bytes_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(BlobTooLarge):
        await Blobs(tmp_path).put(pieces(b"x" * 10, b"x" * 10), limit=19)
    assert files_in(tmp_path) == []


async def test_a_sender_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 300_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await Blobs(tmp_path).put(broken())
    assert files_in(tmp_path) == []


async def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BlobMissing):
        await Blobs(tmp_path).read(b"\0" * 32)


async def test_the_collector_takes_only_what_is_old_and_unnamed(database: Database, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    young, unnamed, stale, used = [await blobs.put(text) for text in (b"young", b"unnamed", b"stale", b"used")]
    for one in (unnamed, stale, used):
        make_old(blobs.path(one.sha256))
    await name(database, stale.sha256, old=True)
    await name(database, used.sha256, old=True)
    agent = "INSERT INTO attachment (message_id, name, content_type, size, blob, created_at) VALUES (NULL, 'a', 'b', 1, $1, now())"
    await database.run(agent, used.sha256)
    assert await collect_blobs(database, blobs, DAY) == 2
    assert blobs.path(young.sha256).exists()
    assert blobs.path(used.sha256).exists()
    assert await database.value("SELECT count(*) FROM blob") == 1


async def test_an_upload_that_nobody_sent_is_forgotten_after_the_grace(database: Database, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    left = await blobs.put(b"left in a composer")
    make_old(blobs.path(left.sha256))
    await name(database, left.sha256, old=True)
    sql = "INSERT INTO attachment (name, content_type, size, blob, created_at) VALUES ('a', 'b', 1, $1, now() - interval '2 days')"
    await database.run(sql, left.sha256)
    assert await collect_blobs(database, blobs, DAY) == 1
    assert await database.value("SELECT count(*) FROM attachment") == 0


async def test_what_a_killed_process_left_half_written_goes_after_the_grace(database: Database, tmp_path: Path) -> None:
    old, young = tmp_path / "incoming-old", tmp_path / "incoming-young"
    for path in (old, young):
        path.write_bytes(b"half")
    make_old(old)
    assert await collect_blobs(database, Blobs(tmp_path), DAY) == 1
    assert files_in(tmp_path) == [young]


async def test_a_file_that_is_put_again_is_not_taken_by_a_collector_that_saw_it_old(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    one = await blobs.put(b"again")
    make_old(blobs.path(one.sha256))
    seen = blobs.old_files(one.sha256.hex()[:2], DAY)
    await blobs.put(b"again")
    assert seen == [one.sha256]
    assert await asyncio.to_thread(blobs.remove, seen, DAY) == 0
    assert await blobs.read(one.sha256) == b"again"


async def test_files_that_are_not_ours_are_left_alone_and_stop_nothing(database: Database, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    unnamed = await blobs.put(b"unnamed")
    stray = blobs.path(unnamed.sha256).with_name(".DS_Store")
    stray.write_bytes(b"left by a file manager")
    for path in (stray, blobs.path(unnamed.sha256)):
        make_old(path)
    assert await collect_blobs(database, blobs, DAY) == 1
    assert stray.exists()
