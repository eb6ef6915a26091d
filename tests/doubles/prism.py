"""Prism between a caller and a double: each request and each answer is held against the provider's OpenAPI document."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.doubles.node import FOLDER, NODE

REFERENCE = re.compile(r"#/components/\w+/")
VIOLATION = re.compile(rb"iolation")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LISTENING = re.compile(rb"listening on (http://[0-9.:]+)")


def merged(documents: Mapping[Path, Sequence[str]]) -> dict[str, Any]:
    """One document of the given paths of several, whose components keep apart."""
    components: dict[str, dict[str, Any]] = {}
    whole: dict[str, Any] = {"openapi": "3.0.1", "info": {"title": "doubles", "version": "1"}, "paths": {}, "components": components}
    for number, (file, paths) in enumerate(documents.items()):
        document = json.loads(REFERENCE.sub(rf"\g<0>{number}.", file.read_text(encoding="utf-8")))
        whole["paths"] |= {path: document["paths"][path] for path in paths}
        for kind, parts in document["components"].items():
            before = "" if kind == "securitySchemes" else f"{number}."
            components.setdefault(kind, {}).update({before + name: part for name, part in parts.items()})
    return whole


class Prism:
    """Prism while it runs: where, and all that it found."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self.address = ""
        self.violations: list[str] = []
        self._process = process
        self._lines = process.stdout

    async def start(self) -> None:
        """Wait until it listens. Raises RuntimeError with its last words when it does not."""
        said = b""
        async with asyncio.timeout(60):
            async for line in self._lines:
                said = line
                if found := LISTENING.search(line):
                    self.address = found[1].decode()
                    return
        raise RuntimeError(f"Prism does not run: {said.decode()}")

    async def listen(self) -> None:
        """Note every violation that it tells of."""
        async for line in self._lines:
            if VIOLATION.search(line):
                self.violations.append(COLOUR.sub("", line.decode()).strip())

    async def stop(self) -> None:
        """End it."""
        self._process.terminate()
        await self._process.wait()


@asynccontextmanager
async def standing_before(upstream: str, document: Mapping[str, Any], modules: Path) -> AsyncIterator[Prism]:
    """Prism, while it hands on everything to `upstream` and watches."""
    file = FOLDER / "document.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    program = modules / "@stoplight" / "prism-cli" / "dist" / "index.js"
    command = (str(NODE), str(program), "proxy", str(file), upstream, "--host", "127.0.0.1", "--port", "0")
    out, errors = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    prism = Prism(await asyncio.create_subprocess_exec(*command, stdout=out, stderr=errors))
    try:
        await prism.start()
        listening = asyncio.create_task(prism.listen())
        yield prism
    finally:
        await prism.stop()
    await listening
