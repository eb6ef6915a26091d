"""What arrives while the database is away: appended to files that are synced before anybody is told yes, drained in order later.

Draining is idempotent (the deliveries have their unique keys), so a file is simply done again after a crash. A file with damaged records
is drained as far as it can be read and kept as `.damaged`.
"""

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec

from hub.kernel.crash import crash_point
from hub.kernel.spool_records import FRAME_BYTES, Contents, Spooled, frame, new_mark, parse

log = logging.getLogger(__name__)

NAME = re.compile(r"\d{8,}-[0-9a-f]{16}\.spool")
AT_ONCE = 64
"""How many records are handed over together: a spool must be drained faster than it fills."""
FILE_BYTES = 16 * 1024 * 1024
"""A file that has grown beyond this is followed by a new one: a file is drained from memory."""


class SpoolFull(Exception):
    """Nothing more can be taken: the provider must try again."""


class Spool:
    """A folder of append-only files. Appends that wait at the same time share one sync."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing = asyncio.Lock()
        self._draining = asyncio.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        left = self._files()
        self._begin(_number(left[-1]) + 1 if left else 0)  # never after a record that a crash cut off, never before what is older
        self.size = sum(file.stat().st_size for file in left)
        self.damaged = len(list(folder.glob("*.damaged")))
        """Files that are kept because not all of their records could be read."""

    @property
    def pending(self) -> bool:
        """Whether something waits to be drained."""
        return self.size > 0

    @property
    def room(self) -> bool:
        """Whether more could be kept."""
        return self.size < self._limit

    def _begin(self, number: int) -> None:
        """What comes next goes to a new file."""
        self._number, self._mark, self._filled = number, new_mark(), 0
        self._file = self._folder / f"{number:08d}-{self._mark.hex()}.spool"

    def _files(self) -> list[Path]:
        return sorted(file for file in self._folder.iterdir() if NAME.fullmatch(file.name))

    async def append(self, record: Spooled) -> None:
        """Keep one record; returns when it is on the disk. Raises SpoolFull."""
        body = msgspec.msgpack.encode(record)
        if self.size + FRAME_BYTES + len(body) > self._limit:
            raise SpoolFull(f"the spool holds {self.size} bytes of {self._limit}")
        self.size += FRAME_BYTES + len(body)
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        await asyncio.shield(self._flush())  # whoever stops waiting does not stop those who share the sync
        await done

    async def _flush(self) -> None:
        async with self._writing:
            await self._write_waiting()

    async def _write_waiting(self) -> None:
        group, self._waiting = self._waiting, []
        if not group:
            return
        data = b"".join(frame(self._mark, body) for body, _ in group)
        try:
            await asyncio.to_thread(_append, self._file, data)
        except OSError as error:
            self.size -= len(data)
            for _, done in group:
                if not done.done():
                    done.set_exception(SpoolFull(f"cannot write to the spool: {error}"))
        else:
            self._filled += len(data)
            if self._filled > FILE_BYTES:
                self._begin(self._number + 1)
            for _, done in group:
                if not done.done():
                    done.set_result(None)

    async def drain(self, take: Callable[[Sequence[Spooled]], Awaitable[None]]) -> int:
        """Hand over everything in order, some at a time; what comes meanwhile goes to a new file. Returns how many records."""
        count = 0
        async with self._draining:
            while files := self._files():
                async with self._writing:
                    self._begin(max(self._number, _number(files[-1]) + 1))
                for file in files:
                    count += await self._drain_file(file, take)
        return count

    async def _drain_file(self, file: Path, take: Callable[[Sequence[Spooled]], Awaitable[None]]) -> int:
        contents = await asyncio.to_thread(_read, file)
        for start in range(0, len(contents.records), AT_ONCE):
            await take(contents.records[start : start + AT_ONCE])
        crash_point("spool.drained")
        if contents.damaged:
            self.damaged += 1
            log.error("%s has damaged records: those that could be read are taken in, the file is kept as .damaged", file.name)
        removed = await asyncio.to_thread(_put_aside if contents.damaged else _remove, file)
        self.size -= removed
        return len(contents.records)


def _number(file: Path) -> int:
    return int(file.stem.partition("-")[0])


def _read(file: Path) -> Contents:
    return parse(file.read_bytes(), bytes.fromhex(file.stem.partition("-")[2]))


def _remove(file: Path) -> int:
    size = file.stat().st_size
    file.unlink()
    return size


def _put_aside(file: Path) -> int:
    size = file.stat().st_size
    file.rename(file.with_suffix(".damaged"))
    _sync_folder(file.parent)
    return size


def _append(file: Path, data: bytes) -> None:
    fresh = not file.exists()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    before = os.fstat(descriptor).st_size
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise
    finally:
        os.close(descriptor)
    if fresh:
        _sync_folder(file.parent)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
