"""The description of the HTTP interface (OpenAPI 3.1), made from the routes themselves: it cannot say anything else than they do."""

import inspect
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec
from aiohttp import web

from hub.kernel.version import installed_version
from hub.kernel.web import PUBLIC, SAFE_METHODS, Call, Route, get

REFERENCE = "#/components/schemas/{name}"
PARAMETER = re.compile(r"{(\w+)(?::[^{}]*)?}")
JSON, BYTES = "application/json", "application/octet-stream"

Json = dict[str, Any]

SECURITY: Json = {
    "session": {"type": "apiKey", "in": "cookie", "name": "hilo_session", "description": "The session of a browser, from POST /session."},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "The session's `csrf`, with what changes something."},
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, instead of both."},
}


class ErrorDetail(msgspec.Struct, kw_only=True):
    """What went wrong. `code` is a stable word; `fields` names what is wrong in what was sent; `reference` is also in the log."""

    code: str
    message: str
    fields: dict[str, str]
    reference: str


class Error(msgspec.Struct, kw_only=True):
    """The shape of every answer that is not success."""

    error: ErrorDetail


class OpenApi:
    """Serves the description of all routes; it is made at the first request and kept."""

    def __init__(self, routes: Sequence[Route], version: str | None = None) -> None:
        self._routes = routes
        self._version = version or installed_version()
        self._made: tuple[bytes, str] | None = None

    def route(self) -> Route:
        """Where it is served; it describes itself too."""
        return get("/openapi.json", self.show, needs=PUBLIC, answers={200: dict[str, Any]})

    async def show(self, call: Call) -> web.Response:
        """This description: OpenAPI 3.1 for programs and tools."""
        body, tag = self._made = self._made or self._make()
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if call.request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type=JSON, headers=headers)

    def _make(self) -> tuple[bytes, str]:
        body = msgspec.json.encode(describe([*self._routes, self.route()], self._version))
        return body, f'"{sha256(body).hexdigest()[:16]}"'


def describe(routes: Sequence[Route], version: str) -> Json:
    """The whole description. Raises TypeError for a shape that JSON Schema cannot say."""
    shapes = _shapes(routes)
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REFERENCE)
    schema_of = dict(zip(map(repr, shapes), schemas, strict=True))
    paths: dict[str, Json] = {}
    for route in routes:
        paths.setdefault(PARAMETER.sub(r"{\1}", route.full_path), {})[route.method.lower()] = _operation(route, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hilo", "version": version, "summary": "One thread per customer", "license": {"name": "Apache-2.0"}},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": components, "securitySchemes": SECURITY, "responses": {"Error": _error()}},
    }


def _shapes(routes: Sequence[Route]) -> list[Any]:
    """Every shape that goes in or out, once."""
    every = [Error, *(shape for route in routes for shape in (route.body, route.query, *route.answers.values()))]
    return list({repr(shape): shape for shape in every if shape not in (None, bytes)}.values())


def _operation(route: Route, schema_of: Mapping[str, Json], components: Mapping[str, Json]) -> Json:
    operation: Json = {
        "operationId": operation_id(route),
        "tags": [_room(route)],
        "summary": route.summary,
        "description": _description(route),
        "security": _security(route),
        "parameters": [*_path_parameters(route), *_query_parameters(route, schema_of, components)],
        "responses": {**_answers(route, schema_of), "default": {"$ref": "#/components/responses/Error"}},
    }
    if route.body is not None or route.raw_body:
        operation["requestBody"] = {"required": True, "content": _body(route, schema_of)}
    return operation


def operation_id(route: Route) -> str:
    """What generated clients call it: the room and the verb of ours."""
    return f"{_room(route)}_{getattr(route.handler, '__name__', 'call')}"


def _room(route: Route) -> str:
    """The folder of the handler, or the module in the kernel."""
    parts = route.handler.__module__.split(".")
    return parts[2] if parts[:2] == ["hub", "kernel"] else parts[-2] if len(parts) > 1 else parts[0]


def _description(route: Route) -> str:
    text = inspect.getdoc(route.handler) or ""
    rest = text.partition("\n")[2].strip()
    needs = "" if route.needs == PUBLIC else f"Needs the permission `{route.needs}`."
    return "\n\n".join(part for part in (rest, needs) if part)


def _security(route: Route) -> list[Json]:
    if route.needs == PUBLIC:
        return []
    session: Json = {"session": []} if route.method in SAFE_METHODS else {"session": [], "csrf": []}
    return [session, {"token": []}]


def _path_parameters(route: Route) -> list[Json]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in PARAMETER.findall(route.path)]


def _query_parameters(route: Route, schema_of: Mapping[str, Json], components: Mapping[str, Json]) -> list[Json]:
    if route.query is None:
        return []
    schema = components[schema_of[repr(route.query)]["$ref"].rsplit("/", 1)[-1]]
    required = schema.get("required", [])
    return [{"name": name, "in": "query", "required": name in required, "schema": one} for name, one in schema["properties"].items()]


def _body(route: Route, schema_of: Mapping[str, Json]) -> Json:
    if route.raw_body or route.body is bytes:
        return {BYTES: {}}
    return {JSON: {"schema": schema_of[repr(route.body)]}}


def _answers(route: Route, schema_of: Mapping[str, Json]) -> Json:
    return {str(status): _answer(status, shape, schema_of) for status, shape in (route.answers or {200: bytes}).items()}


def _answer(status: int, shape: Any, schema_of: Mapping[str, Json]) -> Json:
    answer: Json = {"description": "Done." if status < 300 else "See the text above."}
    if shape is bytes:
        answer["content"] = {BYTES: {}}
    elif shape is not None:
        answer["content"] = {JSON: {"schema": schema_of[repr(shape)]}}
    return answer


def _error() -> Json:
    return {
        "description": "401 not signed in, 403 not allowed, 404 not there, 409 not as thought, 422 wrong, 429 too many, 503 try again.",
        "content": {JSON: {"schema": {"$ref": REFERENCE.format(name="Error")}}},
    }
