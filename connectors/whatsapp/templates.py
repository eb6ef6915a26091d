"""WhatsApp's templates: as Meta lists them, and filled in for sending; pure.

A variable of the body has Meta's own name (`1`, `2`, … or `order_number`). Those of the header are `header.1`, a picture, video or document
there is `header.image`, `header.video`, `header.document` (an address), the end of a button's address is `button.0` (the button's place).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from connectors.contract import Template, TemplateUse
from connectors.graph.reading import part, parts, text

State = Literal["approved", "pending", "rejected", "paused"]
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,60})\s*\}\}")
STATES: Mapping[str, State] = {
    "APPROVED": "approved",
    "PENDING": "pending",
    "IN_APPEAL": "pending",
    "PAUSED": "paused",
    "LIMIT_EXCEEDED": "paused",
    "REJECTED": "rejected",
    "DISABLED": "rejected",
}
"""What Meta says of a template; what is being deleted or archived is not shown."""
FILES = ("IMAGE", "VIDEO", "DOCUMENT")


def read_template(given: Mapping[str, Any]) -> Template | None:
    """A template of the list, or None when it is gone."""
    state = STATES.get(text(given.get("status"), 60))
    if state is None:
        return None
    components = {text(one.get("type"), 40): one for one in parts(given.get("components"))}
    header, body = components.get("HEADER", {}), components.get("BODY", {})
    shown = (_header(header), text(body.get("text")), text(components.get("FOOTER", {}).get("text")), _buttons(components))
    said = "\n\n".join(filter(None, shown))
    names = [*_file_of(header), *(found.group(1) for found in re.finditer(r"\{\{([a-z0-9_.]+)\}\}", said, re.IGNORECASE))]
    return Template(
        name=text(given.get("name"), 600),
        language=text(given.get("language"), 20),
        text=said,
        variables=tuple(dict.fromkeys(names)),
        category=text(given.get("category"), 60).lower(),
        state=state,
        examples=_examples(body),
    )


def _header(header: Mapping[str, Any]) -> str:
    if header.get("format") in FILES:
        return f"[{header['format'].lower()}]"
    return VARIABLE.sub(r"{{header.\1}}", text(header.get("text")))


def _file_of(header: Mapping[str, Any]) -> list[str]:
    return [f"header.{header['format'].lower()}"] if header.get("format") in FILES else []


def _buttons(components: Mapping[str, Any]) -> str:
    """A line for each button; where its address ends in a variable, that is seen."""
    lines = []
    for place, one in enumerate(parts(part(components.get("BUTTONS")).get("buttons"))):
        address = text(one.get("url"))
        lines.append(f"[ {text(one.get('text'), 100)} ]" + (f" {VARIABLE.sub(f'{{{{button.{place}}}}}', address)}" if address else ""))
    return "\n".join(lines)


def _examples(body: Mapping[str, Any]) -> dict[str, str]:
    example = part(body.get("example"))
    named = parts(example.get("body_text_named_params"))
    if named:
        return {text(one.get("param_name"), 60): text(one.get("example"), 1000) for one in named}
    rows = example.get("body_text")
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    return {str(place): str(value)[:1000] for place, value in enumerate(first, 1)}


def components(use: TemplateUse) -> list[dict[str, Any]]:
    """The variables as the sending wants them."""
    by_place: dict[str, dict[str, str]] = {"header": {}, "body": {}, "button": {}}
    for name, value in use.variables.items():
        place, dot, rest = name.partition(".")
        by_place[place if dot and place in by_place else "body"][rest if dot and place in by_place else name] = value
    found = []
    if by_place["header"]:
        found.append({"type": "header", "parameters": [_header_value(*one) for one in _ordered(by_place["header"])]})
    if by_place["body"]:
        found.append({"type": "body", "parameters": [_value(*one) for one in _ordered(by_place["body"])]})
    for place, value in _ordered(by_place["button"]):
        found.append({"type": "button", "sub_type": "url", "index": place, "parameters": [{"type": "text", "text": value}]})
    return found


def _ordered(values: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return sorted(values.items(), key=lambda one: (int(one[0]) if one[0].isdigit() else 0, one[0]))


def _value(name: str, value: str) -> dict[str, Any]:
    named = {} if name.isdigit() else {"parameter_name": name}
    return {"type": "text", **named, "text": value}


def _header_value(name: str, value: str) -> dict[str, Any]:
    return {"type": name, name: {"link": value}} if name.upper() in FILES else _value(name, value)
