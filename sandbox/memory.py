"""What the pretend world keeps over a restart: a file for each provider, and the pictures and recordings beside it.

In a folder lie `<name>.json` and, named by their hash, the files of `<name>-files/`. Whoever deletes the folder begins anew.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

PAUSE_S = 0.2
LONG = 4096
"""Texts from this length on are files, encoded pictures for the most part: the ledger itself stays quick to write."""
BYTES, TEXT = "$bytes", "$text"
HASH = re.compile("[0-9a-f]{64}")

log = logging.getLogger(__name__)


class Remembers(Protocol):
    """A part of the world that can say what it knows, and be told it again. `known_as`: the type of what it knows."""

    on_change: Callable[[], None]

    @property
    def name(self) -> str: ...

    @property
    def known_as(self) -> Any: ...

    def known(self) -> Any: ...

    def recall(self, known: Any) -> None: ...


class Memory:
    """Keeps one part of the world in a folder: `async with` recalls what lies there, then writes soon after each change."""

    def __init__(self, folder: Path, one: Remembers) -> None:
        self._one = one
        self._file = folder / f"{one.name}.json"
        self._files = folder / f"{one.name}-files"
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[None] | None = None
        self._written = b""

    async def __aenter__(self) -> "Memory":
        known = await asyncio.to_thread(self._read)
        if known is not None:
            self._one.recall(known)
        self._one.on_change = self._changed.set
        self._writing = asyncio.create_task(self._write_on_change(), name=f"memory of {self._one.name}")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._writing is not None:
            self._writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writing
        await self._write()

    async def _write_on_change(self) -> None:
        while await self._changed.wait():
            await asyncio.sleep(PAUSE_S)
            self._changed.clear()
            # A pause in between ends here; a write that has begun is finished.
            await asyncio.shield(asyncio.ensure_future(self._write()))

    async def _write(self) -> None:
        async with self._turn:
            said = msgspec.to_builtins(self._one.known(), builtin_types=(bytes,))
            try:
                await asyncio.to_thread(self._put, said)
            except OSError as error:
                log.warning("the pretend world cannot remember %s: %s", self._one.name, error)

    # ── In the folder ───────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self) -> Any:
        """What is known; None when nothing lies there, or nothing that can be read."""
        try:
            said = json.loads(self._file.read_bytes())
            return msgspec.convert(self._unpacked(said), self._one.known_as, builtin_types=(bytes,))
        except FileNotFoundError:
            if not self._file.exists():
                return None
            why = "one of its files is gone"
        except (OSError, ValueError, TypeError, KeyError) as error:
            why = str(error)
        aside = self._file.with_suffix(".broken")
        os.replace(self._file, aside)
        log.warning("the pretend world cannot read what %s knew (%s): it begins empty; the old ledger is %s", self._one.name, why, aside)
        return None

    def _put(self, said: Any) -> None:
        """Files first, then the ledger that names them, then what it names no more goes."""
        self._files.mkdir(parents=True, exist_ok=True)
        named: set[str] = set()
        text = json.dumps(self._packed(said, named), ensure_ascii=False).encode()
        if text == self._written:
            return
        _replace(self._file, text)
        self._written = text
        for one in self._files.iterdir():
            if one.name not in named:
                one.unlink()

    def _packed(self, value: Any, named: set[str]) -> Any:
        """The same with a name in the place of what is long."""
        if isinstance(value, dict):
            return {key: self._packed(one, named) for key, one in value.items()}
        if isinstance(value, list):
            return [self._packed(one, named) for one in value]
        if isinstance(value, bytes):
            return {BYTES: self._keep(value, named)}
        return {TEXT: self._keep(value.encode(), named)} if isinstance(value, str) and len(value) >= LONG else value

    def _keep(self, data: bytes, named: set[str]) -> str:
        name = hashlib.sha256(data).hexdigest()
        named.add(name)
        file = self._files / name
        if not file.exists():
            _replace(file, data)
        return name

    def _unpacked(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._unpacked(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {BYTES} and _is_name(value[BYTES]):
            return (self._files / value[BYTES]).read_bytes()
        if value.keys() == {TEXT} and _is_name(value[TEXT]):
            return (self._files / value[TEXT]).read_text(encoding="utf-8")
        return {key: self._unpacked(one) for key, one in value.items()}


def _is_name(value: Any) -> bool:
    """Whether it names a file of ours: somebody may have sent an object that only looks so, with a path in it."""
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _replace(file: Path, data: bytes) -> None:
    """The old or the new, never half of it."""
    new = file.with_suffix(".new")
    with new.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, file)
