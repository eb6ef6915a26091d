"""Files named by what is in them, on the file system: written and synced before the commit that names them, collected when nothing does."""

import asyncio
import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHUNK = 256 * 1024
INCOMING = "incoming-"
"""How files begin to be called while they are written."""
NAME = re.compile(r"[0-9a-f]{64}")
"""What files are called; what is called otherwise is not ours, and is left alone."""
SHELVES = tuple(f"{number:02x}" for number in range(256))
"""The folders: files lie on the one that their name begins with."""


class BlobTooLarge(Exception):
    """More bytes came than were allowed."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class BlobMissing(Exception):
    """A row names a file that is not there: the folder was not restored with the database."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file is called and how large it is. The caller's transaction names it in the table `blob`."""

    sha256: bytes
    size: int


class Blobs:
    """The files under one folder. Nothing here blocks the event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, source: bytes | AsyncIterator[bytes], limit: int | None = None) -> Stored:
        """Keep bytes; when this returns they survive a power cut. Raises BlobTooLarge above `limit` bytes, and keeps nothing then."""
        writing = await asyncio.to_thread(_Writing, self._folder, limit)
        try:
            async for chunk in _gathered(source):
                await asyncio.to_thread(writing.write, chunk)
            return await asyncio.to_thread(writing.keep)
        finally:
            await asyncio.shield(asyncio.to_thread(writing.close))

    async def read(self, sha256: bytes) -> bytes:
        """All bytes of a file. Raises BlobMissing."""
        try:
            return await asyncio.to_thread(self.path(sha256).read_bytes)
        except FileNotFoundError:
            raise BlobMissing(sha256.hex()) from None

    def path(self, sha256: bytes) -> Path:
        """Where a file lies, for streaming it out."""
        name = sha256.hex()
        return self._folder / name[:2] / name

    def old_files(self, shelf: str, grace_s: float) -> list[bytes]:
        """The names on one shelf that nobody has put for `grace_s` seconds. Blocks: call it from a thread."""
        folder = self._folder / shelf
        if not folder.is_dir():
            return []
        return [bytes.fromhex(one.name) for one in folder.iterdir() if NAME.fullmatch(one.name) and _is_old(one, grace_s)]

    def remove_unfinished(self, grace_s: float) -> int:
        """Remove what a killed process left half written; returns how many. Blocks: call it from a thread."""
        left = [path for path in self._folder.glob(f"{INCOMING}*") if _is_old(path, grace_s)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def remove(self, names: list[bytes], grace_s: float) -> int:
        """Remove those that are still old; returns how many. Blocks: call it from a thread."""
        with _locked(self._folder, fcntl.LOCK_EX):
            doomed = [path for path in map(self.path, names) if path.exists() and _is_old(path, grace_s)]
            for path in doomed:
                path.unlink()
        return len(doomed)


class _Writing:
    """One file on its way in. Blocks: every method is called from a thread."""

    def __init__(self, folder: Path, limit: int | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._limit = limit
        self._digest = hashlib.sha256()
        self._size = 0
        descriptor, name = tempfile.mkstemp(prefix=INCOMING, dir=folder)
        self._path = Path(name)
        self._file: BinaryIO = os.fdopen(descriptor, "wb")

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._limit is not None and self._size > self._limit:
            raise BlobTooLarge(self._limit)
        self._digest.update(chunk)
        self._file.write(chunk)

    def keep(self) -> Stored:
        self._file.flush()
        os.fsync(self._file.fileno())
        name = self._digest.hexdigest()
        shelf = self._folder / name[:2]
        if not shelf.is_dir():
            shelf.mkdir(exist_ok=True)
            _sync_folder(self._folder)
        with _locked(self._folder, fcntl.LOCK_SH):
            # Also over a file that is there: the new time tells the collector that somebody is about to name it.
            self._path.replace(shelf / name)
        _sync_folder(shelf)
        return Stored(self._digest.digest(), self._size)

    def close(self) -> None:
        self._file.close()
        with suppress(FileNotFoundError):
            self._path.unlink()


async def _gathered(source: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes in pieces worth a trip to another thread."""
    if isinstance(source, bytes):
        yield source
        return
    waiting = bytearray()
    async for piece in source:
        waiting += piece
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _is_old(path: Path, grace_s: float) -> bool:
    """Also of a file that somebody else has just removed: it is not there to be old."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime <= time.time() - grace_s
    return False


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Putting shares the lock, removing has it alone: a file cannot go between being put again and being named."""
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, how)
        yield


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
