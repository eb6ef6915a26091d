"""The shapes of the sockets' events as TypeScript, so that the console cannot misread the hub."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from hub.events import SOCKET_EVENTS


def typescript_file() -> str:
    """The shapes of the sockets' events as TypeScript, for the console."""
    _, components = msgspec.json.schema_components([one.shape for one in SOCKET_EVENTS], ref_template="{name}")
    parts = [TYPESCRIPT_HEAD]
    sparse = {one.__name__ for one in _structs(msgspec.Struct) if one.__struct_config__.omit_defaults}
    parts += [_interface(name, components[name], name in sparse) for name in sorted(components)]
    parts.append("/** Type of an event → its data. */\nexport interface SocketEvents {\n")
    parts += [f'  "{one.type}": {one.shape.__name__};\n' for one in SOCKET_EVENTS]
    return "".join([*parts, "}\n"])


TYPESCRIPT_HEAD = (
    "/** The shapes of the hub's events. Written by `python -m hub.reference typescript` from hub/events.py; not by hand. */\n\n"
)


def _structs(base: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in base.__subclasses__():
        yield one
        yield from _structs(one)


def _interface(name: str, schema: dict[str, Any], sparse: bool) -> str:
    """A sparse struct leaves out on the wire what has its default."""
    if "properties" not in schema:
        return f"export type {name} = {typescript(schema)};\n\n"
    always = set(schema.get("required", ())) if sparse else set(schema["properties"])
    fields = "".join(f"  {key}{'' if key in always else '?'}: {typescript(value)};\n" for key, value in schema["properties"].items())
    return f"export interface {name} {{\n{fields}}}\n\n"


def typescript(schema: dict[str, Any]) -> str:
    """A JSON schema as a TypeScript type."""
    if "$ref" in schema:
        return str(schema["$ref"])
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(one) for one in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return " | ".join(typescript(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        inner = typescript(schema.get("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if schema.get("type") == "object":
        return f"Record<string, {typescript(extra if isinstance(extra := schema.get('additionalProperties'), dict) else {})}>"
    return TYPESCRIPT_TYPES.get(str(schema.get("type")), "unknown")


TYPESCRIPT_TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
