"""Writes docs/reference/*.md and the console's types of events from what the program itself knows: `python -m hub.reference`."""

import re
import sys
import tempfile
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from connectors.registry import packages
from hub.config import KNOWN, SHORT_NAMES, allowed, defaults_file
from hub.events import LEDGER_EVENTS, SOCKET_EVENTS
from hub.kernel.web import Route
from hub.typescript import administration_file, typescript, typescript_file

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
SECTION = re.compile(r"^\[(\w+)\]$")
KEY = re.compile(r"^(\w+) *=")


def comments(text: str) -> dict[tuple[str, str], str]:
    """(section, key) → the comment that stands above it in config.toml; "" where there is none."""
    found, section, lines = {}, "", list[str]()
    for line in text.splitlines():
        if line.startswith("#"):
            lines.append(line.removeprefix("#").strip())
            continue
        if match := SECTION.match(line):
            section = match.group(1)
        elif match := KEY.match(line):
            found[section, match.group(1)] = " ".join(lines)
        lines = []
    return found


def settings_page() -> str:
    """Every setting: default, meaning, what is allowed, variable."""
    text = defaults_file().read_text(encoding="utf-8")
    defaults, meanings = tomllib.loads(text), comments(text)
    parts = [SETTINGS_HEAD]
    for section, keys in KNOWN.items():
        parts.append(f"\n## [{section}]\n\n| key | default | meaning | allowed | variable |\n| --- | --- | --- | --- | --- |\n")
        parts.extend(_setting(section, key, kind, defaults[section][key], meanings[section, key]) for key, kind in keys.items())
    return "".join(parts)


SETTINGS_HEAD = """# Settings

Hilo reads its defaults, then one `config.toml` (named by `--config` or `HILO_CONFIG`, otherwise the one in the folder where it is
started), then the environment. What is wrong is named with what is allowed, and the hub does not start. Written by
`python -m hub.reference settings` from `config.toml`.

The key that protects channels' passwords is not a setting: it lies in `<data folder>/key`, made at the first start, or is given as
`HILO_KEY` (base64url text of 32 bytes).
"""


def _setting(section: str, key: str, kind: Any, default: Any, meaning: str) -> str:
    names = [f"HILO_{section}_{key}".upper(), *(name for name, where in SHORT_NAMES.items() if where == (section, key))]
    shown = f'"{default}"' if isinstance(default, str) else str(default)
    cells = (f"`{key}`", f"`{shown}`", meaning, allowed(kind), " ".join(f"`{name}`" for name in names))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def events_page() -> str:
    """Every event of the sockets with its shape, and every type of the ledger."""
    shapes = [one.shape for one in SOCKET_EVENTS]
    _, components = msgspec.json.schema_components(shapes, ref_template="{name}")
    rows = [f"| `{one.type}` | {'yes' if one.kept else 'no'} | `{one.shape.__name__}` | {one.sentence} |\n" for one in SOCKET_EVENTS]
    parts = [EVENTS_HEAD, *rows, "\n## Shapes\n"]
    parts += [_shape(name, components[name]) for name in sorted(components)]
    parts.append("\n## The ledger\n\n| type | what happened |\n| --- | --- |\n")
    parts += [f"| `{type_}` | {sentence} |\n" for type_, sentence in sorted(LEDGER_EVENTS.items())]
    return "".join(parts)


EVENTS_HEAD = """# Events

Socket.IO, namespace `/agent`: connect with the session's cookie and `auth: {"csrf": …}`, or with `auth: {"token": "<API token>"}`.
Emit `register {"position": null}`; the answer is `{"position", "snapshot"}`. Then there is one server event,
`event {"position", "type", "at", "data"}`.
After a break emit `register {"position": <the last one you have>}`: what was missed is replayed, or a snapshot is given when it is too
much. Applying an event twice must change nothing. `watch {"customer": id}` asks for what happens in that customer's conversation.
Written by `python -m hub.reference events` from `hub/events.py`.

| type | kept | data | meaning |
| --- | --- | --- | --- |
"""


def _shape(name: str, schema: dict[str, Any]) -> str:
    about = " ".join(str(schema.get("description", "")).split())
    if "properties" not in schema:
        return f"\n### {name}\n\n{about} One of {', '.join(f'`{one}`' for one in schema.get('enum', ()))}.\n"
    fields = "".join(f"| `{key}` | {_kind(value)} |\n" for key, value in schema["properties"].items())
    return f"\n### {name}\n\n{about}\n\n| field | type |\n| --- | --- |\n{fields}"


def _kind(schema: dict[str, Any]) -> str:
    return typescript(schema).replace("|", "\\|")


def http_page() -> str:
    """Every route: who may, and what it answers."""
    rows = [
        f"| `{one.method}` | `{one.full_path}` | {one.needs.replace('_', ' ') or 'everybody'} | {one.summary} |\n"
        for one in sorted(all_routes(), key=lambda one: (one.path, one.method))
    ]
    return "".join([HTTP_HEAD, *rows])


HTTP_HEAD = """# HTTP

Every route, with the permission it needs. The shapes stand in the description that the hub serves at `/api/v1/openapi.json`.
Sign in with `POST /api/v1/session`; what changes something carries the header `X-CSRF-Token`. Programs use
`Authorization: Bearer <API token>` instead of both. An error is `{"error": {"code", "message", "fields", "reference"}}`.
Written by `python -m hub.reference http` from the routes.

| method | path | permission | what |
| --- | --- | --- | --- |
"""


def all_routes() -> list[Route]:
    """The routes of a hub that is built and never opened."""
    from hub.app import Hub
    from hub.config import load
    from hub.inbound.parsing import Parsers
    from hub.kernel.database import Database, DatabaseSettings
    from hub.kernel.openapi import OpenApi
    from hub.kernel.secrets import Secrets
    from hub.storage import Storage

    with tempfile.TemporaryDirectory() as folder:
        settings = load(environment={"HILO_DATA": folder}, folder=Path(folder))
        storage = Storage(Database(DatabaseSettings("postgresql://nowhere")), "postgresql://nowhere", Path(folder) / "never")
        hub = Hub(settings, storage, Parsers(""), Secrets(bytes(32)))
        hub.people.close()
        return [*hub.routes, OpenApi(hub.routes).route()]


ROOT = Path(__file__).resolve().parent.parent


def connector_http_page() -> str:
    """The JSON of the http channel, as the connector itself tells it."""
    page: str = import_module(f"{packages()['http']}.reference").page()
    return page


PAGES: dict[str, tuple[Path, Callable[[], str]]] = {
    "settings": (FOLDER / "settings.md", settings_page),
    "events": (FOLDER / "events.md", events_page),
    "http": (FOLDER / "http.md", http_page),
    "connector-http": (FOLDER / "connector-http.md", connector_http_page),
    "typescript": (ROOT / "agent_ui" / "src" / "live" / "hub.ts", typescript_file),
    "administration": (ROOT / "agent_ui" / "src" / "channels" / "hub.ts", administration_file),
}
"""Page → where it lies, and what writes it."""


def main(arguments: list[str]) -> int:
    """Write the pages named, or all. Returns the exit code."""
    unknown = [name for name in arguments if name not in PAGES]
    if unknown:
        sys.stderr.write(f"there is no page {unknown[0]!r}; there are: {', '.join(PAGES)}\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in arguments or PAGES:
        file, write = PAGES[name]
        file.write_text(write(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
