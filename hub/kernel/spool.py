"""What arrives while the database is away: appended to files that are synced before anybody is told yes, drained in order later.

A record is length, CRC-32 and a msgpack body. A record that was cut off by a crash fails its check and ends its file: it was never
acknowledged. Draining is idempotent (the deliveries have their unique keys), so a file is simply done again after a crash.
"""

import asyncio
import logging
import os
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from hub.kernel.crash import crash_point

log = logging.getLogger(__name__)

HEAD = struct.Struct("<II")
RECORD_LIMIT = 64 * 1024 * 1024
AT_ONCE = 64
"""How many records are handed over together: a spool must be drained faster than it fills."""
FILE_BYTES = 16 * 1024 * 1024
"""A file that has grown beyond this is followed by a new one: a file is drained from memory."""


class Spooled(msgspec.Struct, frozen=True, array_like=True):
    """One raw delivery, and the channel it came by."""

    channel: str
    kind: str
    external_id: str
    body: bytes
    headers: dict[str, str]


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
        self._number = int(left[-1].stem) + 1 if left else 0  # never after a record that a crash cut off, never before what is older
        self._filled = 0
        self.size = sum(file.stat().st_size for file in left)

    @property
    def pending(self) -> bool:
        """Whether something waits to be drained."""
        return self.size > 0

    @property
    def room(self) -> bool:
        """Whether more could be kept."""
        return self.size < self._limit

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.spool"))

    async def append(self, record: Spooled) -> None:
        """Keep one record; returns when it is on the disk. Raises SpoolFull."""
        body = msgspec.msgpack.encode(record)
        framed = HEAD.pack(len(body), zlib.crc32(body)) + body
        if self.size + len(framed) > self._limit:
            raise SpoolFull(f"the spool holds {self.size} bytes of {self._limit}")
        self.size += len(framed)
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((framed, done))
        await asyncio.shield(self._flush())  # whoever stops waiting does not stop those who share the sync
        await done

    async def _flush(self) -> None:
        async with self._writing:
            await self._write_waiting()

    async def _write_waiting(self) -> None:
        group, self._waiting = self._waiting, []
        if not group:
            return
        file = self._folder / f"{self._number:08d}.spool"
        try:
            await asyncio.to_thread(_append, file, b"".join(framed for framed, _ in group))
        except OSError as error:
            self.size -= sum(len(framed) for framed, _ in group)
            for _, done in group:
                if not done.done():
                    done.set_exception(SpoolFull(f"cannot write to the spool: {error}"))
        else:
            self._filled += sum(len(framed) for framed, _ in group)
            if self._filled > FILE_BYTES:
                self._number, self._filled = self._number + 1, 0
            for _, done in group:
                if not done.done():
                    done.set_result(None)

    async def drain(self, take: Callable[[Sequence[Spooled]], Awaitable[None]]) -> int:
        """Hand over everything in order, some at a time; what comes meanwhile goes to a new file. Returns how many records."""
        count = 0
        async with self._draining:
            while files := self._files():
                async with self._writing:
                    self._number, self._filled = max(self._number, int(files[-1].stem) + 1), 0
                for file in files:
                    count += await self._drain_file(file, take)
        return count

    async def _drain_file(self, file: Path, take: Callable[[Sequence[Spooled]], Awaitable[None]]) -> int:
        records = await asyncio.to_thread(lambda: list(read_records(file)))
        for start in range(0, len(records), AT_ONCE):
            await take(records[start : start + AT_ONCE])
        crash_point("spool.drained")
        self.size -= await asyncio.to_thread(_remove, file)
        return len(records)


def read_records(file: Path) -> Iterator[Spooled]:
    """The whole records of a file; stops at one that was cut off or damaged."""
    with file.open("rb") as stream:
        while head := stream.read(HEAD.size):
            length, crc = HEAD.unpack(head) if len(head) == HEAD.size else (RECORD_LIMIT + 1, 0)
            body = stream.read(length) if length <= RECORD_LIMIT else b""
            if len(body) != length or zlib.crc32(body) != crc:
                log.warning("%s ends in a record that was never acknowledged", file.name)
                return
            yield msgspec.msgpack.decode(body, type=Spooled)


def _remove(file: Path) -> int:
    size = file.stat().st_size
    file.unlink()
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
