"""Backup and restore: database, files, key and spool in one tar. In a fresh cluster all stands as it stood, positions included."""

import asyncio
import io
import os
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from hub.errors import SetupError
from hub.kernel.embedded import binaries
from hub.kernel.migrate import migrations
from hub.kernel.secrets import VARIABLE, read_key
from hub.settings import Settings
from hub.storage import opened_storage

FORMAT = 1
KEPT = ("blobs", "spool", "channels.sealed", "demo-password")


async def backup(settings: Settings, file: Path) -> None:
    """Write the archive; the hub may be running. Files are there before a row names them, and rows are dumped first: none is missing."""
    started = time.monotonic()
    async with opened_storage(settings, owner=False) as storage:
        await asyncio.to_thread(_write, settings, storage.url, file)
    print(f"{file} is written, in {time.monotonic() - started:.1f} s")


async def restore(settings: Settings, file: Path) -> None:
    """Read the archive into an empty database and an empty data folder. Raises SetupError when either is not."""
    data = settings.data.path
    if any((data / name).exists() for name in ("key", "blobs")):
        raise SetupError(f"{data} is not empty: restore never overwrites; name another folder with HILO_DATA")
    await asyncio.to_thread(_check_archive, file)
    data.mkdir(parents=True, exist_ok=True)
    async with opened_storage(settings, owner=False) as storage:
        await _require_empty(storage.url)
        print("Restoring the database ...", flush=True)
        await asyncio.to_thread(_read, file, storage.url, data)
        await _forget_leases(storage.url)
    print(f"restored into {data}")


def _write(settings: Settings, url: str, file: Path) -> None:
    if file.exists():
        raise SetupError(f"{file} exists already; name another file")
    data = settings.data.path
    partial = file.with_name(file.name + ".part")
    try:
        with tempfile.TemporaryDirectory() as folder, tarfile.open(partial, "w") as archive:
            dump = Path(folder) / "database.dump"
            print("Dumping the database ...", flush=True)
            _postgres("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", url)
            _add_bytes(archive, "hilo.json", msgspec.json.encode(_about()))
            archive.add(dump, "database.dump")
            _add_bytes(archive, "key", read_key(data / "key"))
            print("Adding files ...", flush=True)
            for name in KEPT:
                if (data / name).exists():
                    archive.add(data / name, name)
        os.chmod(partial, 0o600)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def _about() -> dict[str, Any]:
    return {"format": FORMAT, "made_at": time.time(), "migration": migrations()[-1].number}


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(data), 0o600, int(time.time())
    archive.addfile(entry, io.BytesIO(data))


def _check_archive(file: Path) -> None:
    try:
        with tarfile.open(file) as archive:
            member = archive.extractfile("hilo.json")
            about = msgspec.json.decode(member.read() if member else b"null")
    except (OSError, tarfile.TarError, KeyError, msgspec.DecodeError) as error:
        raise SetupError(f"{file} is not a backup of Hilo: {error}") from error
    if about["format"] != FORMAT or about["migration"] > migrations()[-1].number:
        raise SetupError(f"{file} was made by a newer Hilo (migration {about['migration']}): update this one first")


def _read(file: Path, url: str, data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, tarfile.open(file) as archive:
        archive.extract("database.dump", folder, filter="data")
        _postgres("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url}", f"{folder}/database.dump")
        print("Restoring files ...", flush=True)
        members = [one for one in archive.getmembers() if one.name not in ("database.dump", "hilo.json")]
        if os.environ.get(VARIABLE):
            members = [one for one in members if one.name != "key"]
        archive.extractall(data, members, filter="data")
    if (data / "key").exists():
        (data / "key").chmod(0o600)


def _postgres(program: str, *arguments: str) -> None:
    done = subprocess.run([str(binaries() / program), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"{program} failed: {done.stderr.strip()[-500:]}")


async def _require_empty(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        if await connection.fetchval("SELECT to_regclass('public.event') IS NOT NULL"):
            raise SetupError("the database is not empty: restore never overwrites")
    finally:
        await connection.close()


async def _forget_leases(url: str) -> None:
    """Whoever held them holds them in another world; tokens stay, so that they go on growing."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute("UPDATE lease SET until = now()")
    finally:
        await connection.close()
