"""Writes docs/reference/connector-http.md: the JSON of the http channel, from the Structs that read and write it."""

import json
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from connectors.http import leaving, words
from connectors.http.signing import TOLERANCE_S

HEAD = f"""# JSON over HTTP

How any other system is a channel of Hilo's, also a connector in another language. Written by `python -m hub.reference connector-http` from
`connectors/http`. How an admin sets it up: [connectors/http](../../connectors/http/README.md).

## Signatures
Both sides sign alike. With each request go
| header | holds |
| --- | --- |
| `X-Hilo-Timestamp` | seconds since the epoch; more than {TOLERANCE_S} off is refused |
| `X-Hilo-Signature` | `sha256=` and the HMAC-SHA256, in hexadecimal, of time, a dot and the raw body; one of several (`,`) must fit |

While a secret is changed, both the new and the old one hold: Hilo sends a signature for each. Compare in constant time, over the bytes as
they came, before you read them. Other headers are not signed: believe only what stands in the body. The type of the content does not
matter: it is JSON in UTF-8.

## To Hilo
`POST /hooks/KEY` with `{{"id": "…", "events": [ … ]}}`, at most 4 MB, all of it within 30 seconds. The answer 200 `{{"ok":true}}` says
that all of it is kept; repeat whatever was answered otherwise (403, 404, 405 and 413 excepted), later and later, signed anew each time.
Each event is read by itself: one that cannot be read is set aside, others are not held up. The same event again changes nothing, and the
same `id` with other words makes no second message. A `type` that is not known here is shown as an unsupported message if it has `id` and
`from`. Unknown fields are ignored.

The `id` beside `events` is yours for this delivery, the same when you send it again. It is needed by events that have no id of their own
(`receipt`, `typing`, `profile`, `consent`): without it, one that says the very same as an earlier one is taken for that one.

## From Hilo
One `POST` to your address for each message, action and signal, to be answered within 15 seconds. The header `X-Hilo-Delivery` names it,
the same at every attempt: the `id` of the message or action, and `id:part` for a message in several parts. The same stands in the body,
signed: go by that. **A message is named by `id` and `part` together.** Whoever goes by `id` alone takes the second part for a repetition
of the first, and the customer never reads it. What your answer means:
| answer | means |
| --- | --- |
| 200 to 299 | you have it. `{{"id": "…"}}` may give your own id of the message, `{{"state": "delivered"}}` say more |
| 429 | come back after `Retry-After` seconds; the channel waits |
| 401, 403 | the signature does not hold; the channel stops and the admin is told |
| 500 to 599, or none | sent again with the same ids, later and later |
| any other | never: the agent reads `{{"message": "…"}}`; with `"code": "window_closed"` a template is asked for |

Where the channel's settings say that you have a history, Hilo asks for it by `sweep` and `trace`. Both are answered with 200 and
`{{"events": [ … ]}}`, at most 4 MB, with the events that you may send; nothing is changed by asking.
"""


def page() -> str:
    """The whole page."""
    parts = [
        HEAD,
        "\n# What you may send\n",
        *_tables(get_args(words.Words)),
        "\n# What you receive\n",
        *_tables(get_args(leaving.Leaving)),
    ]
    return "".join([*parts, "\n# JSON Schema\n", _schema("Events", list[words.Words]), _schema("What Hilo sends", leaving.Leaving)])


def _tables(structs: Iterable[Any]) -> Iterable[str]:
    for one in structs:
        about = " ".join((one.__doc__ or "").split())
        yield f"\n## {one.__struct_config__.tag}\n{about}\n\n| field | type | needed |\n| --- | --- | --- |\n"
        for known in msgspec.structs.fields(one):
            needed = "yes" if known.required else ""
            yield f"| `{known.encode_name}` | {_kind(known.type)} | {needed} |\n"


def _kind(hint: Any) -> str:
    (schema,), components = msgspec.json.schema_components([hint], ref_template="{name}")
    return _words(schema, components).replace("|", "\\|")


def _words(schema: dict[str, Any], components: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"]
        inner = components[name].get("properties", {})
        return f"{{{', '.join(inner)}}}"
    if "anyOf" in schema:
        return " or ".join(_words(one, components) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_words(schema['items'], components)}"
    limit = schema.get("maxLength")
    coded = " in base64" if schema.get("contentEncoding") == "base64" else ""
    return f"{schema.get('type', 'anything')}{coded}{f', at most {limit}' if limit else ''}"


def _schema(title: str, hint: Any) -> str:
    (schema,), components = msgspec.json.schema_components([hint], ref_template="#/$defs/{name}")
    whole = json.dumps({**schema, "$defs": components}, indent=1, ensure_ascii=False)
    return f"\n## {title}\n```json\n{whole}\n```\n"
