"""What the hub says as TypeScript, so that the console cannot misread it: the sockets' events, and the administration of channels."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from hub.abuse.model import Block, BlockPage, FloodList, SenderQuotas, SpamPage
from hub.answers.model import AnswersList, AnswersPreview, AnswersTried
from hub.channels import shapes as channels
from hub.events import SOCKET_EVENTS
from hub.inbound.api import QuarantinePage, Replayed
from hub.templates.model import TemplateList

ADMINISTRATION = (
    *(channels.Gallery, channels.Guide, channels.ChannelList, channels.MadeChannel, channels.NewAddress, channels.Opening),
    *(channels.Steps, channels.Passages, channels.RuleList, channels.RulesInput, channels.Verdict, QuarantinePage, Replayed, TemplateList),
    *(Block, BlockPage, FloodList, SenderQuotas, SpamPage),
    *(AnswersList, AnswersPreview, AnswersTried),
)
"""What the pages of administration are answered."""


def typescript_file() -> str:
    """The shapes of the sockets' events as TypeScript, for the console."""
    parts = [TYPESCRIPT_HEAD, *_interfaces(_components(one.shape for one in SOCKET_EVENTS))]
    parts.append("/** Type of an event → its data. */\nexport interface SocketEvents {\n")
    parts += [f'  "{one.type}": {one.shape.__name__};\n' for one in SOCKET_EVENTS]
    return "".join([*parts, "}\n"])


TYPESCRIPT_HEAD = (
    "/** The shapes of the hub's events. Written by `python -m hub.reference typescript` from hub/events.py; not by hand. */\n\n"
)


def administration_file() -> str:
    """The shapes of the administration of channels as TypeScript. What the events have too comes from there."""
    told, asked = _components(one.shape for one in SOCKET_EVENTS), _components(ADMINISTRATION)
    shared = f'import type {{ {", ".join(sorted(told.keys() & asked.keys()))} }} from "../live/hub.ts";\n\n'
    own = {name: schema for name, schema in asked.items() if name not in told}
    return "".join([ADMINISTRATION_HEAD, shared, *_interfaces(own)]).rstrip("\n") + "\n"


ADMINISTRATION_HEAD = (
    "/** What the hub answers about channels to those who administer them. Written by `python -m hub.reference administration`; not by\n"
    " *  hand. */\n\n"
)


def _components(shapes: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    """These and all that they are made of: name → JSON schema."""
    return msgspec.json.schema_components(shapes, ref_template="{name}")[1]


def _interfaces(components: Mapping[str, Any]) -> list[str]:
    sparse = {one.__name__ for one in _structs(msgspec.Struct) if one.__struct_config__.omit_defaults}
    return [_interface(name, components[name], name in sparse) for name in sorted(components)]


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
